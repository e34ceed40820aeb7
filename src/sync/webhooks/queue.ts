import sql from 'sql-template-tag';
import type { Queryable, Tx } from '../../db/db.ts';
import type { EntityId } from '../../domain/entity.ts';

/** What became of an event that was tried to be applied. */
export type Outcome = 'applied' | 'ignored' | 'waiting' | 'rejected';

/** A row of ops.webhook_events that is still to be applied. */
export interface StoredEvent {
  source: string;
  event_id: string;
  type: string;
  /** Null for heartbeats only. */
  entity: EntityId | null;
  object_id: string | null;
  occurred_at: Temporal.Instant;
  received_at: Temporal.Instant;
  body: Readonly<Record<string, unknown>>;
  attempts: number;
}

export interface Settled {
  event: StoredEvent;
  outcome: Outcome;
  reason: string | null;
}

/** Days after which an event that cannot be applied is given up: its object is not going to come any more. */
const waitingDays = 7;
/** Days for which settled events are kept, so that a repetition is recognised; senders try again for a few days at most. */
const keptDays = 30;
/** Most rows given up or forgotten at a time. */
const mostExpired = 5_000;

/** Whether there is anything to do, in one look by index. */
export async function tasksOf(
  db: Queryable,
  tenantId: number,
  now: Temporal.Instant,
): Promise<{ due: boolean; waiting: boolean; expired: boolean }> {
  const [row] = await db.query<{ due: boolean; waiting: boolean; expired: boolean }>(sql`
    select
      exists (
        select 1 from ops.webhook_events
        where tenant_id = ${tenantId} and state = 'stored' and (retry_at is null or retry_at <= ${now.toString()})
      ) as due,
      exists (select 1 from ops.webhook_events where tenant_id = ${tenantId} and state = 'waiting') as waiting,
      exists (
        select 1 from ops.webhook_events
        where tenant_id = ${tenantId} and received_at < ${daysBefore(now, keptDays)}
      ) or exists (
        select 1 from ops.webhook_events
        where tenant_id = ${tenantId} and state = 'waiting' and received_at < ${daysBefore(now, waitingDays)}
      ) or exists (
        select 1 from ops.webhook_events
        where tenant_id = ${tenantId} and state = 'stored' and attempts > 0
          and received_at < ${daysBefore(now, waitingDays)}
      ) as expired`);
  return row!;
}

/** What is to be applied, in the order in which it occurred. */
export function dueEvents(tx: Tx, tenantId: number, now: Temporal.Instant, most: number): Promise<StoredEvent[]> {
  return tx.query<StoredEvent>(sql`
    select source, event_id, type, entity, object_id, occurred_at, received_at, body, attempts
    from ops.webhook_events
    where tenant_id = ${tenantId} and state = 'stored' and (retry_at is null or retry_at <= ${now.toString()})
    order by occurred_at, event_id
    limit ${most}`);
}

/** Writes what became of events; what they said is let go of, unless they wait. Heartbeats are not kept: nothing is gained. */
export async function settle(
  tx: Tx,
  tenantId: number,
  at: Temporal.Instant,
  settled: readonly Settled[],
): Promise<void> {
  if (settled.length === 0) return;
  const rows = settled.map(({ event, outcome, reason }) => ({
    source: event.source,
    event_id: event.event_id,
    state: outcome,
    reason: reason?.slice(0, 500) ?? null,
  }));
  await tx.run(sql`
    update ops.webhook_events w
    set state = s.state, reason = s.reason,
      body = case when s.state = 'waiting' then w.body end,
      applied_at = case when s.state = 'applied' then ${at.toString()}::timestamptz end,
      retry_at = case when s.state = 'waiting' then ${at.toString()}::timestamptz end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as s (source text, event_id text, state text, reason text)
    where w.tenant_id = ${tenantId} and w.source = s.source and w.event_id = s.event_id`);
}

/** Removes events of which nothing is to be remembered. */
export async function forget(tx: Tx, tenantId: number, events: readonly StoredEvent[]): Promise<void> {
  await tx.run(sql`
    delete from ops.webhook_events w
    using unnest(${events.map(({ source }) => source)}::text[], ${events.map(({ event_id }) => event_id)}::text[]) as f (source, event_id)
    where w.tenant_id = ${tenantId} and w.source = f.source and w.event_id = f.event_id`);
}

/** Leaves an event whose applying failed for a while, longer each time: 10 s, 20 s, up to an hour. */
export async function putAside(
  db: Queryable,
  tenantId: number,
  event: StoredEvent,
  at: Temporal.Instant,
  reason: string,
): Promise<void> {
  const seconds = Math.min(3600, 10 * 2 ** Math.min(event.attempts, 10));
  await db.run(sql`
    update ops.webhook_events
    set attempts = attempts + 1, reason = ${reason.slice(0, 500)}, retry_at = ${at.add({ seconds }).toString()}
    where tenant_id = ${tenantId} and source = ${event.source} and event_id = ${event.event_id} and state = 'stored'`);
}

/** Gives up what has waited for too long, and forgets what was settled long ago. */
export async function expireEvents(db: Queryable, tenantId: number, now: Temporal.Instant): Promise<void> {
  await db.run(sql`
    update ops.webhook_events
    set state = case state when 'waiting' then 'ignored' else 'rejected' end, body = null,
      reason = coalesce(reason, 'it could not be applied') || ${`; given up after ${waitingDays} days`}
    where tenant_id = ${tenantId} and state in ('stored', 'waiting')
      and received_at < ${daysBefore(now, waitingDays)} and (state = 'waiting' or attempts > 0)`);
  await db.run(sql`
    delete from ops.webhook_events w
    using (
      select source, event_id from ops.webhook_events
      where tenant_id = ${tenantId} and received_at < ${daysBefore(now, keptDays)}
        and state in ('applied', 'ignored', 'rejected')
      limit ${mostExpired}
    ) as f
    where w.tenant_id = ${tenantId} and w.source = f.source and w.event_id = f.event_id`);
}

function daysBefore(now: Temporal.Instant, days: number): string {
  return now.subtract({ hours: 24 * days }).toString();
}
