import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Condition, fingerprintOf } from '../../src/alerts/condition.ts';
import type { Incident } from '../../src/alerts/incident.ts';
import type { Route, Severity } from '../../src/alerts/rule.ts';
import { type AdvanceTerms, advance, type Instance } from '../../src/alerts/stages/advance.ts';
import { type DedupTerms, decide, type Reason } from '../../src/alerts/stages/dedup.ts';
import { group } from '../../src/alerts/stages/group.ts';
import { muteOf, type Silence } from '../../src/alerts/stages/mute.ts';
import { routeOf } from '../../src/alerts/stages/route.ts';
import { openTime } from '../../src/sla/open-time.ts';

/*
 * The pure stages against naive models that see every minute and remember everything.
 */

const seed = Number(process.env.CREMA_PROPERTY_SEED ?? 20_261_122);
const times = Number(process.env.CREMA_PROPERTY_TIMES ?? 1);
const settings = (numRuns: number) => ({ seed, numRuns: numRuns * times });
const start = Temporal.Instant.from('2026-11-09T00:00:00Z');
const at = (minute: number) => start.add({ minutes: minute });
const minuteOf = (instant: Temporal.Instant) => start.until(instant).total('minutes');
const keys = ['a', 'b', 'c'] as const;
type Key = (typeof keys)[number];

/** How one thing stands at a minute: below its marks, between them, or beyond, so and so badly. */
type Status = 'clear' | 'between' | Severity;

function conditionOf(key: Key, status: Exclude<Status, 'clear'>, minute: number): Condition {
  const isBetween = status === 'between';
  return {
    ...{ labels: { key }, status: isBetween ? 'between' : 'firing', severity: isBetween ? 1 : status },
    ...{ since: at(minute), facts: { line: key, rank: 0 } },
  };
}

function conditionsAt(statuses: Readonly<Record<Key, readonly Status[]>>, minute: number): Condition[] {
  return keys.flatMap((key) => {
    const status = statuses[key][minute] ?? 'clear';
    return status === 'clear' ? [] : [conditionOf(key, status, minute)];
  });
}

/** Statuses come in stretches, as they do in life. */
const stretch = (minutes: number, worst: Severity = 1) =>
  fc
    .array(
      fc.record({
        status: fc.constantFrom<Status>('clear', 'clear', 'between', 1, ...(worst > 1 ? ([2, 3] as const) : [])),
        length: fc.integer({ min: 1, max: 12 }),
      }),
      { minLength: 1, maxLength: 12 },
    )
    .map((parts) =>
      parts.flatMap(({ status, length }) => Array.from({ length }, (): Status => status)).slice(0, minutes),
    );

const terms = fc.record({ forMinutes: fc.integer({ min: 0, max: 8 }), resolveMinutes: fc.integer({ min: 0, max: 8 }) });
const termsOf = ({ forMinutes, resolveMinutes }: { forMinutes: number; resolveMinutes: number }): AdvanceTerms => ({
  forSeconds: forMinutes * 60,
  resolveAfterSeconds: resolveMinutes * 60,
  waitSeconds: 0,
});

/** What the database keeps between looks: pending rows that are not written again are gone, others stay. */
function keep(known: readonly Instance[], next: readonly Instance[]): Instance[] {
  const written = new Set(next.map(({ fingerprint }) => fingerprint));
  return [...next, ...known.filter((one) => one.state !== 'pending' && !written.has(one.fingerprint))];
}

