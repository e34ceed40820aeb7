import { describe, expect, test } from 'vitest';
import { backtest, incidentsOf } from '../../src/alerts/backtest.ts';
import type { PastEpisode } from '../../src/alerts/kinds/room.ts';
import { ruleFrom } from '../../src/alerts/policy.ts';
import { catchUp } from '../../src/alerts/stages/catch-up.ts';
import { timeSuggestion, worthIt } from '../../src/alerts/suggest.ts';
import { alertRuleSchema } from '../../src/config/alerts.ts';
import { everything } from '../../src/db/viewer.ts';
import { silentLog } from '../../src/lib/log.ts';
import { useDatabase } from '../database.ts';
import { addTickets, ticketDays } from './ticket-days.ts';
import { type Town, town } from './town.ts';

const database = useDatabase();

function tested(place: Town, settings: Record<string, unknown>, days: number) {
  const rule = ruleFrom(
    alertRuleSchema.parse({ to: { channel: 'C0ALERTS' }, ...settings }),
    { targets: {}, to: undefined, isCalendar: () => false },
    { viewer: everything },
  );
  const now = place.clock.now();
  const context = {
    ...{ db: place.db, tenant: place.tenant, now, settings: {}, terms: place.terms, log: silentLog, lateStreams: [] },
    calendar: () => undefined,
  };
  return backtest(rule, { from: now.subtract({ hours: 24 * days }), to: now }, context);
}

describe('a rule tried on the past', () => {
  test('says when it would have fired, for how long, and what would have told less of the same', async () => {
    const place = await town(database.db, { now: '2026-11-20T09:00:00Z' });
    await place.reaches('import', ['ticket'], '2026-12-31T00:00:00Z');
    await addTickets(place, ticketDays('2026-11-08', [3, 9, 7, 9, 7, 9, 3, 3, 9, 3, 3, 3]));
    await place.work();
    const found = await tested(place, { kind: 'kpi-threshold', kpi: 'tickets yesterday', above: 8 }, 12);
    if ('unknown' in found) throw new Error(found.unknown);
    expect(found.episodes.map(({ from, to, worst }) => [from.toString(), to?.toString() ?? null, worst?.text])).toEqual(
      [
        ['2026-11-10T00:00:00Z', '2026-11-11T00:00:00Z', '9'],
        ['2026-11-12T00:00:00Z', '2026-11-13T00:00:00Z', '9'],
        ['2026-11-14T00:00:00Z', '2026-11-15T00:00:00Z', '9'],
        ['2026-11-17T00:00:00Z', '2026-11-18T00:00:00Z', '9'],
      ],
    );
    expect(found).toMatchObject({ fired: 4, longestSeconds: 86_400, totalSeconds: 4 * 86_400, outsideHours: 4 });
    expect(found.suggestion).toBe('With clear: 6 it would have fired 2 × instead of 4 ×.');
    expect(found.notes).toContain('It is looked at once a day; what fired for some hours of a day is not seen.');
  });

  test('says why nobody knows', async () => {
    const place = await town(database.db, { now: '2026-11-20T09:00:00Z' });
    expect(await tested(place, { kind: 'kpi-threshold', kpi: 'sla', below: '85 %' }, 12)).toEqual({
      unknown: 'there is no number for any of its days',
    });
  });

  test('of changes and unusual days is found day by day', async () => {
    const place = await town(database.db, { now: '2026-11-20T09:00:00Z' });
    await place.reaches('import', ['ticket'], '2026-12-31T00:00:00Z');
    const weeks = Array.from({ length: 12 }, () => [40, 41, 39, 40, 42, 12, 11]).flat();
    weeks[70] = 95;
    await addTickets(place, ticketDays('2026-08-31', weeks));
    await place.work();
    const days = async (settings: Record<string, unknown>) => {
      const found = await tested(place, settings, 14);
      if ('unknown' in found) throw new Error(found.unknown);
      return found.episodes.map(({ from, to, name }) => `${from} ${to} ${name}`);
    };
    // Monday 9 November.
    const once = ['2026-11-10T00:00:00Z 2026-11-11T00:00:00Z Tickets created'];
    expect(await days({ kind: 'anomaly', kpis: ['tickets'] })).toEqual(once);
    expect(await days({ kind: 'kpi-change', kpi: 'tickets yesterday', against: 'baseline', direction: 'up' })).toEqual(
      once,
    );
    expect(await days({ kind: 'kpi-change', kpi: 'tickets yesterday', direction: 'up' })).toEqual(once);
    expect(await days({ kind: 'churn-risk' })).toEqual([]);
    expect(await tested(place, { kind: 'anomaly', kpis: ['leads'] }, 14)).toMatchObject({
      unknown: expect.stringContaining('not enough history'),
    });
  });
});

