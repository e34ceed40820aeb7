/**
 * A chart as data: pure, serialisable, the key under which its image is cached. Nothing in it depends on a canvas or on
 * the clock. Values that are `null` are gaps and stay gaps.
 */
export type ChartKind =
  | 'line'
  | 'step'
  | 'area'
  | 'bar'
  | 'stacked'
  | 'grouped'
  | 'histogram'
  | 'doughnut'
  | 'funnel'
  | 'heatmap'
  | 'multiples';

/** How axis ticks, labels and tooltips print values (see domain/format.ts). */
export type ValueFormat = 'percent' | 'count' | 'duration' | 'points' | 'number';

export type ChartAxis = 'hour' | 'day' | 'week' | 'month' | 'category';

export interface ChartSeries {
  /** Stable name of the thing shown: decides its colour, so the same thing has the same colour in every chart. */
  key: string;
  label: string;
  values: (number | null)[];
}

export interface ChartSpec {
  kind: ChartKind;
  /** The measure with its unit, or the finding. */
  title: string;
  /** Period, time zone, comparison. */
  subtitle: string;
  format: ValueFormat;
  /** One label per value: dates (`2026-10-01`) or local hours (`2026-10-01T08:00`) for time axes, names or bands otherwise. */
  labels: string[];
  /**
   * Stable names of the labels, one each, where the labels have colours of their own (slices of a doughnut); the labels
   * themselves if not given.
   */
  keys?: string[];
  /** How `labels` are to be shown: dates are shortened to fit, names truncated. */
  axis: ChartAxis;
  /** At most 6; of small multiples one for each panel, of a heatmap one for each of its rows, of a funnel one with a value for each stage. */
  series: ChartSeries[];
  /** Indices of `labels` whose bucket is not complete: drawn hatched (bars) or dotted (lines). */
  incomplete: number[];
  /**
   * Indices of `labels` whose bucket has ended while some of its cases are not decided: drawn hatched more lightly, or
   * pale and dashed on a hatched ground (lines). A bucket that is incomplete too is drawn as that.
   */
  immature?: number[];
  /** Indices of `labels` that are no name of their own ("Other"): drawn in grey. */
  muted?: number[];
  /** What a total counts (`tickets`, `EUR`), in the middle of a doughnut (the series' label if not given) or at a heatmap's scale. */
  unit?: string;
  /** Whether the names at the ends of several lines have their last values with them. */
  endValues?: boolean;
  /** Of small multiples: what each series has for itself, in the order of the series. */
  panels?: ChartPanel[];
  /** A block of a heatmap's cells that is outlined: first and last index of series and labels, both within. */
  window?: { rows: [number, number]; columns: [number, number]; label: string };
  /** Across stacked bars it is the total's, across grouped ones each bar's; a doughnut has none. */
  target: { value: number; label: string } | null;
  /** Source and as-of, in the corner. */
  footer: string;
  /** BCP 47 tag for number and date shapes. */
  locale: string;
  /** What the chart shows, in a sentence, for screen readers (at most 2,000 characters). */
  altText: string;
}

/** One of several small pictures that share their dates and nothing else. */
export interface ChartPanel {
  format: ValueFormat;
  /** Its number, beside its name: `91.2 %`. */
  value: string;
  /** Drawn as a dashed line. */
  target: number | null;
  /** Whether its values are sums, and so stand on zero. */
  zero: boolean;
  /** Indices of values that may still change: drawn dotted. */
  unfinished: number[];
  /** First and last index of what the number is about. */
  about: [number, number];
}