/** The state of one thing at each minute, from windows over all statuses so far and nothing else. */
function byWindows(statuses: readonly Status[], forMinutes: number, resolveMinutes: number) {
  const beyond = (status: Status | undefined) => typeof status === 'number';
  const states: ('idle' | 'pending' | 'firing')[] = [];
  let episodes = 0;
  for (let minute = 0; minute < statuses.length; minute++) {
    const was = states[minute - 1] ?? 'idle';
    const last = (count: number) => (minute - count < 0 ? [undefined] : statuses.slice(minute - count, minute + 1));
    if (was === 'firing') {
      const isOver = last(resolveMinutes).every((status) => status === 'clear');
      states.push(isOver ? 'idle' : 'firing');
    } else if (!beyond(statuses[minute])) states.push('idle');
    else {
      // Minutes in which it still fired belong to the episode before.
      const isLong = last(forMinutes).every(beyond) && !states.slice(minute - forMinutes).includes('firing');
      states.push(isLong ? 'firing' : 'pending');
      if (isLong) episodes++;
    }
  }
  return { states, episodes };
}

describe(`what is watched advances (seed ${seed})`, () => {
  test('to firing after `for` without a break, and to its end after so long well again', () => {
    let fired = 0;
    fc.assert(
      fc.property(stretch(80), terms, (statuses, { forMinutes, resolveMinutes }) => {
        const expected = byWindows(statuses, forMinutes, resolveMinutes);
        let known: Instance[] = [];
        const states = statuses.map((_, minute) => {
          const all = { a: statuses, b: [], c: [] };
          const { instances } = advance(
            known,
            conditionsAt(all, minute),
            termsOf({ forMinutes, resolveMinutes }),
            at(minute),
          );
          known = keep(known, instances);
          const one = known.find(({ fingerprint }) => fingerprint === fingerprintOf({ key: 'a' }));
          return one === undefined || one.state === 'resolved' ? 'idle' : one.state;
        });
        fired += expected.episodes;
        expect(states).toEqual(expected.states);
      }),
      settings(150),
    );
    expect(fired).toBeGreaterThan(100);
  });

  test('the same where it is only looked at when something changes or the time it asked for has come', () => {
    fc.assert(
      fc.property(stretch(80), stretch(80), terms, (a, b, durations) => {
        const all = { a, b, c: [] };
        const ends = (known: readonly Instance[]) =>
          known.map(({ fingerprint, episode, state, firedAt, resolvedAt }) => [
            ...[fingerprint, episode, state, firedAt?.toString(), resolvedAt?.toString()],
          ]);
        let eager: Instance[] = [];
        let lazy: Instance[] = [];
        let wake: number | null = 0;
        for (let minute = 0; minute < Math.max(a.length, b.length); minute++) {
          const conditions = conditionsAt(all, minute);
          const changed = keys.some((key) => all[key][minute] !== all[key][minute - 1]);
          eager = keep(eager, advance(eager, conditions, termsOf(durations), at(minute)).instances);
          if (!changed && (wake === null || wake > minute)) continue;
          const { instances, nextAt } = advance(lazy, conditions, termsOf(durations), at(minute));
          lazy = keep(lazy, instances);
          wake = nextAt === null ? null : minuteOf(nextAt);
        }
        expect(ends(lazy).toSorted()).toEqual(ends(eager).toSorted());
      }),
      settings(150),
    );
  });

  test('an episode has a number that no earlier one that fired had', () => {
    fc.assert(
      fc.property(stretch(80), terms, (statuses, durations) => {
        let known: Instance[] = [];
        const firings = new Map<number, string>();
        for (let minute = 0; minute < statuses.length; minute++) {
          const conditions = conditionsAt({ a: statuses, b: [], c: [] }, minute);
          known = keep(known, advance(known, conditions, termsOf(durations), at(minute)).instances);
          const [one] = known;
          if (one?.state !== 'firing') continue;
          const firedAt = String(one.firedAt);
          expect(firings.get(one.episode) ?? firedAt).toBe(firedAt);
          firings.set(one.episode, firedAt);
        }
      }),
      settings(150),
    );
  });

  test('late data has been so since its own time: `for` is not waited for twice', () => {
    const late = { ...conditionOf('a', 2, 0), since: at(0) };
    const { instances } = advance([], [late], { forSeconds: 600, resolveAfterSeconds: 0, waitSeconds: 0 }, at(10));
    expect(instances).toMatchObject([{ state: 'firing', since: at(0), firedAt: at(10) }]);
    const young = advance([], [late], { forSeconds: 600, resolveAfterSeconds: 0, waitSeconds: 0 }, at(9));
    expect(young).toMatchObject({ instances: [{ state: 'pending' }], nextAt: at(10) });
  });

  test('its end is when it was first seen well, not when that had lasted long enough', () => {
    const { instances } = advance(
      [],
      [conditionOf('a', 2, 0)],
      { forSeconds: 0, resolveAfterSeconds: 300, waitSeconds: 0 },
      at(0),
    );
    const clearing = advance(instances, [], { forSeconds: 0, resolveAfterSeconds: 300, waitSeconds: 0 }, at(4));
    const ended = advance(clearing.instances, [], { forSeconds: 0, resolveAfterSeconds: 300, waitSeconds: 0 }, at(9));
    expect(ended.instances).toMatchObject([{ state: 'resolved', resolvedAt: at(4) }]);
  });
});

