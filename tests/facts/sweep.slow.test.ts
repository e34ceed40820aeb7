import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/db.ts';
import { defaultPolicies, type Policies } from '../../src/sla/policy.ts';
import { useDatabase } from '../database.ts';
import { openNamed, standsAt } from '../rollups/clients.ts';
import { anOffice, at } from './writing.ts';

/*
 * Tickets of priority high have 2 h for the first response and 24 h for the resolution, around the clock. Facts are
 * written as state and instant of the whole, the first response and the resolution; where undecided, when it is due.
 */
const database = useDatabase();
let offices = 0;
const office = () => anOffice(database.db, `office-${++offices}`);
/** A ticket of the same source that was replied to and resolved: it delivers both. */
const answered = { id: '0', first_response_at: '08:10', resolved_at: '08:20', status: 'resolved' };
const met = 'met 08:20, met 08:10, met 08:20';

const strict: Policies = {
  standard: [
    {
      ...defaultPolicies.standard[0]!,
      targets: { firstResponse: { high: 600 }, resolution: { high: 900 } },
    },
  ],
};

describe('a target that passes', () => {
  test('becomes a fact at its due time: not a moment before, then once', async () => {
    const { tickets, sweep, facts, takeDays, drain } = await office();
    await tickets(answered, { id: '1' });
    expect(await sweep('09:00')).toEqual({ evaluated: 2, changed: 2 });
    await drain();
    expect(await facts()).toEqual({ 0: met, 1: 'pending -, pending 10:00, pending 11-03 08:00' });
    expect(await sweep('09:59:59.999')).toEqual({ evaluated: 0, changed: 0 });
    expect(await sweep('10:00')).toEqual({ evaluated: 1, changed: 1 });
    expect(await facts()).toEqual({ 0: met, 1: 'missed 10:00, missed 10:00, pending 11-03 08:00' });
    const days = ['ticket-answered-daily 2026-11-02', 'ticket-decided-daily 2026-11-02', 'ticket-sla-daily 2026-11-02'];
    expect(await takeDays()).toEqual(days);
    expect(await sweep('10:00')).toEqual({ evaluated: 0, changed: 0 });
    expect(await takeDays()).toEqual([]);
    expect(await sweep('2026-11-03 08:00')).toEqual({ evaluated: 1, changed: 1 });
    expect(await facts()).toMatchObject({ 1: 'missed 10:00, missed 10:00, missed 11-03 08:00' });
    expect(await takeDays()).toEqual(days);
  });

  test('moves the aggregates with it, as a rebuild would make them', async () => {
    const { tickets, sweep, drain, wrongCells, tenantId } = await office();
    await tickets(answered, { id: '1', created_at: '2026-11-01 23:30' });
    await sweep('00:30');
    await drain();
    const decided = () =>
      database.db.query(sql`
        select day, sum(tickets)::int as tickets, sum(missed)::int as missed from mart.ticket_decided_daily
        where tenant_id = ${tenantId} group by day order by day`);
    // Open, it stands on the day its next target passes.
    expect(await decided()).toEqual([{ day: '2026-11-02', tickets: 2, missed: 0 }]);
    await sweep('01:30');
    await drain();
    expect(await decided()).toEqual([{ day: '2026-11-02', tickets: 2, missed: 1 }]);
    expect(await wrongCells()).toBe(0);
  });

  test('is looked for by index, and an idle sweep waits for no writer and writes nothing', async () => {
    const { tickets, sweep, tenantId } = await office();
    await tickets(answered, { id: '1' });
    await sweep('09:00');
    const busy = await database.db.session();
    await busy.run(sql`begin`);
    await busy.query(sql`select pg_advisory_xact_lock(7301, hashtext(${`${tenantId}:ticket`}))`);
    const written = () =>
      database.db.query(sql`
        select 'sla' as what, max(xmin::text::bigint)::text as xmin from crm.ticket_sla where tenant_id = ${tenantId}
        union all
        select 'policies', max(xmin::text::bigint)::text from ops.sla_policies where tenant_id = ${tenantId}`);
    const before = await written();
    expect(await sweep('09:30')).toEqual({ evaluated: 0, changed: 0 });
    expect(await written()).toEqual(before);
    await busy.run(sql`commit`);
    busy.release();
  });
});

