import fc from 'fast-check';
import { expect, test } from 'vitest';
import { useDatabase } from '../../database.ts';
import { activate, aTenant, record, schema, type TapOptions } from './tapping.ts';

const database = useDatabase();

const map = `source: tap
entities:
  - { entity: team, stream: groups, deleted: gone, fields: { id: id, name: name } }
  - { entity: ticket, stream: tickets, fields: { id: id, created_at: at, updated_at: at, status: name } }
  - { entity: ticket, stream: metrics, partial: true, order: at, fields: { id: id, created_at: made, reopened_count: n } }
  - { entity: account, stream: companies, fields: { id: id, name: name } }
`;
const streams = ['groups', 'tickets', 'metrics', 'companies'];

/** One thing a tap says; a state names how many came before it, so that the tap can go on from there. */
type Said = { line: string } | 'state';

const id = fc.integer({ min: 1, max: 4 });
const name = fc.constantFrom('new', 'open', 'resolved');
const day = fc.integer({ min: 1, max: 6 }).map((of) => `2026-01-0${of}`);
const line = (text: string): Said => ({ line: text });

const group = fc.record({ id, name, gone: fc.boolean() }).map((values) => [line(record('groups', values))]);
/** Those of 5 and 6 are deleted now and then; nobody tells parts of them, for a part that is newer revives what it is of. */
const ticket = fc
  .record({ id: fc.integer({ min: 1, max: 6 }), name, at: day, deleted: fc.option(day, { freq: 2 }) })
  .map(({ deleted, ...values }) => [
    line(record('tickets', { ...values, _sdc_deleted_at: values.id > 4 ? deleted : null })),
  ]);
const metric = fc
  .record({ id, at: day, n: fc.integer({ min: 0, max: 3 }) })
  .map((values) => [line(record('metrics', { ...values, made: '2026-01-01' }))]);
/** A full table is read whole, between it other streams may come; its version is its number, put in below. */
const company = fc.constant('table' as const);
const stateSaid = fc.constant<Said[]>(['state']);
const part = fc.oneof(
  { weight: 3, arbitrary: group },
  { weight: 4, arbitrary: ticket },
  { weight: 2, arbitrary: metric },
  { weight: 1, arbitrary: company },
  { weight: 2, arbitrary: stateSaid },
);

const script = fc.record({
  parts: fc.array(part, { minLength: 3, maxLength: 30 }),
  tables: fc.array(fc.uniqueArray(id, { minLength: 1, maxLength: 4 }), { minLength: 30, maxLength: 30 }),
  batchRecords: fc.integer({ min: 1, max: 6 }),
  kills: fc.array(fc.nat(), { maxLength: 4 }),
});

function linesOf({ parts, tables }: { parts: (Said[] | 'table')[]; tables: number[][] }): Said[] {
  let version = 0;
  return parts.flatMap((one) => {
    if (one !== 'table') return one;
    version++;
    const rows = tables[version - 1]!.map((of) =>
      line(record('companies', { id: of, name: `${of} of ${version}` }, version)),
    );
    return [...rows, line(activate('companies', version))];
  });
}

/** The tap's output from a place on, broken off before line `end`. */
async function* tapFrom(said: readonly Said[], start: number, end: number): AsyncGenerator<string> {
  for (const stream of streams) yield schema(stream);
  for (const [index, one] of said.entries()) {
    if (index < start) continue;
    if (index >= end) throw new Error('killed');
    yield one === 'state' ? JSON.stringify({ type: 'STATE', value: index + 1 }) : one.line;
  }
}

async function contentsOf(tenant: Awaited<ReturnType<typeof aTenant>>): Promise<unknown> {
  return [
    await tenant.stored('team', 'id, name'),
    await tenant.stored('ticket', 'id, status, updated_at::text, reopened_count'),
    await tenant.stored('account', 'id, name'),
  ];
}

test('a tap that is killed anywhere and goes on from its last state ends as one that was not', {
  timeout: 300_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(script, async ({ parts, tables, batchRecords, kills }) => {
      const said = linesOf({ parts, tables });
      const options = (of: number): TapOptions => ({
        ...{ map, batchRecords: of, acceptDeletes: true, at: `2026-11-20T00:00:0${of}Z` },
      });
      const whole = await aTenant(database.db);
      await whole.tap(tapFrom(said, 0, said.length), options(9));

      const killed = await aTenant(database.db);
      let start = 0;
      for (const [run, kill] of kills.entries()) {
        const states: unknown[] = [];
        const end = start + (kill % (said.length - start + 1));
        const tap = killed.tap(tapFrom(said, start, end), {
          ...options(batchRecords),
          at: `2026-11-20T00:00:0${run}Z`,
          states,
        });
        await tap.catch((error: Error) => {
          if (error.message !== 'killed') throw error;
        });
        start = Math.max(start, ...(states as number[]));
      }
      await killed.tap(tapFrom(said, start, said.length), { ...options(batchRecords), at: '2026-11-20T00:00:09Z' });
      expect(await contentsOf(killed)).toEqual(await contentsOf(whole));
    }),
    { seed: 20, numRuns: 15, endOnFailure: true },
  );
});