/** What somebody does, or what keeps people from being told, at a minute. */
interface Doing {
  acknowledge: ReadonlySet<number>;
  /** Minutes it lasts. */
  snooze: ReadonlyMap<number, number>;
  muted: readonly boolean[];
}

type Announced = Parameters<typeof decide>[0]['announced'];

interface Telling {
  minute: number;
  reason: Reason;
  set: string;
  severity: number;
}

const dedupTerms = fc.record({
  waitMinutes: fc.integer({ min: 0, max: 5 }),
  intervalMinutes: fc.integer({ min: 0, max: 6 }),
  repeatMinutes: fc.option(fc.integer({ min: 5, max: 15 }), { nil: null }),
});
type Minutes = { waitMinutes: number; intervalMinutes: number; repeatMinutes: number | null };
const dedupTermsOf = ({ waitMinutes, intervalMinutes, repeatMinutes }: Minutes): DedupTerms => ({
  ...{ waitSeconds: waitMinutes * 60, intervalSeconds: intervalMinutes * 60 },
  repeatSeconds: repeatMinutes === null ? null : repeatMinutes * 60,
});

const doing = (minutes: number): fc.Arbitrary<Doing> =>
  fc.record({
    acknowledge: fc.uniqueArray(fc.nat(minutes), { maxLength: 2 }).map((list) => new Set(list)),
    snooze: fc
      .uniqueArray(fc.tuple(fc.nat(minutes), fc.integer({ min: 3, max: 20 })), {
        maxLength: 2,
        selector: ([minute]) => minute,
      })
      .map((list) => new Map(list)),
    muted: fc
      .array(fc.record({ muted: fc.boolean(), length: fc.integer({ min: 5, max: 25 }) }), { maxLength: 4 })
      .map((parts) => parts.flatMap(({ muted, length }) => Array.from({ length }, () => muted))),
  });
const nothing: Doing = { acknowledge: new Set(), snooze: new Map(), muted: [] };