describe('what is learnt later', () => {
  test('takes a breach back that did not happen: a late record of a reply in time is evaluated from all events', async () => {
    const { tickets, events, sweep, facts, drain, wrongCells } = await office();
    await tickets(answered, { id: '1' });
    await sweep('11:00');
    await drain();
    expect(await facts()).toMatchObject({ 1: 'missed 10:00, missed 10:00, pending 11-03 08:00' });
    await events({ id: 'r', at: '09:45', kind: 'public_reply' });
    await sweep('11:05');
    expect(await facts()).toMatchObject({ 1: 'pending -, met 09:45, pending 11-03 08:00' });
    await drain();
    expect(await wrongCells()).toBe(0);
  });

  test('leaves a breach that did: a reply after the due time, a machine’s, or an internal note', async () => {
    const { tickets, events, sweep, facts } = await office();
    await tickets(answered, { id: '1' });
    await sweep('11:00');
    await events(
      { id: 'bot', at: '08:05', kind: 'public_reply', automatic: true },
      { id: 'note', at: '09:00', kind: 'internal_note' },
      { id: 'late', at: '10:30', kind: 'public_reply' },
    );
    await sweep('11:05');
    expect(await facts()).toMatchObject({ 1: 'missed 10:00, missed 10:00, pending 11-03 08:00' });
  });

  test('a source’s first reply makes its unanswered tickets measured, and only its own', async () => {
    const { tickets, write, sweep, facts, verify } = await office();
    const open = { created_at: at('08:00'), priority: 'high', status: 'open', version: 1 };
    await tickets({ id: '1' }, { id: '2' });
    await write('ticket', [{ id: '3', ...open }], '00:00', { source: 'chat' });
    await sweep('12:00');
    const unmeasured = 'not-measured -, not-measured -, not-measured -';
    expect(await facts()).toEqual({ 1: unmeasured, 2: unmeasured, 3: unmeasured });
    await tickets({ id: '1', first_response_at: '08:30' });
    await sweep('12:01');
    expect(await facts()).toEqual({
      1: 'met 08:30, met 08:30, not-measured -',
      2: 'missed 10:00, missed 10:00, not-measured -',
      3: unmeasured,
    });
    expect(await verify('12:01')).toMatchObject({ tickets: 3, differing: 0 });
  });

  test('other policies evaluate every ticket again, the same ones none', async () => {
    const { tickets, sweep, facts, verify } = await office();
    await tickets(answered, { id: '1', first_response_at: '09:00' });
    await sweep('12:00');
    expect(await sweep('12:00', { ...defaultPolicies })).toEqual({ evaluated: 0, changed: 0 });
    expect(await sweep('12:00', strict)).toEqual({ evaluated: 2, changed: 2 });
    expect(await facts()).toEqual({
      0: 'missed 08:15, met 08:10, missed 08:15',
      1: 'missed 08:10, missed 08:10, missed 08:15',
    });
    expect(await verify('12:00', strict)).toMatchObject({ differing: 0 });
    expect((await verify('12:00')).differing).toBeGreaterThan(0);
  });

  test('a sweep whose policies others have replaced meanwhile leaves the tickets to them', async () => {
    const { tickets, sweep, marks, verify } = await office();
    await tickets(answered, { id: '1', first_response_at: '09:00' });
    await sweep('12:00');
    await tickets({ id: '1', first_response_at: '09:05' });
    /** Transactions up to the given one; before it, something else happens. */
    const upTo = (last: number, then: () => Promise<unknown>): Db => {
      let begun = 0;
      return {
        ...database.db,
        async tx(work, options) {
          if (++begun === last) await then();
          return database.db.tx(work, options);
        },
      };
    };
    // Between this sweep's look at its policies and its chunk, another process adopts others and is killed.
    const killed = upTo(2, () => Promise.reject(new Error('killed')));
    const other = () => expect(sweep('12:00', strict, { db: killed })).rejects.toThrow('killed');
    expect(await sweep('12:00', defaultPolicies, { db: upTo(2, other) })).toEqual({ evaluated: 0, changed: 0 });
    expect(await marks()).toEqual(['0', '1']);
    await sweep('12:00', strict);
    expect(await verify('12:00', strict)).toMatchObject({ tickets: 2, differing: 0 });
  });
});

