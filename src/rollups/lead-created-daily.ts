import sql from 'sql-template-tag';
import { isAheadOf, stageAt } from './lead-stage.ts';
import { dimensionValues, type Rollup } from './rollup.ts';

const dimensions = ['operator_id', 'account_id'] as const;

/**
 * Leads by the day they were created on and the stage they are in: how many, their amounts, and how many of them have ever
 * reached a stage: by its own date, by the stage they are in, or by an opportunity that is linked to them.
 */
export const leadCreatedDaily: Rollup = {
  id: 'lead-created-daily',
  table: 'mart.lead_created_daily',
  stream: 'lead',
  entityTable: 'crm.lead_progress',
  // The view asks for the opportunities of each lead; when a lead was created it knows itself.
  datedTable: 'crm.leads',
  at: 'created_at',
  definitionVersion: 1,
  key: ['source', 'stage', ...dimensions, 'created_month'],
  measures: ['leads', 'amount_minor', 'with_amount', 'reached_sql', 'reached_opportunity', 'reached_won'],
  unsettled: isAheadOf,
  select: (rows, _timezone, now) => {
    const by = now ? sql`${now.toString()}::timestamptz` : sql`'infinity'::timestamptz`;
    return sql`
    select
      tenant_id, day, source, stage_then as stage, ${dimensionValues(dimensions)}, to_char(day, 'YYYY-MM') as created_month,
      count(*)::int as leads,
      coalesce(sum(amount_minor), 0)::bigint as amount_minor,
      count(amount_minor)::int as with_amount,
      (count(*) filter (where qualified_at <= ${by} or first_deal_at <= ${by} or stage_then in ('sql', 'opportunity', 'won')))::int
        as reached_sql,
      (count(*) filter (where first_deal_at <= ${by} or stage_then in ('opportunity', 'won')))::int as reached_opportunity,
      (count(*) filter (where first_won_at <= ${by} or stage_then = 'won'))::int as reached_won
    from (select r.*, ${stageAt(now)} as stage_then from ${rows}) as told
    group by 1, 2, 3, 4, 5, 6, 7`;
  },
};
