import { expect, test } from 'vitest';
import { entities } from '../../src/domain/entities.ts';
import { versionOf } from '../../src/ingest/batch.ts';
import { deleteRecords } from '../../src/ingest/delete.ts';
import { contactBegunDaily } from '../../src/rollups/contact-begun-daily.ts';
import { contactEndedDaily } from '../../src/rollups/contact-ended-daily.ts';
import { drain, verify } from '../../src/rollups/engine.ts';
import { writeRecords } from '../../src/sources/records.ts';
import { makeTenant, useDatabase } from '../database.ts';

const database = useDatabase();
const at = (time: string) => Temporal.Instant.from(`2026-11-${time}:00Z`);

test('a contact that is deleted later ends on the day of its deletion, and no more when it is back', async () => {
  const { db } = database;
  const tenant = { tenantId: await makeTenant(db), timezone: 'UTC' };
  const run = (moment: Temporal.Instant) => ({ tenant, at: moment });
  const show = (moment: Temporal.Instant) =>
    db.tx((tx) =>
      writeRecords(tx, run(moment), [
        {
          ...{ entity: 'contact', source: 'crm', version: 'run', asOf: moment },
          records: [{ version: versionOf(moment), values: { id: 'c', created_at: '2026-11-01T10:00:00Z' } }],
        },
      ]),
    );
  const settled = async (moment: Temporal.Instant) => {
    const found = [];
    for (const rollup of [contactBegunDaily, contactEndedDaily]) {
      await drain(db, rollup, tenant, moment);
      const { rows, differing } = await verify(db, rollup, tenant, moment);
      found.push({ rows, differing });
    }
    return found;
  };
  await show(at('02T08:00'));
  expect(await settled(at('02T08:00'))).toEqual([
    { rows: 1, differing: 0 },
    { rows: 0, differing: 0 },
  ]);
  const gone = { entity: entities.contact, source: 'crm', ids: ['c'], version: versionOf(at('05T08:00')) };
  await db.tx((tx) => deleteRecords(tx, run(at('05T08:00')), gone));
  expect(await settled(at('05T08:00'))).toEqual([
    { rows: 1, differing: 0 },
    { rows: 1, differing: 0 },
  ]);
  await show(at('06T08:00'));
  expect(await settled(at('06T08:00'))).toEqual([
    { rows: 1, differing: 0 },
    { rows: 0, differing: 0 },
  ]);
});
