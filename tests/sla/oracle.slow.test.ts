import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateSla } from '../../src/sla/evaluate.ts';
import type { TicketHistory } from '../../src/sla/history.ts';
import { openTime } from '../../src/sla/open-time.ts';
import { compilePolicies, metrics } from '../../src/sla/policy.ts';
import type { MetricSla, TicketSla } from '../../src/sla/ticket-sla.ts';
import { type OracleMetric, oracleOf } from './oracle.ts';
import { calendarIn, clockOf, historyIn, minuteIn, stretch, stretchMinutes, versionsIn } from './scenarios.ts';
import { minute, openMinutes } from './wall-clock.ts';

const times = Number(process.env.CREMA_PROPERTY_RUNS ?? 1);
const seed = Number(process.env.CREMA_PROPERTY_SEED ?? 20_261_121);
/** Shrinking stops before the test's own time is up, so that a failure is always shown with its example. */
const settings = (runs: number) => ({ seed, numRuns: runs * times, interruptAfterTimeLimit: 60_000 * times });
const timeout = 90_000 * times;

/** Expanding a calendar takes longer than asking it, so that each is asked several times. */
const span = fc.record({ a: minuteIn, b: minuteIn, wanted: fc.nat({ max: 3000 }) });
const calendarCase = stretch.chain((where) =>
  fc.record({
    where: fc.constant(where),
    calendar: calendarIn(where),
    spans: fc.array(span, { minLength: 10, maxLength: 10 }),
  }),
);
const ticketCase = stretch.chain((where) => {
  const ticket = fc.record({
    history: historyIn(where),
    asOf: fc.oneof(minuteIn, fc.constant(stretchMinutes - 1)),
    later: minuteIn,
  });
  return fc.record({
    where: fc.constant(where),
    versions: versionsIn(where),
    tickets: fc.array(ticket, { minLength: 10, maxLength: 10 }),
  });
});

describe(`by minutes (seed ${seed})`, () => {
  test('open time and its inverse are what counting the minutes gives', { timeout }, () => {
    const compared = { elapsed: 0, due: 0, beyond: 0 };
    fc.assert(
      fc.property(calendarCase, ({ where, calendar, spans }) => {
        const fast = openTime(calendar);
        const open = openMinutes(calendar, clockOf(where));
        const instant = (minutes: number) => where.origin + minutes * minute;
        for (const { a, b, wanted } of spans) {
          const [from, to] = a < b ? [a, b] : [b, a];
          let counted = 0;
          for (let now = from; now < to; now++) if (open[now]) counted++;
          expect(fast.elapsed(instant(from), instant(to))).toBe(counted * minute);
          compared.elapsed++;
          const closings: number[] = [];
          for (let now = from + 1; now < to; now++) if (open[now - 1] && !open[now]) closings.push(instant(now));
          expect(fast.closings(instant(from), instant(to))).toEqual(closings);

          let left = wanted;
          let due = from;
          while (left > 0 && due < open.length) if (open[due++]) left--;
          const after = fast.after(instant(from), wanted * minute);
          if (left === 0) expect(after).toBe(instant(due));
          else expect(after ?? Number.POSITIVE_INFINITY).toBeGreaterThan(instant(open.length));
          compared[left === 0 ? 'due' : 'beyond']++;
        }
      }),
      settings(400),
    );
    console.log(`calendars, seed ${seed}:`, JSON.stringify(compared));
  });

  test('a ticket is in the state that stepping through its minutes gives', { timeout }, () => {
    const states: Record<string, number> = {};
    fc.assert(
      fc.property(ticketCase, ({ where, versions, tickets }) => {
        const policies = compilePolicies({ standard: versions });
        const stepped = versions.map((version) => ({ version, open: openMinutes(version.calendar, clockOf(where)) }));
        for (const { history, asOf } of tickets) {
          const now = Math.max(asOf, (history.events[0]!.at - where.origin) / minute);
          const sla = evaluateSla(history, policies, where.origin + now * minute)!;
          const expected = oracleOf(history, stepped, where.origin, now);
          const actual = measured(sla, history);
          expect(actual.map((one, i) => inMinutes(one, where.origin, expected[i]))).toEqual(expected);
          for (const { metric, state } of expected)
            states[`${metric} ${state}`] = (states[`${metric} ${state}`] ?? 0) + 1;
        }
      }),
      settings(200),
    );
    console.log(`tickets, seed ${seed}:`, JSON.stringify(states));
    for (const metric of metrics)
      for (const state of ['met', 'missed', 'pending', 'paused', 'not-measured'])
        expect(states[`${metric} ${state}`], `${metric} ${state}`).toBeGreaterThan(10);
  });
});

