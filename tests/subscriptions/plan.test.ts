import sql from 'sql-template-tag';
import { beforeEach, describe, expect, test } from 'vitest';
import { nextTimes } from '../../src/subscriptions/next-times.ts';
import { dateOfSlot, planDue, scheduleOf, sendNow } from '../../src/subscriptions/plan.ts';
import {
  changeSubscription,
  endOthers,
  putSubscription,
  setState,
  subscriptionOf,
  subscriptionsOf,
} from '../../src/subscriptions/store.ts';
import type { NewSubscription } from '../../src/subscriptions/subscription.ts';
import { makeTenant, useDatabase } from '../database.ts';

const database = useDatabase();
const at = (text: string) => Temporal.Instant.from(text);
const digest: NewSubscription = {
  ...{
    kind: 'digest',
    subject: 'morning-coffee',
    carrier: 'slack',
    recipient: 'C0GENERAL1',
    owner: 'slack:U0EXEC0001',
  },
  ...{ cadence: { kind: 'weekdays' }, at: '08:30', timezone: 'Europe/Berlin' },
};

let tenants = 0;
let tenantId = 0;
beforeEach(async () => {
  tenants += 1;
  tenantId = await makeTenant(database.db, `plan-${tenants}`);
});

const put = (wanted: NewSubscription, now: string) =>
  database.db.tx((tx) => putSubscription(tx, tenantId, wanted, at(now)));
const change = (id: number, wanted: NewSubscription, now: string) =>
  database.db.tx((tx) => changeSubscription(tx, tenantId, id, wanted, at(now)));
const plan = (now: string, isHoliday: (calendar: string, date: string) => boolean = () => false) =>
  planDue(database.db, tenantId, { now: at(now), machine: at(now) }, { isHoliday, waitMinutes: 20 });
const written = async () =>
  (
    await database.db.query<{ slot: string; due: Temporal.Instant; state: string }>(sql`
      select slot, due_at as due, state from ops.deliveries
      where tenant_id = ${tenantId} order by due_at, delivery_id`)
  ).map(({ slot, due, state }) => `${slot} ${due} ${state}`);

describe('what is due', () => {
  test('is written once, at its time', async () => {
    await put(digest, '2026-11-16T05:00:00Z');
    expect(await plan('2026-11-16T07:29:59Z')).toEqual({ planned: 0, skipped: 0, broken: [] });
    expect(await plan('2026-11-16T07:30:00Z')).toEqual({ planned: 1, skipped: 0, broken: [] });
    expect(await plan('2026-11-16T07:30:01Z')).toEqual({ planned: 0, skipped: 0, broken: [] });
    expect(await written()).toEqual(['2026-11-16 2026-11-16T07:30:00Z pending']);
  });

  test('during an outage of two hours is written when it ends, what is older is written down as missed', async () => {
    await put(digest, '2026-11-12T05:00:00Z');
    await plan('2026-11-12T06:00:00Z');
    await plan('2026-11-16T09:30:00Z');
    expect(await written()).toEqual([
      '2026-11-12 2026-11-12T07:30:00Z skipped',
      '2026-11-13 2026-11-13T07:30:00Z skipped',
      '2026-11-16 2026-11-16T07:30:00Z pending',
    ]);
  });

  test('after a long rest is not more than two weeks of missed ones', async () => {
    await put({ ...digest, cadence: { kind: 'daily' } }, '2026-01-01T05:00:00Z');
    const planned = await plan('2026-11-16T12:00:00Z');
    expect(planned).toEqual({ planned: 14, skipped: 14, broken: [] });
  });

  test('is not written anew when the clock is set back, nor left out when it goes on from there', async () => {
    await put(digest, '2026-11-16T05:00:00Z');
    await plan('2026-11-18T08:00:00Z');
    expect(await written()).toHaveLength(3);
    await plan('2026-11-16T05:00:00Z');
    expect((await subscriptionOf(database.db, tenantId, 1))?.nextDueAt?.toString()).toBe('2026-11-16T07:30:00Z');
    await plan('2026-11-18T08:00:00Z');
    await plan('2026-11-19T08:00:00Z');
    expect((await written()).map((row) => row.slice(0, 10))).toEqual([
      ...['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19'],
    ]);
  });

  test('is written once by several planners at the same time', async () => {
    for (let made = 0; made < 150; made++) await put({ ...digest, recipient: `U${made}` }, '2026-11-16T05:00:00Z');
    const planners = await Promise.all(Array.from({ length: 6 }, () => plan('2026-11-16T07:30:05Z')));
    // One that finds everything taken has nothing to do; what it left is there for the next look.
    const rest = await plan('2026-11-16T07:30:06Z');
    expect([...planners, rest].reduce((sum, { planned }) => sum + planned, 0)).toBe(150);
    expect(await written()).toHaveLength(150);
  });

  test.each([
    ['2026-03-29', '2026-03-29T01:30:00Z'],
    ['2026-10-25', '2026-10-25T00:30:00Z'],
  ])('on %s, when the clocks change at that hour, is what the preview says', async (date, due) => {
    await put({ ...digest, cadence: { kind: 'daily' }, at: '02:30' }, `${date}T00:00:00Z`);
    const subscription = (await subscriptionsOf(database.db, tenantId))[0]!;
    const [next] = nextTimes(scheduleOf(subscription, { isHoliday: () => false }), at(`${date}T00:00:00Z`), 1);
    for (let minute = 0; minute <= 240; minute += 10) {
      const now = at(`${date}T00:00:00Z`).add({ minutes: minute });
      await planDue(database.db, tenantId, { now, machine: now }, { isHoliday: () => false, waitMinutes: 20 });
    }
    expect(await written()).toEqual([`${date} ${due} pending`]);
    expect(next?.at?.toString()).toBe(due);
  });

  test('for one broken schedule does not keep the others from being sent', async () => {
    await put({ ...digest, timezone: 'Europe/Nowhere' }, '2026-11-16T05:00:00Z');
    await put(digest, '2026-11-16T05:00:00Z');
    const { planned, broken } = await plan('2026-11-16T07:30:00Z');
    expect(planned).toBe(1);
    expect(broken).toEqual([{ subscriptionId: 1, reason: expect.stringContaining('Europe/Nowhere') }]);
    expect(await subscriptionOf(database.db, tenantId, 1)).toMatchObject({ state: 'paused' });
  });
});

