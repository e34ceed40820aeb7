import type { Grain, PeriodExpression } from '../domain/period.ts';
import type { DimensionId } from './dimensions.ts';

/** A question about one KPI, as parsed; values of dimensions are still what the person wrote. */
export interface KpiQuestion {
  /** null: the KPI's default period. */
  period: PeriodExpression | null;
  by: DimensionId | null;
  filters: readonly { dimension: DimensionId; value: string }[];
  /** What to compare with; null: the stretch before, as domain/period.ts says. `none`: nothing, which saves asking. */
  versus: PeriodExpression | { kind: 'year-before' } | { kind: 'none' } | null;
  grain: Exclude<Grain, 'hour'> | null;
  /** Whether the records behind the number are wanted too, where the KPI lists some. */
  records?: boolean;
  /** False where what needs a person now is not wanted, which saves asking. */
  attention?: false;
  /** Assumptions to count under, as the person wrote them; absent: the KPI's default. */
  scenario?: string;
  /** Local date whose snapshot is wanted; absent: what is known now. */
  asOfDate?: string;
}
