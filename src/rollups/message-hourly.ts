import sql from 'sql-template-tag';
import { dimensionValues, type Rollup } from './rollup.ts';

const dimensions = ['channel', 'account_id'] as const;

/** Inbound messages by local day and hour of the clock: an hour that comes twice holds both. */
export const messageHourly: Rollup = {
  id: 'message-hourly',
  table: 'mart.message_hourly',
  stream: 'message',
  entityTable: 'crm.counted_messages',
  at: 'sent_at',
  definitionVersion: 1,
  key: ['source', 'hour', ...dimensions],
  measures: ['inbound'],
  select: (rows, timezone) => sql`
    select tenant_id, day, source, extract(hour from sent_at at time zone ${timezone})::smallint as hour,
      ${dimensionValues(dimensions)}, count(*)::int as inbound
    from ${rows}
    where direction = 'inbound'
    group by 1, 2, 3, 4, 5, 6`,
};