/** One group from minute to minute: the sets that fire, told by `decide` and kept as the incident keeps them. */
function live(
  firingAt: readonly ReadonlyMap<string, number>[],
  minutes: Minutes,
  { acknowledge, snooze, muted }: Doing,
  { lazy = false } = {},
) {
  let told: Announced = null;
  let openedAt: Temporal.Instant | null = null;
  let acknowledged = false;
  let snoozedUntil: Temporal.Instant | null = null;
  const tellings: Telling[] = [];
  const snoozedAt: boolean[] = [];
  const openAt: boolean[] = [];
  let wake: number | null = 0;
  for (const [minute, firing] of firingAt.entries()) {
    const now = at(minute);
    if (openedAt === null && firing.size > 0) openedAt = now;
    if (told && acknowledge.has(minute)) acknowledged = true;
    if (told && snooze.has(minute)) snoozedUntil = at(minute + snooze.get(minute)!);
    snoozedAt.push(snoozedUntil !== null && minuteOf(snoozedUntil) > minute);
    const isSame = JSON.stringify([...firing]) === JSON.stringify([...(firingAt[minute - 1] ?? [])]);
    const isQuiet = isSame && !acknowledge.has(minute) && !snooze.has(minute) && (wake === null || wake > minute);
    if (openedAt !== null && !(lazy && isQuiet)) {
      const severity = Math.max(1, ...firing.values()) as Severity;
      const decision = decide(
        { announced: told, firing: [...firing.keys()], severity, openedAt, acknowledged, snoozedUntil },
        dedupTermsOf(minutes),
        now,
      );
      wake = decision.kind === 'wait' && decision.until ? minuteOf(decision.until) : null;
      // What settle() asks for when something was told.
      if (decision.kind === 'tell' && minutes.repeatMinutes !== null) wake = minute + minutes.repeatMinutes;
      const isTold = decision.kind === 'tell' && (muted[minute] !== true || decision.reason === 'resolved');
      if (isTold) {
        const { reason } = decision;
        tellings.push({ minute, reason, set: [...firing.keys()].toSorted().join(' '), severity });
        snoozedUntil = snoozedUntil && (reason === 'worse' || minuteOf(snoozedUntil) <= minute) ? null : snoozedUntil;
        if (reason === 'worse') acknowledged = false;
        const before = told as Announced;
        told = {
          ...{ fingerprints: [...firing.keys()], severity },
          toldAt: reason === 'repeat' && before ? before.toldAt : now,
          repeatedAt: reason === 'repeat' ? now : (before?.repeatedAt ?? null),
        };
      }
      if (decision.kind === 'forget' || (isTold && decision.reason === 'resolved')) {
        [told, openedAt, snoozedUntil, acknowledged] = [null, null, null, false];
      }
    }
    openAt.push(openedAt !== null);
  }
  return { tellings, snoozedAt, openAt };
}

/** Sets of things that fire, each with its episode: a thing that is back is another one. */
const firingSets = (minutes: number) =>
  fc.record({ a: stretch(minutes, 3), b: stretch(minutes, 3), c: stretch(minutes, 3) }).map((statuses) => {
    const episodes = new Map<Key, number>();
    return Array.from({ length: minutes }, (_, minute) => {
      const set = new Map<string, number>();
      for (const key of keys) {
        const status = statuses[key][minute];
        if (typeof status !== 'number') continue;
        if (typeof statuses[key][minute - 1] !== 'number') episodes.set(key, (episodes.get(key) ?? 0) + 1);
        set.set(`${key}#${episodes.get(key)}`, status);
      }
      return set;
    });
  });

