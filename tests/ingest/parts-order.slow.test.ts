import fc from 'fast-check';
import sql from 'sql-template-tag';
import { beforeAll, expect, test } from 'vitest';
import { writeRecords } from '../../src/sources/records.ts';
import { makeTenant, useDatabase } from '../database.ts';

const database = useDatabase();
const at = Temporal.Instant.from('2026-11-20T12:00:00Z');
let tenantId = 0;
beforeAll(async () => {
  tenantId = await makeTenant(database.db);
});

const fields = ['status', 'category', 'closed_at'] as const;
type Told = Partial<Record<(typeof fields)[number], string | null>>;

const value = {
  status: fc.constantFrom('open', 'pending', 'resolved'),
  category: fc.constantFrom('a', 'b', 'c'),
  closed_at: fc.constantFrom('2026-11-18T00:00:00Z', '2026-11-19T00:00:00Z'),
};
const partly = (told: fc.Arbitrary<string>) => fc.option(told);
/** A whole tells every field; a part some, of which it may say that they are empty. */
const state = fc.oneof(
  fc.record({ partial: fc.constant(false), told: fc.record<Told>(value) }),
  fc.record({
    partial: fc.constant(true),
    told: fc.record<Told>(
      { status: partly(value.status), category: partly(value.category), closed_at: partly(value.closed_at) },
      { requiredKeys: [] },
    ),
  }),
);

let named = 0;

test('whole records and parts end in what was told last of every field, in whatever order they come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record<Told>(value),
      fc.array(state, { minLength: 2, maxLength: 6 }).chain((states) =>
        fc.shuffledSubarray(
          states.map((one, index) => ({ ...one, version: index + 2 })),
          { minLength: states.length, maxLength: states.length },
        ),
      ),
      async (first, shuffled) => {
        const source = `s${++named}`;
        const base = { id: 'x', created_at: '2026-11-17T00:00:00Z' };
        const all = [{ partial: false, told: first, version: 1 }, ...shuffled];
        for (const { partial, told, version } of all)
          await database.db.tx((tx) =>
            writeRecords(tx, { tenant: { tenantId, timezone: 'UTC' }, at }, [
              {
                ...{ entity: 'ticket', source, version: 'time', partial },
                records: [{ version, values: partial ? { id: 'x', ...told } : { ...base, ...told } }],
              },
            ]),
          );
        const expected = Object.fromEntries(
          fields.map((field) => {
            const last = all
              .filter(({ told }) => field in told)
              .reduce((newest, one) => (one.version > newest.version ? one : newest));
            return [field, last.told[field]];
          }),
        );
        const stored = await database.db.query(sql`
          select status, category, to_char(closed_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as closed_at from crm.tickets
          where tenant_id = ${tenantId} and source = ${source}`);
        expect(stored).toEqual([expected]);
      },
    ),
    { seed: 20261121, numRuns: 40 },
  );
});
