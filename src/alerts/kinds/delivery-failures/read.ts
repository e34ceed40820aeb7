import sql from 'sql-template-tag';
import type { Queryable } from '../../../db/db.ts';

/** Messages of one account, channel and fate; `bucket` says of which window, or stretch, they are. */
export interface Tally {
  bucket: number;
  source: string;
  account: string | null;
  accountName: string | null;
  channel: string | null;
  messages: number;
  failed: number;
  /** Of those that failed. */
  reason: string | null;
  firstAt: Temporal.Instant;
}

/**
 * Receipts come after their messages: younger ones, in seconds, are not counted yet, or a burst that is under way would
 * hide what has failed before.
 */
export const receiptSeconds = 120;

/** Statuses of messages of which it is known what became of them. */
const told = ['sent', 'delivered', 'read', 'failed'];

/** Outbound messages sent within so many seconds before `now`, for each of several lengths: one read of the longest. */
export function lately(
  reader: Queryable,
  tenantId: number,
  withins: readonly number[],
  now: Temporal.Instant,
): Promise<Tally[]> {
  const at = sql`${now.toString()}::timestamptz`;
  return reader.query<Tally>(sql`
    select w.within as bucket, ${tallied}
    from unnest(${withins as number[]}::int[]) as w (within)
    join crm.messages m on m.sent_at > ${at} - w.within * interval '1 second'
    ${named}
    where m.tenant_id = ${tenantId} and m.sent_at > ${now.subtract({ seconds: Math.max(...withins) }).toString()}::timestamptz
      and m.sent_at <= ${at} - ${receiptSeconds} * interval '1 second' and ${counted(tenantId)}
    group by 1, 2, 3, 4, 5, 8`);
}

/** The same over past stretches of that length, numbered from `from` on. */
export function byStretches(
  reader: Queryable,
  tenantId: number,
  within: number,
  { from, to }: { from: Temporal.Instant; to: Temporal.Instant },
): Promise<Tally[]> {
  return reader.query<Tally>(sql`
    select floor(extract(epoch from m.sent_at - ${from.toString()}::timestamptz) / ${within})::int as bucket, ${tallied}
    from crm.messages m
    ${named}
    where m.tenant_id = ${tenantId} and m.sent_at >= ${from.toString()}::timestamptz and m.sent_at < ${to.toString()}::timestamptz
      and ${counted(tenantId)}
    group by 1, 2, 3, 4, 5, 8
    order by 1`);
}

/** When the next message becomes old enough to count; null: none waits for that. */
export async function nextCounted(
  reader: Queryable,
  tenantId: number,
  now: Temporal.Instant,
): Promise<Temporal.Instant | null> {
  const [row] = await reader.query<{ first: Temporal.Instant | null }>(sql`
    select min(m.sent_at) as first from crm.messages m
    where m.tenant_id = ${tenantId} and m.sent_at > ${now.subtract({ seconds: receiptSeconds }).toString()}::timestamptz
      and m.sent_at <= ${now.toString()}::timestamptz and m.direction = 'outbound'`);
  return row?.first?.add({ seconds: receiptSeconds }) ?? null;
}

/** How far the messages of the source that is furthest reach; null: no source says. */
export async function messagesReach(reader: Queryable, tenantId: number): Promise<Temporal.Instant | null> {
  const [row] = await reader.query<{ reach: Temporal.Instant | null }>(sql`
    select max(as_of) as reach from ops.streams where tenant_id = ${tenantId} and stream = 'message'`);
  return row?.reach ?? null;
}

const tallied = sql`m.source, m.account_id as account, a.name as "accountName", m.channel, count(*)::int as messages,
  count(*) filter (where m.status = 'failed')::int as failed,
  case when m.status = 'failed' then coalesce(m.failure_reason, '') end as reason, min(m.sent_at) as "firstAt"`;

const named = sql`left join crm.accounts a on a.tenant_id = m.tenant_id and a.source = m.source and a.id = m.account_id`;

/** Without accounts of demonstrations. */
function counted(tenantId: number) {
  return sql`m.direction = 'outbound' and m.status = any (${told}::text[]) and m.deleted_at is null
    and not coalesce(a.demo, false)
    and coalesce(m.account_id, '') <> all (
      select unnest(t.demo_accounts) from ops.tenants t where t.tenant_id = ${tenantId})`;
}