describe(`people are told (seed ${seed})`, () => {
  const length = 90;

  test('first once, its end once, and of the same set again only after the repeat interval or a snooze', () => {
    const seen = new Map<Reason, number>();
    fc.assert(
      fc.property(firingSets(length), dedupTerms, doing(length), (sets, minutes, what) => {
        const { tellings } = live(sets, minutes, what);
        let open: Telling | null = null;
        for (const telling of tellings) {
          const { minute, reason, set, severity } = telling;
          seen.set(reason, (seen.get(reason) ?? 0) + 1);
          expect(reason === 'first').toBe(open === null);
          if (open && reason !== 'resolved' && open.set === set && open.severity >= severity) {
            const afterSnooze = [...what.snooze.keys()].some((from) => from <= minute && from >= open!.minute);
            expect(reason).toBe('repeat');
            if (!afterSnooze) {
              expect(minutes.repeatMinutes).not.toBeNull();
              expect(minute - open.minute).toBeGreaterThanOrEqual(minutes.repeatMinutes!);
            }
          }
          open = reason === 'resolved' ? null : telling;
        }
      }),
      settings(150),
    );
    for (const reason of ['first', 'worse', 'more', 'repeat', 'resolved'] as const)
      expect(seen.get(reason) ?? 0).toBeGreaterThan(20);
  });

  test('of all that fires for longer than the waits, unless something keeps it from them', () => {
    fc.assert(
      fc.property(firingSets(length), dedupTerms, doing(length), (sets, minutes, what) => {
        const { tellings, snoozedAt } = live(sets, minutes, what);
        const patience = Math.max(minutes.waitMinutes, minutes.intervalMinutes);
        for (let minute = patience; minute < length; minute++) {
          const window = Array.from({ length: patience + 1 }, (_, back) => minute - back);
          if (what.muted[minute] || snoozedAt[minute]) continue;
          for (const one of sets[minute]!.keys()) {
            if (!window.every((earlier) => sets[earlier]!.has(one))) continue;
            const wasTold = tellings.some(
              (telling) => telling.minute <= minute && telling.set.split(' ').includes(one),
            );
            expect(wasTold, `${one} at ${minute}`).toBe(true);
          }
        }
      }),
      settings(150),
    );
  });

  test('nothing of what came and went within the first wait', () => {
    let flaps = 0;
    fc.assert(
      fc.property(firingSets(length), dedupTerms, (sets, minutes) => {
        // Of each stretch in which something fires only as much as is shorter than the wait.
        let since = 0;
        const short = sets.map((set, minute) => {
          if (set.size === 0) since = minute + 1;
          return minute - since < minutes.waitMinutes ? set : new Map<string, number>();
        });
        flaps += short.filter(({ size }) => size > 0).length;
        expect(live(short, minutes, nothing).tellings).toEqual([]);
      }),
      settings(100),
    );
    expect(flaps).toBeGreaterThan(100);
  });

  test('nothing of what came and went between two tellings', () => {
    const a = ['a#1', 1] as const;
    const sets = [[a], [a], [a, ['b#1', 1] as const], [a], [a], [a], [a]].map((entries) => new Map(entries));
    const minutes = { waitMinutes: 0, intervalMinutes: 5, repeatMinutes: null };
    expect(live(sets, minutes, nothing).tellings.map(({ reason }) => reason)).toEqual(['first']);
  });

  test('of what is worse at once, also while it is snoozed', () => {
    fc.assert(
      fc.property(firingSets(length), dedupTerms, doing(length), (sets, minutes, what) => {
        const { tellings, openAt } = live(sets, minutes, what);
        const worstTold = (minute: number) => {
          const from = tellings.findLastIndex((one) => one.reason === 'first' && one.minute <= minute);
          const last = from === -1 ? undefined : tellings.slice(from).findLast((one) => one.minute <= minute);
          return last?.reason === 'resolved' ? undefined : last?.severity;
        };
        for (let minute = 0; minute < length; minute++) {
          const told = worstTold(minute);
          if (told === undefined || !openAt[minute] || what.muted[minute]) continue;
          expect(Math.max(0, ...sets[minute]!.values())).toBeLessThanOrEqual(told);
        }
      }),
      settings(150),
    );
  });

  test('not again of what somebody has acknowledged, until it is more, worse, or a snooze ends', () => {
    fc.assert(
      fc.property(firingSets(length), dedupTerms, doing(length), (sets, minutes, what) => {
        const acknowledged: Doing = { ...what, snooze: new Map(), muted: [] };
        const { tellings } = live(sets, minutes, acknowledged);
        for (const { minute, reason } of tellings) {
          if (reason !== 'repeat') continue;
          const opened = tellings.findLast((one) => one.reason === 'first' && one.minute <= minute)!.minute;
          const renewed = tellings.findLast((one) => one.reason === 'worse' && one.minute <= minute)?.minute ?? -1;
          const isAcknowledged = [...what.acknowledge].some((at) => at <= minute && at > Math.max(opened, renewed));
          expect(isAcknowledged).toBe(false);
        }
      }),
      settings(150),
    );
  });

  test('of nothing but what is worse and the end while it is snoozed', () => {
    fc.assert(
      fc.property(firingSets(length), dedupTerms, doing(length), (sets, minutes, what) => {
        const { tellings, snoozedAt } = live(sets, minutes, what);
        for (const { minute, reason } of tellings)
          if (snoozedAt[minute]) expect(['worse', 'resolved']).toContain(reason);
      }),
      settings(150),
    );
  });

  test('later, but told, where hours or a silence kept it from them', () => {
    fc.assert(
      fc.property(firingSets(length), dedupTerms, fc.integer({ min: 5, max: 60 }), (sets, minutes, until) => {
        const what: Doing = { ...nothing, muted: Array.from({ length: until }, () => true) };
        const { tellings } = live(sets, minutes, what);
        expect(tellings.filter(({ minute }) => minute < until)).toEqual([]);
        const first = sets.slice(0, until + 1).findLastIndex(({ size }) => size === 0) + 1;
        if (until - first >= minutes.waitMinutes)
          expect(tellings[0]).toMatchObject({
            minute: until,
            reason: 'first',
            set: [...sets[until]!.keys()].join(' '),
          });
      }),
      settings(150),
    );
  });

  test('the same where it is only decided when something changes or the time it asked for has come', () => {
    const acting = doing(length).map((what): Doing => ({ ...what, muted: [] }));
    fc.assert(
      fc.property(firingSets(length), dedupTerms, acting, (sets, minutes, what) => {
        expect(live(sets, minutes, what, { lazy: true }).tellings).toEqual(live(sets, minutes, what).tellings);
      }),
      settings(150),
    );
  });
});

