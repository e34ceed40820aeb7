import sql from 'sql-template-tag';
import { dimensionValues, type Rollup } from './rollup.ts';

const dimensions = ['direction', 'channel', 'account_id'] as const;

/** Chats (conversations of the source, else contacts) with a message on a day, once per direction and day. */
export const chatDaily: Rollup = {
  id: 'chat-daily',
  table: 'mart.chat_daily',
  stream: 'message',
  entityTable: 'crm.counted_messages',
  at: 'sent_at',
  definitionVersion: 1,
  key: ['source', ...dimensions],
  measures: ['chats'],
  select: (rows) => sql`
    select tenant_id, day, source, ${dimensionValues(dimensions)}, count(distinct chat)::int as chats
    from ${rows}
    where chat is not null
    group by 1, 2, 3, 4, 5, 6`,
};
