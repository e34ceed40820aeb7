import sql from 'sql-template-tag';
import { dimensionValues, type Rollup } from './rollup.ts';

const dimensions = ['channel', 'account_id'] as const;

/** Contacts by the days on which they wrote or were written to: one row each, so that distinct ones are counted exactly. */
export const contactMessageDaily: Rollup = {
  id: 'contact-message-daily',
  table: 'mart.contact_message_daily',
  stream: 'message',
  entityTable: 'crm.counted_messages',
  at: 'sent_at',
  definitionVersion: 1,
  key: ['source', 'contact_id', ...dimensions],
  measures: ['inbound', 'outbound'],
  select: (rows) => sql`
    select tenant_id, day, source, contact_id, ${dimensionValues(dimensions)},
      (count(*) filter (where direction = 'inbound'))::int as inbound,
      (count(*) filter (where direction = 'outbound'))::int as outbound
    from ${rows}
    where contact_id is not null
    group by 1, 2, 3, 4, 5, 6`,
};