describe(`groups (seed ${seed})`, () => {
  const instance = fc
    .record({
      ...{ id: fc.nat(30), team: fc.constantFrom('x', 'y', undefined), priority: fc.constantFrom('high', 'low') },
      state: fc.constantFrom('pending', 'firing', 'resolved'),
    })
    .map(({ id, team, priority, state }): Instance => {
      const labels = { ticket: String(id) };
      return {
        ...{ fingerprint: fingerprintOf(labels), episode: 1, labels, about: { priority, ...(team ? { team } : {}) } },
        ...{ state, severity: 1, facts: { line: '', rank: 0 }, since: at(0), pendingAt: at(0) },
        ...{ firedAt: state === 'pending' ? null : at(0), clearSince: null, resolvedAt: null },
      };
    });

  test('hold everything that fires exactly once, with what has the same labels', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(instance, { selector: ({ fingerprint }) => fingerprint, maxLength: 20 }),
        fc.subarray(['team', 'priority']),
        (instances, groupBy) => {
          const groups = group(instances, [], groupBy);
          const placed = groups.flatMap((one) => one.instances).filter(({ state }) => state === 'firing');
          const firing = instances.filter(({ state }) => state === 'firing');
          expect(placed.map(({ fingerprint }) => fingerprint).toSorted()).toEqual(
            firing.map(({ fingerprint }) => fingerprint).toSorted(),
          );
          const same = (a: Instance, b: Instance) =>
            groupBy.every((name) => (a.about[name] ?? '') === (b.about[name] ?? ''));
          for (const one of firing)
            for (const other of firing) {
              const together = groups.some(({ instances: all }) => all.includes(one) && all.includes(other));
              expect(together).toBe(same(one, other));
            }
        },
      ),
      settings(100),
    );
  });

  test('keep an incident whose instances have all gone, and never open one for what is over', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(instance, { selector: ({ fingerprint }) => fingerprint, maxLength: 20 }),
        (instances) => {
          const open = { groupKey: '["z"]', labels: { team: 'z' } } as unknown as Incident;
          const groups = group(instances, [open], ['team']);
          expect(groups.filter(({ incident }) => incident === open)).toHaveLength(1);
          for (const { incident, instances: all } of groups)
            if (incident === null) expect(all.some(({ state }) => state === 'firing')).toBe(true);
        },
      ),
      settings(100),
    );
  });
});

