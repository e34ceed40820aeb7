import { beforeAll, expect, test } from 'vitest';
import { inSnapshot } from '../../src/db/snapshot.ts';
import { everything } from '../../src/db/viewer.ts';
import { rememberingDays } from '../../src/kpis/days.ts';
import { kpis } from '../../src/kpis/index.ts';
import type { Kpi } from '../../src/kpis/kpi.ts';
import { useDatabase } from '../database.ts';
import { type Asked, type Asker, askOutcome } from './asking.ts';
import { makeCompany, now, viewers } from './rights-company.ts';

const database = useDatabase();
let asker: Asker;
beforeAll(async () => {
  asker = await makeCompany(database.db, 'ours');
}, 60_000);

const current = Temporal.Instant.from(now.usual);
const day = (back: number) => current.toZonedDateTimeISO('UTC').toPlainDate().subtract({ days: back }).toString();

/** Within the days that are read first, at both of their ends, beyond them, and by other values or grains. */
const questions: readonly Asked[] = [
  { period: `${day(60)}..${day(1)}`, grain: 'day' },
  {},
  { period: `${day(3)}..${day(1)}`, versus: `${day(10)}..${day(8)}` },
  { period: `${day(60)}..${day(58)}`, versus: `${day(64)}..${day(62)}` },
  { period: `${day(28)}..${day(1)}`, grain: 'week' },
  { period: `${day(20)}..${day(0)}`, grain: 'day' },
  { period: 'yesterday' },
  { period: `${day(9)}..${day(4)}`, filters: [['channel', 'whatsapp']] },
];

test('a number is the same whether its days were read for it or before', async () => {
  let read = 0;
  let answeredWithoutReading = 0;
  const counted = (kpi: Kpi): Kpi => ({
    ...kpi,
    query: (...asked) => {
      read++;
      return kpi.query(...asked);
    },
  });
  for (const viewer of [everything, ...viewers.slice(3, 6).map(({ id }) => id)])
    for (const kpi of kpis)
      await inSnapshot(database.db, { tenantId: asker.tenantId, viewer }, async (db) => {
        const remembering = rememberingDays(counted(kpi));
        for (const question of questions) {
          const asked = { ...question, viewer };
          if (asked.filters && !kpi.dimensions.includes('channel')) continue;
          const before = read;
          const remembered = await askOutcome({ ...asker, db }, remembering, asked);
          if (read === before && remembered.kind === 'answered') answeredWithoutReading++;
          expect(remembered, `${kpi.id} for ${viewer}: ${JSON.stringify(question)}`).toEqual(
            await askOutcome({ ...asker, db }, kpi, asked),
          );
        }
      });
  expect(answeredWithoutReading).toBeGreaterThan(50);
}, 120_000);
