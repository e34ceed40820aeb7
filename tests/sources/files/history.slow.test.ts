import fc from 'fast-check';
import { expect, test } from 'vitest';
import { useDatabase } from '../../database.ts';
import { aTenant, useFolder } from './importing.ts';
import { type LogRow, logFile, logMap, readLog, storedEvents } from './logs.ts';

const database = useDatabase();
const folder = useFolder();
const minutes = 12;

/** Rows in the order they were written, so that of one minute the later says what was true in the end. */
const aLog = fc
  .array(
    fc.record({
      ticket: fc.constantFrom('a', 'b', 'c'),
      minute: fc.nat(minutes - 1),
      status: fc.constantFrom('new', 'open', 'open', 'resolved', ''),
      priority: fc.constantFrom('low', 'high', 'low', ''),
      operator: fc.constantFrom('', '', 'o1', 'o2'),
      team: fc.constantFrom('', '', 't1', 't2'),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((rows) => rows.toSorted((a, b) => a.minute - b.minute));

/** Where each file begins, before the end of the ones so far, and how far it reaches. */
const someSpans = fc.array(fc.record({ back: fc.nat(6), length: fc.integer({ min: 1, max: 6 }) }), {
  minLength: 1,
  maxLength: 8,
});

/** Spans in order of time from the beginning to the end: none begins behind what is read already. */
function inOrder(spans: readonly { back: number; length: number }[]): [from: number, to: number][] {
  const result: [number, number][] = [];
  let end = 0;
  for (const { back, length } of spans) {
    const from = Math.max(0, end - back);
    result.push([from, from + length]);
    end = Math.max(end, from + length);
  }
  if (end < minutes) result.push([end, minutes]);
  return result;
}

const rowsOf = (log: readonly LogRow[], [from, to]: readonly [number, number]) =>
  log.filter((row) => row.minute >= from && row.minute < to);

/** Tickets may stand in any order; the rows of one minute of one ticket keep theirs. */
function shuffled(rows: readonly LogRow[], seed: number): LogRow[] {
  const weight = (row: LogRow) => (row.minute * 7 + row.ticket.charCodeAt(0) * 13 + seed) % 11;
  return rows.toSorted((a, b) => weight(a) - weight(b));
}

test('a log in pieces, in order of time, overlapping and repeated, leaves the events of the whole', async () => {
  await fc.assert(
    fc.asyncProperty(aLog, someSpans, fc.nat(10), async (log, spans, seed) => {
      const tenant = await aTenant(database.db, folder);
      const done: string[] = [];
      for (const span of inOrder(spans)) {
        const rows = rowsOf(log, span);
        if (rows.length === 0) continue;
        const file = logFile(shuffled(rows, seed));
        await tenant.import(file, logMap);
        done.push(file);
      }
      expect(await storedEvents(database.db, tenant.tenantId)).toEqual(readLog(log));
      const [again] = (await tenant.import(done[seed % done.length]!, logMap)).entities;
      expect(again?.history).toMatchObject({ inserted: 0, updated: 0 });
      const [whole] = (await tenant.import(logFile(log), logMap)).entities;
      expect(whole?.history).toMatchObject({ inserted: 0, updated: 0 });
    }),
    { numRuns: 20, seed: 20_260_301 },
  );
});

test('a log in pieces in any order: no event says what the log does not, none within a piece is missing', async () => {
  const withoutOld = (events: readonly { ticket_id: string; at: string; kind: string; new: string | null }[]) =>
    events.map((event) => JSON.stringify([event.ticket_id, event.at, event.kind, event.new]));
  const states = ['status', 'priority'];
  await fc.assert(
    fc.asyncProperty(aLog, someSpans, fc.nat(1000), async (log, spans, seed) => {
      const tenant = await aTenant(database.db, folder);
      const pieces = inOrder(spans)
        .map((span) => rowsOf(log, span))
        .filter((rows) => rows.length > 0)
        .toSorted((a, b) => ((a[0]!.minute * 31 + seed) % 7) - ((b[0]!.minute * 31 + seed) % 7));
      for (const rows of pieces) await tenant.import(logFile(rows), logMap);
      const stored = await storedEvents(database.db, tenant.tenantId);

      for (const event of stored) {
        const said = log.filter((row) => row.ticket === event.ticket_id && logFile([row]).includes(`,${event.at},`));
        const column = event.kind === 'assignee' ? 'operator' : (event.kind as 'status' | 'priority' | 'team');
        const values = said.map((row) => row[column]).filter((value) => states.includes(event.kind) || value !== '');
        expect(values.at(-1) || null).toBe(event.new);
      }
      const within = pieces.flatMap(readLog).filter((event) => states.includes(event.kind));
      expect(withoutOld(stored)).toEqual(expect.arrayContaining(withoutOld(within)));

      // The whole log in one file brings what was missing between the pieces.
      await tenant.import(logFile(log), logMap);
      const all = withoutOld(await storedEvents(database.db, tenant.tenantId));
      expect(all).toEqual(
        expect.arrayContaining(withoutOld(readLog(log).filter((event) => states.includes(event.kind)))),
      );
    }),
    { numRuns: 15, seed: 20_260_302 },
  );
});
