import type { Unit } from '../../domain/kpi-result.ts';
import type { ChartKind } from '../spec.ts';

export type ResultPart = 'series' | 'breakdown' | 'distribution' | 'funnel' | 'matrix';

export interface ChartFromResultOptions {
  locale: string;
  /** Which part of the result to show; without it the one that suits `preferred`, or else any that has something. */
  kind?: ResultPart;
  preferred: ChartKind;
  /** Parts of each point that make up a whole, with their names: what a series is stacked from, if `preferred` says so. */
  parts?: readonly { part: string; label: string }[];
  /** Parts that are drawn as lines of one picture, in one unit; `value` is the headline. */
  lines?: readonly { part: string; label: string; unit: Unit }[];
  /** Keys of the rows in an order of their own (of severity, of stages), where they have one. */
  order?: readonly string[];
  /** A part of the rows that is a line across their bars, where all of them have the same. */
  reference?: { part: string; label: string };
}
