import sql from 'sql-template-tag';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Delivery, DeliveryKind, Part } from '../../src/deliveries/delivery.ts';
import type { Ended } from '../../src/deliveries/dispatch.ts';
import { putSubscription, setState, subscriptionOf } from '../../src/subscriptions/store.ts';
import type { NewSubscription } from '../../src/subscriptions/subscription.ts';
import { watchTroubles } from '../../src/subscriptions/troubles.ts';
import { makeTenant, useDatabase } from '../database.ts';

const database = useDatabase();
const at = (text: string) => Temporal.Instant.from(text);
const digest: NewSubscription = {
  ...{
    kind: 'digest',
    subject: 'morning-coffee',
    carrier: 'slack',
    recipient: 'C0GENERAL1',
    owner: 'slack:U0OWNER001',
  },
  ...{ cadence: { kind: 'weekdays' }, at: '08:30', timezone: 'Asia/Jakarta' },
};
const troubles = watchTroubles({
  letterOf: ({ kind, reason, slot }) => ({ body: { type: 'message', text: `${kind} ${slot}: ${reason}` }, files: [] }),
  administrators: async () => ['U0ADMIN001', 'U0ADMIN002'],
});

let tenants = 0;
let tenantId = 0;
beforeEach(async () => {
  tenants += 1;
  tenantId = await makeTenant(database.db, `troubles-${tenants}`);
});

const put = (more: Partial<NewSubscription> = {}) =>
  database.db.tx((tx) => putSubscription(tx, tenantId, { ...digest, ...more }, at('2026-11-16T00:00:00Z')));

const delivery = (more: { kind?: DeliveryKind; part?: Part; recipient?: string; slot?: string } = {}): Delivery => ({
  ...{
    tenantId,
    deliveryId: 1,
    dedupeKey: 'x',
    kind: 'digest',
    subscriptionId: 1,
    slot: '2026-11-16',
    carrier: 'slack',
  },
  ...{ recipient: 'C0GENERAL1', part: 'main', revision: 0, whenUnknown: 'leave', afterId: null },
  ...{
    dueAt: at('2026-11-16T01:30:00Z'),
    deadlineAt: at('2026-11-16T01:50:00Z'),
    expiresAt: at('2026-11-16T05:30:00Z'),
  },
  ...{ attempt: 1, failures: 0, editionId: null, letter: null, proof: null, parentProof: null, handedAt: null },
  ...more,
});
const settled = (ended: Ended, one = delivery(), now = '2026-11-16T01:31:00Z') =>
  database.db.tx((tx) => troubles.onDeliverySettled(tx, one, ended, { now: at(now), machine: at(now) }));
const notices = async () =>
  (
    await database.db.query<{ recipient: string; text: string }>(sql`
      select recipient, letter -> 'body' ->> 'text' as text from ops.deliveries
      where tenant_id = ${tenantId} and kind = 'notice' order by delivery_id`)
  ).map(({ recipient, text }) => `${recipient} ${text}`);
const state = async () => (await subscriptionOf(database.db, tenantId, 1))?.state;

const gone = { kind: 'refused', reason: 'the channel is archived (is_archived)', whose: 'recipient' } as const;
const told = 'U0OWNER001 paused 2026-11-16: the channel is archived (is_archived)';

