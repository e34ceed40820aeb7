import sql from 'sql-template-tag';
import { dimensionValues, type Rollup } from './rollup.ts';

const dimensions = ['direction', 'channel', 'type', 'status', 'account_id'] as const;

/** Messages by the day they were sent on. Who wrote them is left out: a message of a contact has no operator. */
export const messageDaily: Rollup = {
  id: 'message-daily',
  table: 'mart.message_daily',
  stream: 'message',
  entityTable: 'crm.counted_messages',
  at: 'sent_at',
  definitionVersion: 1,
  key: ['source', ...dimensions],
  measures: ['messages'],
  select: (rows) => sql`
    select tenant_id, day, source, ${dimensionValues(dimensions)}, count(*)::int as messages
    from ${rows}
    group by 1, 2, 3, 4, 5, 6, 7, 8`,
};