describe(`muting (seed ${seed})`, () => {
  const calendar = {
    timezone: 'Europe/Berlin',
    hours: {
      mon: [{ from: '09:00', to: '12:00' }],
      wed: [{ from: '22:00', to: '24:00' }],
      thu: [{ from: '00:00', to: '05:30' }],
    },
    holidays: ['2026-03-30'],
  };
  const times = openTime(calendar);
  const input = {
    ...{ rule: { ruleId: 7, name: 'calm', hours: 'office' }, labels: {}, unknown: null, within: null },
    ...{ members: [], silences: [], openTime: times },
  };
  // Both clock changes of the year are among these weeks.
  const moment = fc.oneof(
    fc
      .integer({ min: 0, max: 21 * 24 * 60 })
      .map((minutes) => Temporal.Instant.from('2026-03-18T00:00:00Z').add({ minutes })),
    fc
      .integer({ min: 0, max: 21 * 24 * 60 })
      .map((minutes) => Temporal.Instant.from('2026-10-14T00:00:00Z').add({ minutes })),
  );

  /** By the wall clock, minute by minute. */
  function isOpen(instant: Temporal.Instant): boolean {
    const local = instant.toZonedDateTimeISO(calendar.timezone);
    if (calendar.holidays.includes(local.toPlainDate().toString())) return false;
    const minutes = local.hour * 60 + local.minute;
    const within = (from: number, to: number) => minutes >= from && minutes < to;
    if (local.dayOfWeek === 1) return within(9 * 60, 12 * 60);
    if (local.dayOfWeek === 3) return within(22 * 60, 24 * 60);
    return local.dayOfWeek === 4 && within(0, 5 * 60 + 30);
  }

  test('outside the hours lasts until the very minute in which they begin', () => {
    let muted = 0;
    fc.assert(
      fc.property(moment, (now) => {
        const found = muteOf(input, now);
        expect(found === null).toBe(isOpen(now));
        if (!found) return;
        muted++;
        let opens = now;
        while (!isOpen(opens)) opens = opens.add({ minutes: 1 });
        expect(found.until?.toString()).toBe(opens.toString());
        expect(muteOf(input, found.until!)).toBeNull();
      }),
      settings(30),
    );
    expect(muted).toBeGreaterThan(10);
  });

  test('a silence holds for what has all of its labels, from its beginning until just before its end', () => {
    const label = fc.constantFrom('team', 'priority', 'rule');
    const value = fc.constantFrom('x', 'y', 'calm', '7');
    fc.assert(
      fc.property(
        fc.dictionary(label, fc.array(value, { minLength: 1, maxLength: 2 }), { maxKeys: 2 }),
        fc.dictionary(fc.constantFrom('team', 'priority'), value),
        fc.integer({ min: -2, max: 12 }),
        (matchers, labels, minute) => {
          const silence: Silence = {
            ...{ silenceId: 1, matchers, from: at(0), until: at(10), createdBy: 'Noor', person: null, comment: 'move' },
          };
          const of = new Map<string, string[]>([['rule', ['calm', '7']]]);
          for (const [name, one] of Object.entries(labels)) of.set(name, [one]);
          const expected =
            minute >= 0 &&
            minute < 10 &&
            Object.entries(matchers).every(([name, values]) =>
              values.some((one) => (of.get(name) ?? ['']).includes(one)),
            );
          const quiet = { ...input, rule: { ...input.rule, hours: null }, labels, silences: [silence] };
          const found = muteOf(quiet, at(minute));
          expect(found !== null).toBe(expected);
          if (found) expect(found.until).toEqual(at(10));
        },
      ),
      settings(150),
    );
  });

  test('a silence holds for what has no such label as a whole where every one of its things has', () => {
    const silence: Silence = {
      ...{ silenceId: 1, matchers: { team: ['crm/7', '7'], priority: ['low'] }, from: at(0), until: at(10) },
      ...{ createdBy: 'Noor', person: null, comment: 'move' },
    };
    const rule = { ...input.rule, hours: null };
    const isMuted = (labels: Record<string, string>, ...members: Record<string, string>[]) =>
      muteOf({ ...input, rule, labels, members, silences: [silence] }, at(1)) !== null;
    const own = { team: 'crm/7', priority: 'low', ticket: 'crm/1' };
    expect(isMuted({}, own, { ...own, team: '7' })).toBe(true);
    expect(isMuted({ priority: 'low' }, { team: '7' })).toBe(true);
    expect(isMuted({}, own, { ...own, team: 'crm/8' })).toBe(false);
    expect(isMuted({}, own, { priority: 'low' })).toBe(false);
    expect(isMuted({})).toBe(false);
  });

  test('late data is named before a breach of the team, and that before hours and silences', () => {
    const monday = Temporal.Instant.from('2026-11-08T12:00:00Z');
    const silence = {
      ...{ silenceId: 1, matchers: {}, from: at(-5_000), until: at(5_000) },
      createdBy: 'Noor',
      person: null,
      comment: 'c',
    };
    const all = {
      ...input,
      unknown: { reason: 'the data is late', late: ['crm: ticket'] },
      within: { incidentId: 4, name: 'team Delivery' },
      silences: [silence],
    };
    const reasons = [all, { ...all, unknown: null }, { ...all, unknown: null, within: null }].map(
      (one) => muteOf(one, monday)?.reason,
    );
    expect(reasons).toEqual([
      'data is late: crm: ticket',
      'told with incident 4 (team Delivery)',
      'outside the hours of office',
    ]);
  });
});

