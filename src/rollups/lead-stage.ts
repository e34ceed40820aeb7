import type { Sql } from 'sql-template-tag';
import sql from 'sql-template-tag';

/**
 * Stage of a row of crm.lead_progress: as it is stored (`now` undefined), or as of an instant as far as dates tell. A stage
 * that was reached later by its own date gives way to the furthest one whose date had come; one without a date is taken as
 * it is now.
 */
export function stageAt(now: Temporal.Instant | undefined): Sql {
  if (!now) return sql`coalesce(stage, '')`;
  const moment = sql`${now.toString()}::timestamptz`;
  return sql`(case
    when (stage in ('won', 'lost') and closed_at > ${moment})
      or (stage in ('sql', 'opportunity') and qualified_at > ${moment})
      or (stage = 'opportunity' and first_deal_at > ${moment})
    then case when first_deal_at <= ${moment} then 'opportunity' when qualified_at <= ${moment} then 'sql' else 'lead' end
    else coalesce(stage, '')
  end)`;
}

/** Whether a fact of a row of crm.lead_progress is dated after `now`, found by index: such rows count otherwise then. */
export function isAheadOf(now: Temporal.Instant): Sql {
  const moment = sql`${now.toString()}::timestamptz`;
  return sql`e.created_at <= ${moment} and (e.tenant_id, e.source, e.id) in (
    select tenant_id, source, id from crm.leads where qualified_at > ${moment}
    union all
    select tenant_id, source, id from crm.leads where closed_at > ${moment} and stage in ('won', 'lost')
    union all
    select tenant_id, source, lead_id from crm.opportunities where coalesce(created_at, engaged_at) > ${moment}
    union all
    select tenant_id, source, lead_id from crm.opportunities where closed_at > ${moment} and status = 'won'
  )`;
}
