import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { randomFor } from '../../src/sandbox/company/random.ts';
import type { PagingFault } from '../../src/sandbox/paging/faults.ts';
import { useDatabase } from '../database.ts';
import { paged, usePagingSink } from './paged.ts';
import type { Ill } from './watched.ts';

const database = useDatabase();
const sinkNow = usePagingSink();

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'trouble of every kind on the way of pages, by chance (%i), leaves one incident, in order, resolved',
  async (seed) => {
    const sink = sinkNow();
    const random = randomFor(`pages/${seed}`);
    const { rule, ours, hooks, place } = await paged(database.db, sink, { resolve_after: 0 });
    const kinds: PagingFault[] = [
      ...[{ kind: 'too-many', retryAfterSeconds: 30 } as const, { kind: 'too-many' } as const],
      ...[{ kind: 'status', status: 503 } as const, { kind: 'drop' } as const, { kind: 'lost-answer' } as const],
    ];
    sink.clearFaults();
    const tickets = ['T1', 'T2', 'T3'];
    for (let minute = 0; minute < 12; minute++) {
      for (let fault = Math.floor(random.next() * 4); fault > 0; fault--) sink.failNext(random.pick(kinds));
      const ills = tickets
        .slice(0, 1 + Math.floor(random.next() * 3))
        .map((ticket): Ill => ({ labels: { ticket }, severity: random.chance(0.3) ? 3 : 2 }));
      await rule.after(1, ills);
      if (minute === 7) await rule.act(1, 'acknowledged');
    }
    for (let minute = 0; minute < 6; minute++) {
      if (minute === 2) sink.clearFaults();
      await rule.after(2, []);
    }
    expect(ours()).toMatchObject([{ status: 'resolved' }]);
    const actions = ours()[0]!.entries.map(({ action }) => action);
    expect([actions[0], actions.at(-1)]).toEqual(['trigger', 'resolve']);
    expect(actions.indexOf('resolve')).toBeGreaterThan(actions.lastIndexOf('trigger'));
    const versions = hooks().map(({ body }) => (body.incident as { version: number }).version);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(hooks().at(0)?.type).toBe('incident.opened');
    expect(hooks().at(-1)?.type).toBe('incident.resolved');
    expect(hooks().filter(({ type }) => type === 'incident.resolved')).toHaveLength(1);
    const open = await place.db.query(sql`
      select part, state, reason from ops.deliveries
      where tenant_id = ${place.tenantId} and kind = 'alert' and state not in ('sent', 'skipped')`);
    expect(open).toEqual([]);
  },
);