describe('a change', () => {
  test('of the time on a day on which it was sent does not send that day again', async () => {
    await put(digest, '2026-11-16T05:00:00Z');
    await plan('2026-11-16T07:30:00Z');
    await change(1, { ...digest, at: '10:00' }, '2026-11-16T08:00:00Z');
    await plan('2026-11-16T09:00:00Z');
    await plan('2026-11-17T09:00:00Z');
    expect(await written()).toEqual([
      '2026-11-16 2026-11-16T07:30:00Z pending',
      '2026-11-17 2026-11-17T09:00:00Z pending',
    ]);
  });

  test('to a time that is over today counts from tomorrow', async () => {
    await put(digest, '2026-11-16T05:00:00Z');
    await change(1, { ...digest, at: '07:00' }, '2026-11-16T06:30:00Z');
    await plan('2026-11-16T06:31:00Z');
    expect(await written()).toEqual([]);
  });

  test('from monthly to daily does not send for the days between', async () => {
    await put({ ...digest, cadence: { kind: 'monthly', day: 1 }, name: 'coffee' }, '2026-10-20T05:00:00Z');
    await plan('2026-11-01T08:00:00Z');
    await put({ ...digest, cadence: { kind: 'daily' }, name: 'coffee' }, '2026-11-16T09:00:00Z');
    await plan('2026-11-17T08:00:00Z');
    expect((await written()).map((row) => row.slice(0, 10))).toEqual(['2026-11-01', '2026-11-17']);
  });

  test('of anything but the schedule still catches up what was missed, as a restart does', async () => {
    await put({ ...digest, name: 'coffee' }, '2026-11-16T05:00:00Z');
    await plan('2026-11-16T06:00:00Z');
    await put({ ...digest, name: 'coffee', locale: 'de' }, '2026-11-16T09:00:00Z');
    await plan('2026-11-16T09:00:01Z');
    expect(await written()).toEqual(['2026-11-16 2026-11-16T07:30:00Z pending']);
  });
});

