import { randomBytes } from 'node:crypto';
import sql, { type Sql } from 'sql-template-tag';
import type { Queryable, Tx } from '../db/db.ts';
import { lockNumbers } from '../db/locks.ts';
import type { Cadence } from './cadence.ts';
import type { NewSubscription, Subscription } from './subscription.ts';

interface Row extends Omit<Subscription, 'cadence'> {
  cadenceKind: Cadence['kind'];
  day: number | null;
}

const columns = sql`
  tenant_id as "tenantId", subscription_id as "subscriptionId", name, kind, subject, carrier, recipient,
  recipient_name as "recipientName", viewer, owner, cadence as "cadenceKind", day, at_time as at, timezone, holidays,
  locale, state, state_reason as "stateReason", unsubscribe_key as "unsubscribeKey", handled_until as "handledUntil",
  next_due_at as "nextDueAt"`;

function fromRow({ cadenceKind, day, ...row }: Row): Subscription {
  const cadence: Cadence =
    cadenceKind === 'weekly' || cadenceKind === 'monthly'
      ? { kind: cadenceKind, day: day ?? 1 }
      : { kind: cadenceKind };
  return { ...row, cadence };
}

async function read(db: Queryable, tenantId: number, where: Sql): Promise<Subscription[]> {
  const rows = await db.query<Row>(sql`
    select ${columns} from ops.subscriptions where tenant_id = ${tenantId} and ${where} order by subscription_id`);
  return rows.map(fromRow);
}

/** All that have not ended. */
export function subscriptionsOf(db: Queryable, tenantId: number): Promise<Subscription[]> {
  return read(db, tenantId, sql`state <> 'ended'`);
}

export async function subscriptionOf(
  db: Queryable,
  tenantId: number,
  subscriptionId: number,
): Promise<Subscription | undefined> {
  return (await read(db, tenantId, sql`subscription_id = ${subscriptionId}`))[0];
}

/** By the secret of its link. */
export async function subscriptionByKey(
  db: Queryable,
  tenantId: number,
  key: string,
): Promise<Subscription | undefined> {
  return (await read(db, tenantId, sql`unsubscribe_key = ${key}`))[0];
}

/** Those that may have a slot until `now`, and those whose clock was set back: locked until the transaction ends. */
export async function lockDue(tx: Tx, tenantId: number, now: Temporal.Instant): Promise<Subscription[]> {
  const rows = await tx.query<Row>(sql`
    select ${columns} from ops.subscriptions
    where tenant_id = ${tenantId} and state = 'active'
      and (next_due_at is null or next_due_at <= ${now.toString()}::timestamptz
        or handled_until > ${now.add({ minutes: 2 }).toString()}::timestamptz)
    order by subscription_id
    for update skip locked`);
  return rows.map(fromRow);
}

/** For a schedule without any further slot. */
const never = Temporal.Instant.from('9999-12-31T00:00:00Z');

export async function markHandled(
  tx: Queryable,
  { tenantId, subscriptionId }: Subscription,
  handledUntil: Temporal.Instant,
  nextDueAt: Temporal.Instant | undefined,
): Promise<void> {
  await tx.run(sql`
    update ops.subscriptions
    set handled_until = ${handledUntil.toString()}, next_due_at = ${(nextDueAt ?? never).toString()}
    where tenant_id = ${tenantId} and subscription_id = ${subscriptionId}`);
}

/** Why one of crema.yaml has ended that is not in it any more: it begins again when it is. */
const leftOut = 'not in crema.yaml any more';

/**
 * Writes a new one, or the one of that name anew; what is due counts from now. One that its recipient has ended stays so
 * until it goes to somebody else. Returns its number.
 */
export async function putSubscription(
  tx: Tx,
  tenantId: number,
  wanted: NewSubscription,
  now: Temporal.Instant,
): Promise<number> {
  const { cadence } = wanted;
  const day = 'day' in cadence ? cadence.day : null;
  await lockNumbers(tx, tenantId);
  const [row] = await tx.query<{ id: number }>(sql`
    insert into ops.subscriptions (tenant_id, subscription_id, name, kind, subject, carrier, recipient, recipient_name,
      viewer, owner, cadence, day, at_time, timezone, holidays, locale, unsubscribe_key, created_at, handled_until)
    select ${tenantId}, coalesce(max(subscription_id), 0) + 1, ${wanted.name ?? null}, ${wanted.kind}, ${wanted.subject},
      ${wanted.carrier}, ${wanted.recipient}, ${wanted.recipientName ?? null}, ${wanted.viewer ?? null},
      ${wanted.owner ?? null}, ${cadence.kind}, ${day}::smallint, ${wanted.at}, ${wanted.timezone},
      ${wanted.holidays ?? null}, ${wanted.locale ?? null}, ${randomBytes(18).toString('base64url')},
      ${now.toString()}::timestamptz, ${now.toString()}::timestamptz
    from ops.subscriptions where tenant_id = ${tenantId}
    on conflict (tenant_id, name) do update
    set kind = excluded.kind, subject = excluded.subject, carrier = excluded.carrier, recipient = excluded.recipient,
      recipient_name = coalesce(excluded.recipient_name, ops.subscriptions.recipient_name), viewer = excluded.viewer,
      owner = excluded.owner, cadence = excluded.cadence, day = excluded.day, at_time = excluded.at_time,
      timezone = excluded.timezone, holidays = excluded.holidays, locale = excluded.locale,
      state = case
        when ops.subscriptions.state_reason = ${leftOut} or ops.subscriptions.recipient <> excluded.recipient then 'active'
        else ops.subscriptions.state end,
      next_due_at = null
    returning subscription_id as id`);
  return row!.id;
}

/** Pauses, ends or takes up again; taken up, it counts from now: what was missed meanwhile is not sent. */
export async function setState(
  tx: Queryable,
  tenantId: number,
  subscriptionId: number,
  { state, reason, now }: { state: Subscription['state']; reason: string | null; now: Temporal.Instant },
): Promise<boolean> {
  const touched = await tx.run(sql`
    update ops.subscriptions
    set state = ${state}, state_reason = ${reason}, state_at = ${now.toString()}, next_due_at = null,
      handled_until = case when ${state} = 'active' then ${now.toString()}::timestamptz else handled_until end
    where tenant_id = ${tenantId} and subscription_id = ${subscriptionId} and state <> ${state}`);
  return touched > 0;
}

/** Ends those of crema.yaml that are not in it any more. */
export async function endOthers(
  tx: Queryable,
  tenantId: number,
  names: readonly string[],
  now: Temporal.Instant,
): Promise<void> {
  await tx.run(sql`
    update ops.subscriptions
    set state = 'ended', state_reason = ${leftOut}, state_at = ${now.toString()}
    where tenant_id = ${tenantId} and name is not null and name <> all (${names as string[]}::text[]) and state <> 'ended'`);
}
