import { randomBytes } from 'node:crypto';
import sql, { type Sql } from 'sql-template-tag';
import type { Queryable, Tx } from '../db/db.ts';
import { lockNumbers } from '../db/locks.ts';
import { withdrawPlanned } from '../deliveries/withdraw.ts';
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

/**
 * Those that may have a slot until `now`, and those whose clock was set back: at most so many, locked until the transaction
 * ends.
 */
export async function lockDue(tx: Tx, tenantId: number, now: Temporal.Instant, most: number): Promise<Subscription[]> {
  const rows = await tx.query<Row>(sql`
    select ${columns} from ops.subscriptions
    where tenant_id = ${tenantId} and state = 'active'
      and (next_due_at is null or next_due_at <= ${now.toString()}::timestamptz
        or handled_until > ${now.add({ minutes: 2 }).toString()}::timestamptz)
    order by next_due_at nulls first, subscription_id
    limit ${most}
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

/** Subscriptions of one person: what they get, at any of their addresses, and what they have made for others. */
export async function subscriptionsFor(
  db: Queryable,
  tenantId: number,
  { recipients, owners }: { recipients: readonly string[]; owners: readonly string[] },
): Promise<Subscription[]> {
  return read(
    db,
    tenantId,
    sql`state <> 'ended' and (owner = any (${owners as string[]}::text[])
      or lower(recipient) = any (${recipients.map((one) => one.toLowerCase())}::text[]))`,
  );
}

/** The one of that name, ended or not, locked until the transaction ends. */
async function lockNamed(tx: Tx, tenantId: number, name: string): Promise<Subscription | undefined> {
  const rows = await tx.query<Row>(sql`
    select ${columns} from ops.subscriptions where tenant_id = ${tenantId} and name = ${name} for update`);
  return rows.map(fromRow)[0];
}

/** Why one of crema.yaml has ended; one that somebody has ended stays so although it stands there. */
const takenOut = 'not in crema.yaml any more';

/**
 * Writes a new one, or the one of that name anew; returns its number. What is due counts from now on where it is new, or
 * has another schedule: nothing is sent for days on which it was not due. Where only the rest changes, slots that were
 * missed meanwhile are still caught up. A new recipient takes up one that rests or has ended.
 */
export async function putSubscription(
  tx: Tx,
  tenantId: number,
  wanted: NewSubscription,
  now: Temporal.Instant,
): Promise<number> {
  await lockNumbers(tx, tenantId);
  const known = wanted.name === undefined ? undefined : await lockNamed(tx, tenantId, wanted.name);
  if (!known) return insert(tx, tenantId, wanted, now);
  await rewrite(tx, known, wanted, now);
  if (
    known.state !== 'active' &&
    (isElsewhere(known, wanted) || (known.state === 'ended' && known.stateReason === takenOut))
  )
    await makeActive(tx, known, now);
  return known.subscriptionId;
}

async function insert(tx: Tx, tenantId: number, wanted: NewSubscription, now: Temporal.Instant): Promise<number> {
  const { cadence } = wanted;
  const [row] = await tx.query<{ id: number }>(sql`
    insert into ops.subscriptions (tenant_id, subscription_id, name, kind, subject, carrier, recipient, recipient_name,
      viewer, owner, cadence, day, at_time, timezone, holidays, locale, unsubscribe_key, created_at, handled_until)
    select ${tenantId}, coalesce(max(subscription_id), 0) + 1, ${wanted.name ?? null}, ${wanted.kind}, ${wanted.subject},
      ${wanted.carrier}, ${wanted.recipient}, ${wanted.recipientName ?? null}, ${wanted.viewer ?? null},
      ${wanted.owner ?? null}, ${cadence.kind}, ${dayOf(cadence)}::smallint, ${wanted.at}, ${wanted.timezone},
      ${wanted.holidays ?? null}, ${wanted.locale ?? null}, ${randomBytes(18).toString('base64url')},
      ${now.toString()}::timestamptz, ${now.toString()}::timestamptz
    from ops.subscriptions where tenant_id = ${tenantId}
    returning subscription_id as id`);
  return row!.id;
}

/**
 * Changes one that was made by hand; false where it has ended. Its owner stays; one that rested and goes elsewhere now is
 * taken up.
 */
export async function changeSubscription(
  tx: Tx,
  tenantId: number,
  subscriptionId: number,
  wanted: NewSubscription,
  now: Temporal.Instant,
): Promise<boolean> {
  const rows = await tx.query<Row>(sql`
    select ${columns} from ops.subscriptions
    where tenant_id = ${tenantId} and subscription_id = ${subscriptionId} and state <> 'ended' for update`);
  const known = rows.map(fromRow)[0];
  if (!known) return false;
  await rewrite(tx, known, { ...wanted, ...(known.owner === null ? {} : { owner: known.owner }) }, now);
  if (known.state === 'paused' && isElsewhere(known, wanted)) await makeActive(tx, known, now);
  return true;
}

async function rewrite(tx: Tx, known: Subscription, wanted: NewSubscription, now: Temporal.Instant): Promise<void> {
  const { cadence } = wanted;
  const isRescheduled = scheduleKey(known) !== scheduleKey(wanted);
  await tx.run(sql`
    update ops.subscriptions
    set kind = ${wanted.kind}, subject = ${wanted.subject}, carrier = ${wanted.carrier}, recipient = ${wanted.recipient},
      recipient_name = ${wanted.recipientName ?? (isElsewhere(known, wanted) ? null : known.recipientName)},
      viewer = ${wanted.viewer ?? null}, owner = ${wanted.owner ?? null}, cadence = ${cadence.kind},
      day = ${dayOf(cadence)}::smallint, at_time = ${wanted.at}, timezone = ${wanted.timezone},
      holidays = ${wanted.holidays ?? null}, locale = ${wanted.locale ?? null},
      handled_until = ${(isRescheduled ? now : known.handledUntil).toString()}, next_due_at = null
    where tenant_id = ${known.tenantId} and subscription_id = ${known.subscriptionId}`);
}

function isElsewhere(known: Subscription, wanted: NewSubscription): boolean {
  return known.carrier !== wanted.carrier || known.recipient !== wanted.recipient;
}

function scheduleKey({
  cadence,
  at,
  timezone,
  holidays = null,
}: Pick<NewSubscription, 'cadence' | 'at' | 'timezone'> & { holidays?: string | null }): string {
  return JSON.stringify([cadence.kind, dayOf(cadence), at, timezone, holidays]);
}

function dayOf(cadence: Cadence): number | null {
  return 'day' in cadence ? cadence.day : null;
}

async function makeActive(
  tx: Queryable,
  { tenantId, subscriptionId }: Subscription,
  now: Temporal.Instant,
): Promise<void> {
  await tx.run(sql`
    update ops.subscriptions
    set state = 'active', state_reason = null, state_at = ${now.toString()}, next_due_at = null,
      handled_until = ${now.toString()}
    where tenant_id = ${tenantId} and subscription_id = ${subscriptionId}`);
}

/**
 * Pauses, ends or takes up again; says whether that changed anything, so that what follows from it follows once. One that
 * has ended stays ended. Paused or ended, what is planned is withdrawn; taken up, it counts from now: what was missed
 * meanwhile is not sent.
 */
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
    where tenant_id = ${tenantId} and subscription_id = ${subscriptionId} and state <> ${state} and state <> 'ended'`);
  if (touched > 0 && state !== 'active')
    await withdrawPlanned(tx, tenantId, subscriptionId, `the subscription was ${state}`, now);
  return touched > 0;
}

/** Ends those of crema.yaml that are not in it any more. */
export async function endOthers(
  tx: Queryable,
  tenantId: number,
  names: readonly string[],
  now: Temporal.Instant,
): Promise<void> {
  const rows = await tx.query<{ id: number }>(sql`
    select subscription_id as id from ops.subscriptions
    where tenant_id = ${tenantId} and name is not null and name <> all (${names as string[]}::text[]) and state <> 'ended'`);
  for (const { id } of rows) await setState(tx, tenantId, id, { state: 'ended', reason: takenOut, now });
}
