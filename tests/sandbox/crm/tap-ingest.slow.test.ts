import { describe, expect, test } from 'vitest';
import type { EntityId } from '../../../src/domain/entity.ts';
import { licencesAt } from '../../../src/sandbox/company/licences.ts';
import { singerLines, singerMapping, tapStreams } from '../../../src/sandbox/crm/singer.ts';
import { truthAt } from '../../../src/sandbox/crm/truth.ts';
import { createWorld, epochSeconds } from '../../../src/sandbox/crm/world.ts';
import { useDatabase } from '../../database.ts';
import { aTenant } from '../../sources/singer/tapping.ts';
import { small } from './harness.ts';

const database = useDatabase();
const world = createWorld({ ...small, from: '2026-07-01' });
const streams = tapStreams(world);

/** As PostgreSQL gives times, dates, numbers and JSON back, in one form. */
function plain(value: unknown): unknown {
  if (value instanceof Temporal.Instant) return value.toString();
  if (value instanceof Temporal.PlainDate) return value.toString();
  if (value === undefined) return null;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
}

describe('the Singer tap of the simulated CRM, ingested', () => {
  test('makes every entity what the truth says, run after run, without a rejection', async () => {
    const tenant = await aTenant(database.db);
    const day = 86_400;
    const start = epochSeconds(Temporal.Instant.from('2026-07-20T00:00:00Z'));
    // A licence that was booked by mistake: a run sees it, the next one does not.
    const mistake = Array.from({ length: 100 }, (_, number) => licencesAt(world.company, start + number * day))
      .flat()
      .find(({ cancelledAt, bookedAt }) => cancelledAt !== undefined && bookedAt > start)!;
    const { bookedAt, cancelledAt } = mistake;
    const moments = [start, start + day / 3, bookedAt + day, cancelledAt! + day, start + 110 * day];
    let state: unknown;
    let deleted = 0;
    const seen = new Map<string, number>();
    for (const moment of moments.toSorted((a, b) => a - b)) {
      const now = Temporal.Instant.fromEpochMilliseconds(moment * 1000);
      const summary = await tenant.tap(singerLines(streams, { now, state }), {
        map: singerMapping(streams),
        at: now.toString(),
      });
      expect([summary.rejected, tenant.said, summary.refused, summary.notes]).toEqual([0, [], [], []]);
      for (const { unmapped } of summary.entities) expect(unmapped).toEqual([]);
      state = summary.handedOn.at(-1);
      deleted += summary.deleted;

      const truth = truthAt(world, streams, epochSeconds(now));
      for (const { entity, fields } of streams) {
        const names = Object.keys(fields);
        const stored = await tenant.stored(
          entity as EntityId,
          `id, ${names.filter((name) => name !== 'id').join(', ')}`,
        );
        const text = (row: Record<string, unknown>) => JSON.stringify(names.map((name) => plain(row[name])));
        const wanted = [...truth.rows(entity)].map(text).toSorted();
        seen.set(entity, wanted.length);
        expect(stored.map(text).toSorted(), `${entity} at ${now}`).toEqual(wanted);
      }
    }
    expect(deleted).toBeGreaterThan(0);
    expect([...seen].filter(([, count]) => count === 0)).toEqual([]);
  });
});
