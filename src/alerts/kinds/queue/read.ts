import sql, { raw, type Sql } from 'sql-template-tag';
import type { Queryable } from '../../../db/db.ts';

/** A conversation whose contact waits for a reply of a person. Instants are epoch milliseconds. */
export interface Waiting {
  /** `source/id`; `''` for none. */
  team: string;
  channel: string;
  since: number;
}

/** The same of the past: until when, by an answer or because the conversation was over. */
export interface Waited extends Waiting {
  until: number;
}

/**
 * Conversations that wait as of now, the longest first. A conversation waits from the first message that no person has
 * replied to until it is resolved or silent for 24 hours, as KPIs have it. What only a bot has served so far counts once it
 * has a team or an operator: then a person is asked for.
 */
export async function readWaiting(reader: Queryable, tenantId: number, now: Temporal.Instant): Promise<Waiting[]> {
  const at = sql`${now.toString()}::timestamptz`;
  return reader.query<Waiting>(sql`
    select ${place('f')}, ${ms(sql`f.waits_since`)} as since
    from crm.conversation_stretches f
    where f.tenant_id = ${tenantId} and f.waits_since <= ${at} and f.active_until > ${at}
      and (f.handled_by is distinct from 'bot' or f.team_id is not null or f.operator_id is not null)
      ${realAccounts(tenantId, 'f')}
    order by f.waits_since`);
}

/** Every wait that lies in a period or reaches into it, in the order they began. */
export async function readWaits(
  reader: Queryable,
  tenantId: number,
  { from, to }: { from: Temporal.Instant; to: Temporal.Instant },
): Promise<Waited[]> {
  const [begin, end] = [sql`${from.toString()}::timestamptz`, sql`${to.toString()}::timestamptz`];
  return reader.query<Waited>(sql`
    select w.* from (
      select ${place('f')}, ${ms(sql`f.asked_at`)} as since, ${ms(sql`f.answered_at`)} as until
      from crm.conversation_responses f
      where f.tenant_id = ${tenantId} and f.answered_at > ${begin} and f.asked_at < ${end} ${realAccounts(tenantId, 'f')}
      union all
      select ${place('f')}, ${ms(sql`f.waits_since`)}, ${ms(sql`f.active_until`)}
      from crm.conversation_stretches f
      where f.tenant_id = ${tenantId} and f.waits_since < ${end} and f.active_until > ${begin}
        and f.active_until > f.waits_since
        and (f.handled_by is distinct from 'bot' or f.team_id is not null or f.operator_id is not null)
        ${realAccounts(tenantId, 'f')}
    ) as w
    order by w.since`);
}

function place(of: string): Sql {
  const row = raw(of);
  return sql`
    case when coalesce(${row}.team_id, '') = '' then '' else ${row}.source || '/' || ${row}.team_id end as team,
    coalesce(lower(${row}.channel), '') as channel`;
}

/** Demo accounts have no part in any number. */
function realAccounts(tenantId: number, of: string): Sql {
  const row = raw(of);
  return sql`
    and (${row}.account_id is null or not (
      exists (
        select from crm.accounts a
        where a.tenant_id = ${tenantId} and a.source = ${row}.source and a.id = ${row}.account_id and a.demo)
      or exists (select from ops.tenants n where n.tenant_id = ${tenantId} and ${row}.account_id = any (n.demo_accounts))))`;
}

function ms(column: Sql): Sql {
  return sql`(extract(epoch from ${column}) * 1000)::bigint`;
}