function measured(sla: TicketSla, { delivered }: TicketHistory): MetricSla[] {
  return [
    ...(delivered.replies ? [sla.firstResponse] : []),
    ...sla.nextResponse,
    ...(delivered.resolutions ? [sla.resolution] : []),
  ];
}

/** A due time beyond the oracle's minutes is only known to be beyond them. */
function inMinutes(one: MetricSla, origin: number, expected: OracleMetric | undefined): OracleMetric {
  const minutes = (instant: number | null) => (instant === null ? null : (instant - origin) / minute);
  const due = minutes(one.dueAt);
  const risk = minutes(one.riskAt);
  const riskBeyond = expected?.risk === undefined && one.state === 'pending' && (risk ?? Infinity) > stretchMinutes;
  const beyond = expected?.due === undefined && one.state === 'pending' && (due ?? Infinity) > stretchMinutes;
  return {
    metric: one.metric,
    state: one.state,
    elapsed: one.elapsedSeconds! / 60,
    fulfilled: minutes(one.fulfilledAt),
    breached: minutes(one.breachedAt),
    due: beyond ? undefined : due,
    risk: riskBeyond ? undefined : risk,
  };
}

describe(`laws (seed ${seed})`, () => {
  test('elapsed until due is the duration, and a moment before it is not', { timeout }, () => {
    fc.assert(
      fc.property(calendarCase, ({ where, calendar, spans }) => {
        const open = openTime(calendar);
        for (const { a, b, wanted } of spans) {
          const from = where.origin + a * minute + b;
          const duration = 1 + wanted * 40_001;
          const due = open.after(from, duration);
          if (due === null) expect(Object.values(calendar.hours).flat()).toEqual([]);
          else {
            expect(open.elapsed(from, due)).toBe(duration);
            expect(open.elapsed(from, due - 1)).toBe(duration - 1);
          }
        }
      }),
      settings(300),
    );
  });

  test('open time adds up, and never exceeds the time itself', { timeout }, () => {
    fc.assert(
      fc.property(calendarCase, ({ where, calendar, spans }) => {
        const open = openTime(calendar);
        for (const span of spans) {
          const ends = Object.values(span).map((n, i) => where.origin + (n - 5000) * (i + 1) * minute + n);
          const [a, b, c] = ends.toSorted((x, y) => x - y);
          const whole = open.elapsed(a!, c!);
          expect(open.elapsed(a!, b!) + open.elapsed(b!, c!)).toBe(whole);
          expect(whole).toBeGreaterThanOrEqual(0);
          expect(whole).toBeLessThanOrEqual(c! - a!);
        }
      }),
      settings(300),
    );
  });

  test('a breach stays, elapsed time only grows, the future is not looked at, due times come true', { timeout }, () => {
    const seen = { breaches: 0, dueTimes: 0 };
    fc.assert(
      fc.property(ticketCase, ({ where, versions, tickets }) => {
        const policies = compilePolicies({ standard: versions });
        for (const { history, asOf, later } of tickets) {
          const created = history.events[0]!.at;
          const instant = Math.max(created, where.origin + asOf * minute);
          expect(evaluateSla(history, policies, created - 1)).toBeNull();
          const now = evaluateSla(history, policies, instant)!;
          const past = { ...history, events: history.events.filter((event) => event.at <= instant) };
          expect(evaluateSla(past, policies, instant)).toEqual(now);

          const then = byMetric(evaluateSla(history, policies, instant + later * minute)!);
          byMetric(now).forEach(({ elapsedSeconds, breachedAt }, i) => {
            expect(then[i]!.elapsedSeconds ?? 0).toBeGreaterThanOrEqual(elapsedSeconds ?? 0);
            if (breachedAt === null) return;
            expect(then[i]).toMatchObject({ state: 'missed', breachedAt });
            seen.breaches++;
          });
          byMetric(now).forEach(({ dueAt }, i) => {
            if (dueAt === null) return;
            expect(dueAt).toBeGreaterThan(instant);
            const at = (moment: number) => byMetric(evaluateSla(past, policies, moment)!)[i]!;
            expect(at(dueAt - 1).breachedAt).toBeNull();
            expect(at(dueAt)).toMatchObject({ state: 'missed', breachedAt: dueAt });
            seen.dueTimes++;
          });
        }
      }),
      settings(300),
    );
    console.log(`laws, seed ${seed}:`, JSON.stringify(seen));
    expect(Math.min(seen.breaches, seen.dueTimes)).toBeGreaterThan(300);
  });
});

/** In an order that later cycles do not change. */
function byMetric({ firstResponse, resolution, nextResponse }: TicketSla): MetricSla[] {
  return [firstResponse, resolution, ...nextResponse];
}
