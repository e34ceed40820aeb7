import type { Sql } from 'sql-template-tag';
import sql from 'sql-template-tag';

/** What tickets are kept apart by in every ticket rollup; operator and team also carry the right to see a row. */
export const ticketDimensions = [
  'source',
  'priority',
  'channel',
  'status',
  'team_id',
  'operator_id',
  'account_id',
] as const;

/** The dimensions of a ticket row with '' for "has none": keys cannot be null. */
export const ticketDimensionValues: Sql = sql`
  source,
  coalesce(priority, '') as priority,
  coalesce(channel, '') as channel,
  coalesce(status, '') as status,
  coalesce(team_id, '') as team_id,
  coalesce(operator_id, '') as operator_id,
  coalesce(account_id, '') as account_id`;