describe('changes between two states of a snapshot', () => {
  const waiting = { id: '1', first_response_at: '08:30' };
  test('pause and resume the clock', async () => {
    const { write, sweep, facts } = await office();
    const state = (version: string, status: string) => ({
      ...{
        id: '1',
        created_at: at('08:00'),
        first_response_at: at('08:30'),
        resolved_at: null,
        priority: 'critical',
        status,
      },
      version: Temporal.Instant.from(at(version)).epochMilliseconds * 1000,
    });
    await write('ticket', [{ ...state('08:20', 'resolved'), id: '0', resolved_at: at('08:20') }], '08:20', {
      version: 'time',
    });
    for (const [time, status] of [
      ['08:30', 'open'],
      ['09:00', 'pending'],
      ['11:00', 'open'],
    ] as const)
      await write('ticket', [state(time, status)], time, { version: 'time' });
    // Due at 12:00 by the wall clock; it waited for two hours.
    await sweep('13:00');
    expect(await facts()).toMatchObject({ 1: 'pending -, met 08:30, pending 14:00' });
    await write('ticket', [state('13:30', 'pending')], '13:30', { version: 'time' });
    await sweep('20:00');
    expect(await facts()).toMatchObject({ 1: 'pending -, met 08:30, paused -' });
    await write('ticket', [state('21:00', 'open')], '21:00', { version: 'time' });
    await sweep('21:29:59');
    expect(await facts()).toMatchObject({ 1: 'pending -, met 08:30, pending 21:30' });
    await sweep('21:30');
    expect(await facts()).toMatchObject({ 1: 'missed 21:30, met 08:30, missed 21:30' });
  });

  test('give the priority of the time', async () => {
    const { write, sweep, facts } = await office();
    const state = (version: string, priority: string) => ({
      ...{ id: '1', created_at: at('08:00'), first_response_at: null, resolved_at: null, priority, status: 'open' },
      version: Temporal.Instant.from(at(version)).epochMilliseconds * 1000,
    });
    const done = { ...state('08:10', 'low'), id: '0', first_response_at: at('08:10'), resolved_at: at('08:20') };
    await write('ticket', [done, state('08:00', 'low')], '08:10', { version: 'time' });
    await write('ticket', [state('08:45', 'critical')], '08:45', { version: 'time' });
    await sweep('08:50');
    expect(await facts()).toMatchObject({ 1: 'pending -, pending 09:00, pending 12:00' });
    await sweep('09:00');
    await write('ticket', [state('09:10', 'low')], '09:10', { version: 'time' });
    await sweep('09:15');
    // A breach stays; what has not passed takes the new target.
    expect(await facts()).toMatchObject({ 1: 'missed 09:00, missed 09:00, pending 11-07 08:00' });
  });

  test('give way to events of the same kind from the source, and to no others', async () => {
    const { tickets, events, sweep, facts } = await office();
    await tickets(answered, { ...waiting, priority: 'critical' });
    // The writer saw these at the time of its run, long before.
    await tickets({ ...waiting, priority: 'critical', status: 'pending' });
    await tickets({ ...waiting, priority: 'critical', status: 'open' });
    await events(
      { id: 'a', at: '10:00', kind: 'status', new: 'pending' },
      { id: 'b', at: '11:30', kind: 'status', new: 'open' },
    );
    await sweep('12:30');
    expect(await facts()).toMatchObject({ 1: 'pending -, met 08:30, pending 13:30' });
  });
});

