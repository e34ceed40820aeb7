import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { fingerprintOf } from '../../src/alerts/condition.ts';
import { lookAtDue } from '../../src/alerts/look.ts';
import { sweepSla } from '../../src/facts/sweep.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { Calendar } from '../../src/sla/calendar.ts';
import type { TicketEvent } from '../../src/sla/history.ts';
import type { PolicyVersion } from '../../src/sla/policy.ts';
import { useDatabase } from '../database.ts';
import { type OracleMetric, oracleOf } from '../sla/oracle.ts';
import { minute, openMinutes, wallClock } from '../sla/wall-clock.ts';
import { town } from './town.ts';

/*
 * A month of a support desk, told to Crema record by record at the minutes at which they come to be known, some of them
 * hours late, and once all of them after an outage. After every step what fires is compared with what the minute stepper of
 * tests/sla says of the records known then. Time goes from one minute at which that changes to the next one; of the minutes
 * in between one in three hundred is looked at too. CREMA_PROPERTY_RUNS multiplies the tickets, CREMA_PROPERTY_SEED sets the seed.
 */
const database = useDatabase();
const factor = Number(process.env.CREMA_PROPERTY_RUNS ?? 1);
const seed = Number(process.env.CREMA_PROPERTY_SEED ?? 20_261_121);

const origin = Temporal.Instant.from('2026-10-05T00:00:00Z').epochMilliseconds;
const days = 31;
const end = days * 1440;
/** Minutes the stepper knows: targets that pass later are beyond it. */
const horizon = end + 12 * 1440;
const instant = (minutes: number) => Temporal.Instant.fromEpochMilliseconds(origin + minutes * minute).toString();

// The clocks go back on 25 October; the 31st is a holiday of some, the 26th is worked for half a day.
const calendar: Calendar = {
  timezone: 'Europe/Berlin',
  hours: {
    ...Object.fromEntries(
      ['mon', 'tue', 'wed', 'thu'].map((day) => [
        day,
        [
          { from: '08:30', to: '12:00' },
          { from: '12:45', to: '18:00' },
        ],
      ]),
    ),
    fri: [{ from: '08:30', to: '15:00' }],
    sun: [{ from: '00:00', to: '06:00' }],
  },
  holidays: ['2026-10-12', '2026-10-31'],
  days: { '2026-10-26': [{ from: '09:00', to: '13:00' }] },
};
const first: PolicyVersion = {
  validFrom: Number.NEGATIVE_INFINITY,
  calendar,
  targets: {
    firstResponse: { critical: 10 * 60, high: 90 * 60, medium: 4 * 3600 },
    nextResponse: { critical: 50 * 60, high: 2 * 3600 },
    resolution: { critical: 3 * 3600, high: 8 * 3600, medium: 20 * 3600 },
  },
  pausing: { resolution: ['pending'], nextResponse: ['pending'] },
};
/** From the third week on shorter promises, on longer hours. */
const second: PolicyVersion = {
  ...first,
  validFrom: origin + 15 * 1440 * minute,
  calendar: { ...calendar, hours: { ...calendar.hours, fri: [{ from: '08:30', to: '18:00' }] } },
  targets: { ...first.targets, firstResponse: { critical: 10 * 60, high: 45 * 60, medium: 150 * 60 } },
};
const clock = wallClock('Europe/Berlin', origin, horizon);
const versions = [first, second].map((version) => ({ version, open: openMinutes(version.calendar, clock) }));
const [before, keep, lateShown] = [30, 8 * 60, 15];
/** Nothing comes in between these minutes, and from half an hour on it is known that it does not. */
const outage = { from: 9 * 1440 + 8 * 60, to: 9 * 1440 + 14 * 60 };

interface Said {
  at: number;
  /** When Crema is told. */
  known: number;
  kind: 'status' | 'priority' | 'public_reply' | 'customer_reply';
  old: string | null;
  becomes: string | null;
}
interface Story {
  id: string;
  at: number;
  known: number;
  priority: string;
  said: Said[];
}