describe('a state', () => {
  test('changes once, and one that has ended stays so', async () => {
    await put(digest, '2026-11-16T05:00:00Z');
    const set = (state: 'active' | 'paused' | 'ended') =>
      setState(database.db, tenantId, 1, { state, reason: null, now: at('2026-11-16T06:00:00Z') });
    expect([await set('paused'), await set('paused'), await set('ended'), await set('active')]).toEqual([
      ...[true, false, true, false],
    ]);
  });

  test('of rest leaves out what was due meanwhile and withdraws what was planned', async () => {
    await put(digest, '2026-11-16T05:00:00Z');
    await plan('2026-11-16T07:30:00Z');
    await setState(database.db, tenantId, 1, { state: 'paused', reason: null, now: at('2026-11-16T07:31:00Z') });
    await plan('2026-11-18T08:00:00Z');
    await setState(database.db, tenantId, 1, { state: 'active', reason: null, now: at('2026-11-18T09:00:00Z') });
    await plan('2026-11-19T07:30:00Z');
    expect(await written()).toEqual([
      '2026-11-16 2026-11-16T07:30:00Z skipped',
      '2026-11-19 2026-11-19T07:30:00Z pending',
    ]);
  });

  test('of the end is undone for one that crema.yaml names again, not for one that somebody has ended', async () => {
    const state = async (id: number) => (await subscriptionOf(database.db, tenantId, id))?.state;
    const end = () => database.db.tx((tx) => endOthers(tx, tenantId, [], at('2026-11-16T06:00:00Z')));
    await put({ ...digest, name: 'taken-out' }, '2026-11-16T05:00:00Z');
    await put({ ...digest, name: 'unsubscribed', recipient: 'U0EXEC0001' }, '2026-11-16T05:00:00Z');
    await setState(database.db, tenantId, 2, { state: 'ended', reason: 'by link', now: at('2026-11-16T05:30:00Z') });
    await end();
    expect([await state(1), await state(2)]).toEqual(['ended', 'ended']);
    await put({ ...digest, name: 'taken-out' }, '2026-11-18T09:00:00Z');
    await put({ ...digest, name: 'unsubscribed', recipient: 'U0EXEC0001' }, '2026-11-18T09:00:00Z');
    expect([await state(1), await state(2)]).toEqual(['active', 'ended']);
    await plan('2026-11-18T09:01:00Z');
    expect(await written()).toEqual([]);
  });

  test('of rest ends when crema.yaml names another channel', async () => {
    await put({ ...digest, name: 'coffee' }, '2026-11-16T05:00:00Z');
    await setState(database.db, tenantId, 1, { state: 'paused', reason: 'archived', now: at('2026-11-16T06:00:00Z') });
    await put({ ...digest, name: 'coffee' }, '2026-11-16T06:01:00Z');
    expect((await subscriptionOf(database.db, tenantId, 1))?.state).toBe('paused');
    await put({ ...digest, name: 'coffee', recipient: 'C0SUPPORT1' }, '2026-11-16T06:02:00Z');
    expect(await subscriptionOf(database.db, tenantId, 1)).toMatchObject({ state: 'active', stateReason: null });
  });
});

describe('sending by hand', () => {
  test('goes out beside the schedule, for the day it is, as often as somebody wants it', async () => {
    const id = await put(digest, '2026-11-23T00:00:00Z');
    await plan('2026-11-23T07:31:00Z');
    const subscription = (await subscriptionOf(database.db, tenantId, id))!;
    for (const now of ['2026-11-23T09:00:00Z', '2026-11-23T23:30:00Z'])
      await sendNow(database.db, subscription, { now: at(now), machine: at(now) });
    await plan('2026-11-24T07:31:00Z');
    const rows = await database.db.query<{ slot: string; state: string }>(sql`
      select slot, state from ops.deliveries where tenant_id = ${tenantId} order by delivery_id`);
    expect(rows.map(({ slot, state }) => [slot, dateOfSlot(slot), state])).toEqual([
      ['2026-11-23', '2026-11-23', 'pending'],
      ['2026-11-23 by hand at 10:00:00', '2026-11-23', 'pending'],
      // In its zone it is the next day.
      ['2026-11-24 by hand at 00:30:00', '2026-11-24', 'pending'],
      ['2026-11-24', '2026-11-24', 'pending'],
    ]);
  });
});

describe('waiting for data', () => {
  test('is as long after an outage as in time, and ends when it is too late to send', async () => {
    await put(digest, '2026-11-23T00:00:00Z');
    await plan('2026-11-23T09:30:00Z');
    const [row] = await database.db.query<{ deadline: Temporal.Instant; expires: Temporal.Instant }>(sql`
      select deadline_at as deadline, expires_at as expires from ops.deliveries where tenant_id = ${tenantId}`);
    expect([row!.deadline.toString(), row!.expires.toString()]).toEqual([
      '2026-11-23T09:50:00Z',
      '2026-11-23T11:30:00Z',
    ]);
  });
});
