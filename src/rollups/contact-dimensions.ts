import type { Sql } from 'sql-template-tag';
import { dimensionValues } from './rollup.ts';

/** What contacts are kept apart by, besides their source. */
const dimensions = ['country', 'segment', 'origin', 'account_id'] as const;

export const contactKey = ['source', ...dimensions] as const;

export const contactDimensionValues: Sql = dimensionValues(dimensions);