/** Small and fast (mulberry32), the same for the same seed everywhere. */
function randomOf(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
const random = randomOf(seed);
const below = (n: number) => Math.floor(random() * n);
const oneOf = <T>(list: readonly T[]): T => list[below(list.length)]!;
const priorities = ['critical', 'high', 'high', 'medium'];

/** One in eight records comes late, by up to six hours; in the outage none does. */
function knownAt(at: number): number {
  const known = at + (below(8) === 0 ? 1 + below(random() < 0.5 ? 20 : 360) : 0);
  return known >= outage.from && known < outage.to ? outage.to : known;
}

function storyOf(id: string): Story {
  let at = below(end - 1440);
  while (!versions[0]!.open[at] && below(6) > 0) at = below(end - 1440);
  const start = at;
  let priority = oneOf(priorities);
  const said: Said[] = [];
  const firstPriority = priority;
  const say = (kind: Said['kind'], becomes: string | null = null, old: string | null = null) =>
    said.push({ at, known: knownAt(at), kind, old, becomes });
  const steps = 2 + below(9);
  let status = 'open';
  const turn = (becomes: string) => {
    status = becomes;
    say('status', becomes);
  };
  for (let step = 0; step < steps; step++) {
    at += 1 + below(oneOf([12, 60, 240, 1440]));
    if (at >= end) break;
    const next = random();
    if (status === 'pending' && next < 0.6) turn('open');
    else if (status === 'resolved') {
      if (next < 0.25) turn('open');
      else if (next < 0.4) say('customer_reply');
    } else if (next < 0.35) say('public_reply');
    else if (next < 0.65) say('customer_reply');
    else if (next < 0.76) turn('pending');
    else if (next < 0.86) {
      const old = priority;
      priority = oneOf(priorities);
      if (priority !== old) say('priority', priority, old);
    } else turn('resolved');
  }
  return { id, at: start, known: knownAt(start), priority: firstPriority, said };
}

/** What is known of a ticket in a minute, as the record says it then; undefined before it is. */
function knownOf(story: Story, now: number) {
  if (story.known > now) return undefined;
  const said = story.said.filter(({ known }) => known <= now).toSorted((a, b) => a.at - b.at);
  const status = said.findLast(({ kind }) => kind === 'status')?.becomes ?? 'open';
  const changed = said.filter(({ kind }) => kind === 'priority');
  const priority = changed[0]?.old ?? story.priority;
  const at = (minutes: number) => origin + minutes * minute;
  const events: TicketEvent[] = [
    { kind: 'created', at: at(story.at), priority, status: 'open' },
    ...said.map((one): TicketEvent => {
      const when = { at: at(one.at) };
      if (one.kind === 'status' || one.kind === 'priority') return { ...when, kind: one.kind, new: one.becomes };
      return { ...when, kind: one.kind };
    }),
  ];
  const ended = status === 'resolved' ? said.findLast(({ kind }) => kind === 'status')!.at : null;
  return { said, status, priority: changed.at(-1)?.becomes ?? priority, ended, events };
}

const everything = { replies: true, customerReplies: true, resolutions: true };
const names = { firstResponse: 'first-response', nextResponse: 'next-response', resolution: 'resolution' } as const;

interface Watched extends OracleMetric {
  fingerprint: string;
  started: number;
  ended: number | null;
}

/** What the stepper says of each metric of a ticket, by everything known in a minute. */
function steppedOf(story: Story, now: number): Watched[] {
  const known = knownOf(story, now);
  if (!known) return [];
  const found = oracleOf({ account: null, events: known.events, delivered: everything }, versions, origin, now);
  let cycle = 0;
  return found.map((one) => {
    if (one.metric === 'nextResponse') cycle += 1;
    const labels = {
      ...{ ticket: `crm/${story.id}`, metric: names[one.metric] },
      ...(one.metric === 'nextResponse' && cycle > 1 ? { cycle: String(cycle) } : {}),
    };
    const over = [one.fulfilled, known.ended].filter((at) => at !== null);
    // Of a question only the latest waits; when it was asked matters to what is predicted only.
    const started = one.metric === 'nextResponse' ? askedAt(known.events, cycle) : story.at;
    return { ...one, fingerprint: fingerprintOf(labels), started, ended: over.length > 0 ? Math.min(...over) : null };
  });
}

/** When the n-th question after the first response was asked: what waits since a reopening began with it. */
function askedAt(events: readonly TicketEvent[], wanted: number): number {
  let [answered, open, cycle, ended, owed] = [false, false, 0, false, false];
  for (const event of events) {
    const at = (event.at - origin) / minute;
    if (event.kind === 'public_reply') {
      answered = true;
      open = false;
      owed = false;
    } else if (event.kind === 'customer_reply' && answered && !open) {
      if (ended) owed = true;
      else {
        open = true;
        cycle += 1;
        if (cycle === wanted) return at;
      }
    } else if (event.kind === 'status') {
      const wasEnded = ended;
      ended = event.new === 'resolved';
      if (wasEnded && !ended && owed) {
        owed = false;
        open = true;
        cycle += 1;
        if (cycle === wanted) return at;
      }
    }
  }
  return 0;
}

const tickets = 60 * factor;
test(`every breach of a month is told before it happens wherever that can be known (seed ${seed})`, {
  timeout: 600_000 * factor,
}, async () => {
  const stories = Array.from({ length: tickets }, (_, i) => storyOf(`T-${i}`));
  const place = await town(database.db, {
    now: instant(0),
    timezone: 'Europe/Berlin',
    policies: { standard: [first, second] },
  });
  const { db, tenant, tenantId, terms } = place;
  await db.run(sql`
    insert into ops.sla_sources (tenant_id, source, replies, customer_replies, resolutions) values (${tenantId}, 'crm', true, true, true)`);
  const reaches = (until: number) => place.reaches('crm', ['ticket', 'ticket_event'], instant(until), 30);
  await reaches(horizon);
  await place.rule({
    ...{ kind: 'sla-risk', before: `${before} min`, keep: `${keep / 60} h`, group_interval: 0, repeat: 0 },
  });

  const arrivals = Map.groupBy(
    stories.flatMap((story) =>
      [...new Set([story.known, ...story.said.map(({ known }) => Math.max(known, story.known))])].map((at) => ({
        at,
        story,
      })),
    ),
    ({ at }) => at,
  );
  const wakes = new Set<number>([0, outage.from, outage.to, outage.from + 31]);
  const watched = new Map<string, Watched[]>();
  const told = new Set<string>();
  const shownUntil = new Map<string, number>();
  const announced = new Map<string, number>();
  const warned = new Map<string, number>();
  const withdrawn = new Set<string>();
  const counts = { steps: 0, comparisons: 0, firing: 0 };
  let unseen: string[] = [];

  for (let now = 0; now <= end; now++) {
    const came = arrivals.get(now) ?? [];
    if (came.length === 0 && !wakes.has(now) && random() > 0.003) continue;
    counts.steps += 1;
    place.clock.move(origin + now * minute - place.clock.now().epochMilliseconds);
    place.machine.move(60_000);
    for (const { story } of came) {
      await write(story, now);
      const stepped = steppedOf(story, now);
      watched.set(story.id, stepped);
      for (const { risk, due, breached } of stepped) {
        for (const at of [
          risk,
          due,
          due == null ? null : due - before,
          due == null ? null : due + keep,
          breached === null ? null : breached + keep,
        ])
          if (at != null) wakes.add(Math.ceil(at));
        if (breached !== null) wakes.add(now + lateShown);
      }
    }
    if (now === outage.from) await reaches(outage.from);
    if (now === outage.to) await reaches(horizon);
    await sweepSla(db, tenant, terms, { now: place.clock.now() });
    await lookAtDue(
      { db, log: silentLog, context: { tenant, settings: {}, terms }, calendar: () => undefined },
      place.moments(),
    );
    const isLate = now > outage.from + 30 && now < outage.to;
    if (isLate) continue;

    const expected = new Map<string, number>();
    const breachedNow = new Set<string>();
    for (const one of [...watched.values()].flat()) {
      const { fingerprint, state, due, risk, started, breached, ended } = one;
      const breach = breached ?? (state === 'pending' && due != null && due <= now ? due : null);
      if (breach !== null) {
        breachedNow.add(fingerprint);
        const stays = breach + keep > now && (breached === null || ended === null);
        if (!stays && !told.has(fingerprint)) shownUntil.set(fingerprint, now + lateShown);
        told.add(fingerprint);
        if (stays || (shownUntil.get(fingerprint) ?? 0) > now) expected.set(fingerprint, 3);
      } else if (state === 'pending') {
        if (due != null && Math.max(due - before, started) <= now) expected.set(fingerprint, 2);
        else if (risk != null && risk <= now) expected.set(fingerprint, 1);
      }
    }
    for (const fingerprint of told)
      if (!breachedNow.has(fingerprint)) {
        told.delete(fingerprint);
        shownUntil.delete(fingerprint);
        withdrawn.add(fingerprint);
      }
    for (const [fingerprint, until] of shownUntil) if (until <= now) shownUntil.delete(fingerprint);
    const firing = await db.query<{ fingerprint: string; severity: number }>(sql`
      select fingerprint, severity from ops.alert_instances where tenant_id = ${tenantId} and state = 'firing'`);
    const found = Object.fromEntries(firing.map(({ fingerprint, severity }) => [fingerprint, severity]));
    expect({ now: instant(now), found }).toEqual({ now: instant(now), found: Object.fromEntries(expected) });
    counts.comparisons += 1;
    counts.firing += firing.length;
    for (const { fingerprint, severity } of firing)
      if (severity < 3 && !warned.has(fingerprint)) warned.set(fingerprint, now);
    const said = await db.query<{ announced: string[] }>(sql`
      select announced from ops.alert_incidents where tenant_id = ${tenantId} and state = 'firing'`);
    const all = said.flatMap((one) => one.announced);
    // What fires has been told, as what it is.
    unseen = firing
      .filter(
        ({ fingerprint, severity }) =>
          !all.some((one) => one.startsWith(`${fingerprint}#`) && one.endsWith('!') === (severity === 3)),
      )
      .map(({ fingerprint }) => fingerprint);
    for (const one of all) if (!announced.has(one)) announced.set(one, now);
    expect(unseen.filter((one) => expected.get(one) === 3)).toEqual([]);
  }

  const tally: Record<string, number> = { breaches: 0, warned: 0, 'told at the minute': 0 };
  const count = (what: string) => {
    tally[what] = (tally[what] ?? 0) + 1;
  };
  for (const story of stories) {
    for (const { fingerprint, breached, risk } of steppedOf(story, end)) {
      const asBreach = [...announced].filter(([one]) => one.startsWith(`${fingerprint}#`) && one.endsWith('!'));
      if (breached === null) {
        if (asBreach.length > 0) {
          count('taken back: an answer came late');
          expect(withdrawn.has(fingerprint)).toBe(true);
        }
        continue;
      }
      count('breaches');
      // Whoever opens a ticket again that was never answered finds its target still missed.
      const firstTold = Math.min(...asBreach.map(([, at]) => at));
      const isReopened = story.said.some(
        (one) => one.kind === 'status' && one.becomes === 'open' && one.known > firstTold,
      );
      if (withdrawn.has(fingerprint)) count('of them known, taken back and known again');
      else if (asBreach.length > 1 && isReopened) count('of them told again: the ticket was reopened');
      else expect([fingerprint, asBreach.length]).toEqual([fingerprint, 1]);
      expect(asBreach.length).toBeGreaterThan(0);
      if (asBreach[0]![1] === Math.ceil(breached)) count('told at the minute');
      const isWarned = (warned.get(fingerprint) ?? Number.POSITIVE_INFINITY) < breached;
      if (isWarned) {
        count('warned');
        continue;
      }
      const records = [story, ...story.said].filter(({ at }) => at <= breached);
      const isLate = records.some(
        ({ at, known }) => known > at && known > Math.min(risk ?? breached, breached - before),
      );
      const inOutage = breached > outage.from && breached <= outage.to + lateShown;
      if (risk === null || risk === breached)
        count('not warned: due at once by a new priority or policy, or while it waited');
      else if (isLate) count('not warned: a record came too late');
      else if (inOutage) count('not warned: in the outage');
      else expect.unreachable(`${fingerprint} was breached at ${instant(breached)} without a warning`);
    }
  }
  console.log(`SLA, ${tickets} tickets in ${days} days, seed ${seed}:`, JSON.stringify({ ...counts, ...tally }));
  expect(tally.breaches).toBeGreaterThan(40);

  async function write(story: Story, now: number): Promise<void> {
    const { said, status, priority } = knownOf(story, now)!;
    await db.run(sql`
      insert into crm.tickets (tenant_id, source, id, created_at, priority, status, version)
      values (${tenantId}, 'crm', ${story.id}, ${instant(story.at)}::timestamptz, ${priority}, ${status}, 1)
      on conflict (tenant_id, source, id) do update set priority = excluded.priority, status = excluded.status`);
    const rows = said.map((one) => ({ ...one, id: `${story.id}-${one.at}`, at: instant(one.at) }));
    await db.run(sql`
      insert into crm.ticket_events (tenant_id, source, id, ticket_id, at, kind, old, new, automatic, version)
      select ${tenantId}::bigint, 'crm', e.id, ${story.id}, e.at, e.kind, e.old, e.becomes, false, 1
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as e (id text, at timestamptz, kind text, old text, becomes text)
      on conflict do nothing`);
    await db.run(
      sql`insert into ops.sla_marks (tenant_id, source, ticket_id) values (${tenantId}, 'crm', ${story.id})`,
    );
  }
});
