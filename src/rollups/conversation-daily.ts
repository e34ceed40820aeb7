import sql from 'sql-template-tag';
import { dimensionValues, type Rollup } from './rollup.ts';

const dimensions = ['direction', 'channel', 'status', 'account_id', 'team_id', 'operator_id'] as const;

/** Hours a reply may take to count as one. */
const hoursToReply = 24;

/**
 * Conversations by the day they began on, and how many of those that a contact began were replied to within 24 hours.
 * Whether a reply may still come in time is a question of now: `pending` is worked out when it is asked, and 0 as stored. Only
 * conversations of the last 24 hours can be pending, or have a reply that came after the moment asked about.
 */
export const conversationDaily: Rollup = {
  id: 'conversation-daily',
  table: 'mart.conversation_daily',
  stream: 'conversation',
  entityTable: 'crm.conversation_stretches',
  markedBy: 'sweep',
  at: 'started_at',
  definitionVersion: 1,
  key: ['source', ...dimensions],
  measures: ['conversations', 'replied', 'assumed', 'pending', 'bot', 'human', 'mixed'],
  unsettled: (now) => sql`
    e.started_at <= ${now.toString()}::timestamptz
    and e.started_at > ${now.subtract({ hours: hoursToReply }).toString()}::timestamptz`,
  select(rows, _timezone, now) {
    const isOver = now
      ? sql`started_at <= ${now.subtract({ hours: hoursToReply }).toString()}::timestamptz`
      : sql`true`;
    const isKnown = now ? sql`and first_reply_at <= ${now.toString()}::timestamptz` : sql``;
    return sql`
      select
        tenant_id, day, source, ${dimensionValues(dimensions)},
        count(*)::int as conversations,
        (count(*) filter (where replied))::int as replied,
        (count(*) filter (where replied and reply_assumed))::int as assumed,
        (count(*) filter (where direction = 'inbound' and not replied and not (${isOver})))::int as pending,
        (count(*) filter (where handled_by = 'bot'))::int as bot,
        (count(*) filter (where handled_by = 'human'))::int as human,
        (count(*) filter (where handled_by = 'mixed'))::int as mixed
      from (
        select r.*, coalesce(
          direction = 'inbound' and first_reply_at <= started_at + interval '24 hours' ${isKnown}, false) as replied
        from ${rows}
      ) as told
      group by 1, 2, 3, 4, 5, 6, 7, 8, 9`;
  },
};