/** Episodes of one thing, in hours of one day: from and to. */
function episodes(hours: readonly (readonly [number, number])[], team = 'a'): PastEpisode[] {
  const at = (hour: number) => Temporal.Instant.from('2026-11-10T00:00:00Z').add({ minutes: Math.round(hour * 60) });
  return hours.map(([from, to]) => ({ labels: { team }, name: team, from: at(from), to: at(to) }));
}
const until = Temporal.Instant.from('2026-11-11T00:00:00Z');

describe('what would have told less of the same', () => {
  test('is the shortest time to be well that takes away three of ten', () => {
    const flapping = episodes([
      ...([
        [1, 1.5],
        [1.6, 2],
        [2.1, 2.5],
        [6, 7],
      ] as const),
    ]);
    expect(timeSuggestion(flapping, until)).toBe('With resolve_after: 15 min it would have fired 2 × instead of 4 ×.');
    // Of different things nothing is merged.
    expect(
      timeSuggestion([...episodes([[1, 2]]), ...episodes([[2.1, 3.1]], 'b'), ...episodes([[3.2, 4.2]], 'c')], until),
    ).toBeNull();
  });

  test('is else the shortest time it has to be so', () => {
    const short = episodes([
      [0, 0.2],
      [8, 8.2],
      [16, 20],
    ]).map((one, index) => ({
      ...one,
      labels: { team: String(index) },
    }));
    expect(timeSuggestion(short, until)).toBe('With for: 15 min it would have fired 1 × instead of 3 ×.');
  });

  test('is nothing where there is hardly anything', () => {
    expect(
      timeSuggestion(
        episodes([
          [1, 2],
          [2.1, 3],
        ]),
        until,
      ),
    ).toBeNull();
    expect([worthIt(10, 7), worthIt(10, 8), worthIt(2, 1), worthIt(3, 0)]).toEqual([true, false, false, false]);
  });
});

test('what overlaps is one incident, of each group by itself', () => {
  const all = [
    ...episodes([
      [1, 3],
      [5, 6],
    ]),
    ...episodes(
      [
        [2, 4],
        [5, 9],
      ],
      'b',
    ),
  ];
  const policy = (groupBy: string[]) => ({ groupBy, routes: [] });
  expect(incidentsOf(all, policy([]), until)).toHaveLength(2);
  expect(incidentsOf(all, policy(['team']), until)).toHaveLength(4);
});

test('an episode that was over before anybody knew of it fires until it has been told, with its true times', () => {
  const at = (text: string) => Temporal.Instant.from(`2026-11-${text}Z`);
  const condition = {
    ...({ labels: {}, status: 'firing', severity: 2, since: at('04T00:00:00') } as const),
    facts: { line: 'low', rank: 1 },
  };
  const terms = { forSeconds: 0, resolveAfterSeconds: 300, waitSeconds: 30 };
  const earlier = [
    { at: at('04T00:00:00'), conditions: [condition] },
    { at: at('05T00:00:00'), conditions: [] },
  ];
  const now = at('05T09:00:00');
  const { instances, nextAt } = catchUp([], { earlier, conditions: [] }, terms, now);
  expect(instances).toMatchObject([{ state: 'firing', since: at('04T00:00:00'), clearSince: at('05T00:00:00') }]);
  expect(nextAt?.toString()).toBe('2026-11-05T09:01:30Z');
  const told = catchUp(instances, { earlier: [], conditions: [] }, terms, nextAt!);
  expect(told.instances).toMatchObject([{ state: 'resolved', resolvedAt: at('05T00:00:00') }]);
});
