import sql from 'sql-template-tag';
import { dimensionValues, type Rollup } from './rollup.ts';

const dimensions = ['channel', 'account_id', 'team_id', 'operator_id'] as const;

/**
 * Stretches of activity by the day they began on and the last day at whose end they were active: at the end of a day there
 * were as many active as began by then and last until then. Those over by the end of their first day are in none of these
 * levels. What happens at midnight sharp belongs to the next day.
 */
export const conversationActiveDaily: Rollup = {
  id: 'conversation-active-daily',
  table: 'mart.conversation_active_daily',
  stream: 'conversation',
  entityTable: 'crm.conversation_stretches',
  markedBy: 'sweep',
  at: 'active_from',
  definitionVersion: 1,
  key: ['source', 'last_day', ...dimensions],
  measures: ['conversations'],
  select: (rows, timezone) => sql`
    select tenant_id, day, source, last_day, ${dimensionValues(dimensions)}, count(*)::int as conversations
    from (
      select r.*, (active_until at time zone ${timezone})::date - 1 as last_day from ${rows}
    ) as lasting
    where last_day >= day
    group by 1, 2, 3, 4, 5, 6, 7, 8`,
};
