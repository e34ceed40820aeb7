import type { Sql } from 'sql-template-tag';
import { dimensionValues } from './rollup.ts';

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

/** The dimensions of a ticket row as the keys of an aggregate. */
export const ticketDimensionValues: Sql = dimensionValues(ticketDimensions);