describe('records that come, move and go', () => {
  test('events that are there before their ticket count when it comes', async () => {
    const { tickets, events, marks, sweep, facts } = await office();
    await events({ id: 'r', at: '08:40', kind: 'public_reply' });
    expect(await marks()).toEqual([]);
    await tickets({ id: '1' });
    expect(await marks()).toEqual(['1']);
    await sweep('12:00');
    expect(await facts()).toEqual({ 1: 'met 08:40, met 08:40, not-measured -' });
  });

  test('a deleted event, or one that was another ticket’s, is evaluated without', async () => {
    const { tickets, events, marks, sweep, facts, delete: remove } = await office();
    await tickets(answered, { id: '1' }, { id: '2' });
    await events({ id: 'r', at: '08:40', kind: 'public_reply' });
    await sweep('12:00');
    const [late, inTime] = [
      'missed 10:00, missed 10:00, pending 11-03 08:00',
      'pending -, met 08:40, pending 11-03 08:00',
    ];
    expect(await facts()).toMatchObject({ 1: inTime, 2: late });
    await events({ id: 'r', at: '08:40', kind: 'public_reply', ticket: '2' });
    expect(await marks()).toEqual(['1', '2']);
    await sweep('12:00');
    expect(await facts()).toMatchObject({ 1: late, 2: inTime });
    await remove('ticket_event', 'r');
    expect(await marks()).toEqual(['2']);
    await sweep('12:00');
    expect(await facts()).toMatchObject({ 1: late, 2: late });
  });

  test('a deleted ticket has no facts, and has them again when it comes back', async () => {
    const { tickets, sweep, facts, drain, wrongCells, delete: remove } = await office();
    await tickets(answered, { id: '1' });
    await sweep('09:00');
    await drain();
    await remove('ticket', '1');
    await sweep('12:00');
    expect(await facts()).toEqual({ 0: met });
    await drain();
    expect(await wrongCells()).toBe(0);
    await tickets({ id: '1' });
    await sweep('12:00');
    expect(Object.keys(await facts())).toEqual(['0', '1']);
    await drain();
    expect(await wrongCells()).toBe(0);
  });
});

describe('several at once', () => {
  test('two sweeps and a writer end where one evaluation of everything does', async () => {
    const { tickets, events, sweep, verify, marks, drain, wrongCells } = await office();
    const many = (n: number, more: Record<string, string | null> = {}) =>
      Array.from({ length: n }, (_, i) => ({ id: `t${i}`, first_response_at: i % 3 ? '09:00' : null, ...more }));
    await tickets(answered, ...many(300));
    const times = ['08:30', '10:00', '11:00', '12:00'];
    await Promise.all([
      ...times.map((time) => sweep(time)),
      (async () => {
        await tickets(...many(150, { priority: 'critical' }));
        await events(...many(200).map(({ id }) => ({ id, ticket: id, at: '09:30', kind: 'public_reply' })));
        await tickets(...many(50, { status: 'resolved', resolved_at: '11:30' }));
      })(),
      (async () => {
        for (const _ of times) await drain();
      })(),
    ]);
    await sweep('12:00');
    await drain();
    expect(await marks()).toEqual([]);
    expect(await verify('12:00')).toMatchObject({ tickets: 301, differing: 0, examples: [] });
    expect(await wrongCells()).toBe(0);
  });

  test('a sweep that is killed while it stores a chunk loses no mark and leaves no half of it', async () => {
    const { tickets, sweep, marks, facts, verify } = await office();
    await tickets(answered, { id: '1' }, { id: '2' });
    const holder = await database.db.session();
    await holder.run(sql`begin`);
    await holder.run(sql`lock table crm.ticket_sla in exclusive mode`);
    const doomed = openNamed(database.url, 'doomed sweep');
    const swept = sweep('12:00', defaultPolicies, { db: doomed }).then(
      () => 'ended',
      () => 'killed',
    );
    // It has taken its marks and stands before the first row it stores.
    await standsAt(database.db, 'doomed sweep', 'relation');
    await database.db.query(sql`
      select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'doomed sweep'`);
    expect(await swept).toBe('killed');
    await holder.run(sql`commit`);
    holder.release();
    expect(await marks()).toEqual(['0', '1', '2']);
    expect(await facts()).toEqual({});
    expect(await sweep('12:00')).toEqual({ evaluated: 3, changed: 3 });
    expect(await verify('12:00')).toMatchObject({ tickets: 3, differing: 0 });
  });
});