test(`an incident goes by the first route that holds (seed ${seed})`, () => {
  const name = fc.constantFrom('team', 'priority');
  const value = fc.constantFrom('delivery', 'returns', 'high');
  const route = fc.record({
    labels: fc.dictionary(name, fc.array(value, { minLength: 1, maxLength: 2 }), { maxKeys: 2 }),
    severity: fc.option(fc.constantFrom<Severity>(1, 2, 3), { nil: null }),
    open: fc.option(fc.constantFrom<'open' | 'closed'>('open', 'closed'), { nil: null }),
  });
  const office = openTime({ timezone: 'UTC', hours: { mon: [{ from: '09:00', to: '17:00' }] } });
  fc.assert(
    fc.property(
      fc.array(route, { maxLength: 4 }),
      fc.dictionary(name, fc.constantFrom('crm/delivery', 'crm/returns', 'high')),
      fc.dictionary(name, fc.constantFrom('Delivery', 'Returns')),
      fc.constantFrom<Severity>(1, 2, 3),
      fc.integer({ min: 0, max: 23 }),
      fc.option(fc.integer({ min: 0, max: 23 }), { nil: null }),
      (routes, labels, names, severity, hour, told) => {
        const made = routes.map(
          (one, index): Route => ({
            ...{ labels: one.labels, to: [{ carrier: 'slack', recipient: String(index) }], escalate: [] },
            ...(one.severity ? { severity: one.severity } : {}),
            ...(one.open ? { hours: { calendar: 'office', is: one.open } } : {}),
          }),
        );
        const last: Route = { labels: {}, to: [{ carrier: 'slack', recipient: 'last' }], escalate: [] };
        // By the hours of when it was first told.
        const announcedAt = told === null ? null : start.add({ hours: told });
        const isOpen = (told ?? hour) >= 9 && (told ?? hour) < 17;
        const known = (label: string) => [
          ...(labels[label] ? [labels[label], labels[label].replace('crm/', '')] : []),
          ...(names[label] ? [names[label].toLowerCase()] : []),
        ];
        const expected = routes.findIndex(
          (one) =>
            (one.severity === null || severity >= one.severity) &&
            (one.open === null || (one.open === 'open') === isOpen) &&
            Object.entries(one.labels).every(([label, values]) =>
              values.some((wanted) => known(label).includes(wanted)),
            ),
        );
        const calendar = (of: string) => (of === 'office' ? office : undefined);
        const now = start.add({ hours: hour });
        const found = routeOf(
          { routes: [...made, last] },
          { incident: { labels, worstSeverity: severity, announcedAt }, names, calendar },
          now,
        );
        expect(found.to[0]?.recipient).toBe(expected === -1 ? 'last' : String(expected));
      },
    ),
    settings(150),
  );
});