describe('a delivery that is refused because of its recipient', () => {
  test('pauses the subscription and tells the owner once, however many are refused', async () => {
    await put();
    await settled(gone);
    await settled(gone, delivery({ part: 'thread' }));
    await settled(gone, delivery({ slot: '2026-11-17' }), '2026-11-17T01:31:00Z');
    expect(await state()).toBe('paused');
    expect(await notices()).toEqual([told]);
  });

  test('is told again when the subscription was resumed and it happens again', async () => {
    await put();
    await settled(gone);
    await setState(database.db, tenantId, 1, { state: 'active', reason: null, now: at('2026-11-16T02:00:00Z') });
    await settled(gone, delivery(), '2026-11-16T02:01:00Z');
    expect(await notices()).toEqual([told, told]);
  });

  test('withdraws what is planned', async () => {
    await put();
    await database.db.run(sql`
      insert into ops.deliveries (tenant_id, dedupe_key, kind, subscription_id, slot, carrier, recipient, part, when_unknown,
        due_at, deadline_at, expires_at, ready_at, state, not_before, created_at)
      select ${tenantId}, 'k', 'digest', 1, '2026-11-16', 'slack', 'C0GENERAL1', 'main', 'leave', t, t, t, t, 'pending', t, t
      from (values ('2026-11-16T01:30:00Z'::timestamptz)) v (t)`);
    await settled(gone);
    const rows = await database.db.query(sql`
      select state, reason from ops.deliveries where tenant_id = ${tenantId} and kind = 'digest'`);
    expect(rows).toEqual([{ state: 'skipped', reason: 'the subscription was paused' }]);
  });

  test('is told to the administrators where nobody owns it, or the owner is the one who is gone', async () => {
    const { owner: _, ...unowned } = digest;
    await database.db.tx((tx) => putSubscription(tx, tenantId, unowned, at('2026-11-16T00:00:00Z')));
    await settled(gone);
    expect((await notices()).map((notice) => notice.slice(0, 10))).toEqual(['U0ADMIN001', 'U0ADMIN002']);
    await put({ recipient: 'U0OWNER001' });
    await settled(gone, { ...delivery({ recipient: 'U0OWNER001' }), subscriptionId: 2 });
    expect((await notices()).slice(2).map((notice) => notice.slice(0, 10))).toEqual(['U0ADMIN001', 'U0ADMIN002']);
  });

  test('reaches an owner whom crema.yaml names, by their Slack id', async () => {
    await database.db.run(sql`
      insert into ops.people (tenant_id, person_id, slack_user_id, role) values (${tenantId}, 'ada', 'U0ADA00001', 'owner')`);
    await put({ owner: 'ada' });
    await settled(gone);
    expect((await notices())[0]).toContain('U0ADA00001 paused');
  });

  test('that was another one before the subscription was changed is nobody’s trouble', async () => {
    await put();
    await settled(gone, delivery({ recipient: 'C0OLD00001' }));
    expect([await state(), await notices()]).toEqual(['active', []]);
  });

  test('is passed on to the administrators when the owner cannot be told either, and not further', async () => {
    await put();
    await settled(gone);
    const letter = { body: { type: 'message', text: 'paused' }, files: [] };
    const notice = { ...delivery({ kind: 'notice', recipient: 'U0OWNER001', slot: 'paused x' }), letter };
    await settled({ ...gone, reason: 'deactivated' }, notice);
    await settled(
      { ...gone, reason: 'deactivated' },
      { ...notice, recipient: 'U0ADMIN001', slot: 'paused x passed on' },
    );
    expect((await notices()).slice(1)).toEqual(['U0ADMIN001 paused', 'U0ADMIN002 paused']);
  });

  test('names the address of a mail that comes back', async () => {
    await put({ carrier: 'mail', recipient: 'sam@example.com' });
    await settled(
      { ...gone, reason: '550 no such user' },
      { ...delivery({ recipient: 'sam@example.com' }), carrier: 'mail' },
    );
    expect((await notices())[0]).toContain('mail to sam@example.com comes back: 550 no such user');
  });
});

describe('a delivery that failed otherwise', () => {
  test.each<[string, Ended]>([
    ['it was too late to send it', { kind: 'expired', reason: 'after 4 h' }],
    ['nobody can tell whether it arrived', { kind: 'unknown', reason: 'no answer' }],
    ['Crema was not let through', { kind: 'refused', reason: 'token', whose: 'sender' }],
    ['it could not be made', { kind: 'refused', reason: 'no chart', whose: 'letter' }],
  ])('is told and leaves the subscription active: %s', async (said, ended) => {
    await put();
    await settled(ended);
    expect(await state()).toBe('active');
    expect((await notices())[0]).toContain(`missed 2026-11-16: ${said}`);
  });

  test('is told once a day', async () => {
    await put();
    for (const now of ['2026-11-16T01:31:00Z', '2026-11-16T05:00:00Z', '2026-11-16T16:59:00Z', '2026-11-16T17:01:00Z'])
      await settled({ kind: 'expired', reason: 'late' }, delivery(), now);
    expect(await notices()).toHaveLength(2);
  });

  test('is not told of what hangs on a message, nor of what was sent, skipped or of a subscription that has ended', async () => {
    await put();
    await settled({ kind: 'expired', reason: 'late' }, delivery({ part: 'thread' }));
    await settled({ kind: 'sent' });
    await settled({ kind: 'skipped', reason: 'late' });
    await setState(database.db, tenantId, 1, { state: 'ended', reason: null, now: at('2026-11-16T01:00:00Z') });
    await settled(gone);
    await settled({ ...gone }, { ...delivery(), subscriptionId: null });
    expect(await notices()).toEqual([]);
  });
});
