import type { Grain, ResolvedPeriod } from './period.ts';

/** How a value is to be read: ratios are 0..1, durations seconds, money a decimal string with `currency`. */
export type Unit = 'ratio' | 'count' | 'duration' | 'score' | 'points' | 'money' | 'days' | 'hours';

/** flow: events in the period; stock: the level at its end; cohort: things that began in it and what became of them. */
export type KpiKind = 'flow' | 'stock' | 'cohort';

export type Better = 'up' | 'down' | 'neither';

export const verdicts = [
  'better',
  'worse',
  'higher',
  'lower',
  'same',
  'too-close',
  'few-cases',
  'partial',
  'not-mature',
  'no-baseline',
] as const;
export type Verdict = (typeof verdicts)[number];

/** `null` means "no data" and is never shown as 0. Strings are decimal money. */
export type KpiValue = number | string | null;

export interface Measure {
  value: KpiValue;
  /** Ratios, averages and points carry what they were made of, value = numerator / denominator; counts have neither. */
  numerator?: number;
  denominator?: number;
  /** By name; money in major units, as a number. */
  parts?: Record<string, number | null>;
}

/** One bucket; `parts` only where the KPI's chart draws them: stacked, or as lines. */
export interface SeriesPoint extends Measure {
  /** First local date of the bucket, or the local hour for grain `hour`. */
  at: string;
  /** False for a bucket that has not ended, is cut by the period's edge, or lies past a source's watermark. */
  complete: boolean;
  /** False while cases of the bucket may still be undecided; absent where the KPI is decided at once. */
  mature?: boolean;
}

export interface BreakdownRow extends Measure {
  /** The dimension's value; null in `other`, '' where the record has none. */
  key: string | null;
  label: string;
  /** The row's part of the denominator, or of the value for counts (0..1). */
  share: number | null;
  /** Place among the ranked rows, equal values sharing one; null for a row that is not ranked. Absent where nothing is. */
  rank?: number | null;
  /** What an operator is at the moment, as the CRM says it: `online`, `away`, `offline`. Absent where nothing is known. */
  status?: string;
}

export interface Comparison {
  period: { from: string; to: string; label: string };
  value: KpiValue;
  /** Value minus the other value, of money in major units; counts and sums over stretches of quite different length are compared per day (a note says so). */
  change: number | null;
  changeRatio: number | null;
  verdict: Verdict;
}

export interface SourceFreshness {
  source: string;
  stream: string;
  asOf: string | null;
  /** Seconds from there to the moment of the question; absent where nothing was loaded. */
  ageSeconds?: number;
  /** Whether that is more than the stream promises; absent where it promises nothing. */
  late?: boolean;
}

export interface Freshness {
  /** The oldest watermark among the sources the answer needs. */
  asOf: string | null;
  stale: boolean;
  /** Buckets marked as changed and not yet drained into the aggregates. */
  pending: number;
  sources: SourceFreshness[];
}

/** Tickets whose target passes soon, soonest first: what needs a person now. */
export interface Attention {
  /** The moment of the question, and the zone its times are told in. */
  at: string;
  timezone: string;
  withinMinutes: number;
  tickets: number;
  unassigned: number;
  /** The first few of them, by name where there is one. */
  first: {
    id: string;
    priority: string | null;
    operator: string | null;
    team: string | null;
    /** Which target passes. */
    half: 'first-response' | 'next-response' | 'resolution';
    dueAt: string;
  }[];
}

/** Single records behind a number, as a table: at most as many rows as are shown, and how many there are. */
export interface RecordList {
  title: string;
  header: string[];
  rows: string[][];
  total: number;
}

/** Stages that things pass one after the other, each with how many got there. */
export interface Funnel {
  title: string;
  stages: FunnelStage[];
}

export interface FunnelStage {
  key: string;
  label: string;
  count: number;
  /** Its part of the stage before and of the first one; null where there is none, or nothing in it. */
  ofPrevious: number | null;
  ofFirst: number | null;
}

/** Numbers by two things at once: weekday and hour, month of creation and months since. */
export interface Matrix {
  title: string;
  /** What all cells are in: ratios are 0..1, counts whole. */
  unit: Unit;
  rows: string[];
  columns: string[];
  /** What the cells count, where the title does not say: `messages`. */
  counts?: string;
  /** By row, then by column; null: no data there, which is not 0. */
  cells: (number | null)[][];
  /** A rectangle of cells to be seen first, by first and last index, both within; its title says what it is. */
  window?: MatrixWindow;
}

export interface MatrixWindow {
  rows: [first: number, last: number];
  columns: [first: number, last: number];
  title: string;
}

/** What an answer says of a scope that is not everything. */
const scopeWords = { all: [], teams: ['own teams only'], own: ['own records only'] } as const;

/** Whose records were counted, where it was not everybody's: `own teams only`, or `team Delivery only` where shared. */
export function scopePhrases(result: Pick<KpiResult, 'scope' | 'scopeLabel'>): readonly string[] {
  return result.scopeLabel === undefined ? scopeWords[result.scope] : [result.scopeLabel];
}

/** One answer, as plain data: every surface renders this and computes no number of its own. */
export interface KpiResult extends Measure {
  kpi: string;
  version: number;
  title: string;
  kind: KpiKind;
  unit: Unit;
  better: Better;
  /** ISO 4217 code, where the value or a part is money. */
  currency?: string;
  /** The highest score there is, for unit `score`. */
  outOf?: number;
  period: ResolvedPeriod;
  filters: Record<string, string>;
  /** Under which assumptions it was counted, where the KPI knows several: `weighted`. */
  scenario?: string;
  /** The local date whose snapshot was asked for: what was believed then. Absent: what is known now. */
  asOfDate?: string;
  /** Whose records were counted: all of the tenant, those of the viewer's teams, or the viewer's own. */
  scope: 'all' | 'teams' | 'own';
  /** Says the scope where others read the answer than the one it is cut to: `team Delivery only`. */
  scopeLabel?: string;
  parts: Record<string, number | null>;
  /** 95 % Wilson interval of a ratio on few cases, else absent. */
  interval?: { low: number; high: number };
  comparison: Comparison | null;
  target: { value: number; met: boolean | null } | null;
  series: { grain: Grain; points: SeriesPoint[] };
  /** Named bands of a distribution (resolution times, backlog age), where the KPI has one. */
  distribution: { title: string; bands: { label: string; count: number }[] } | null;
  /** Stages of the whole period, where the KPI has them and there are cases. */
  funnel?: Funnel;
  /** Numbers of the whole period by two things at once, where the KPI has them and there are cases. */
  matrix?: Matrix;
  /** What needs a person now, where the KPI knows of such. */
  attention: Attention | null;
  /** Records behind the number, where a table was asked for and the KPI lists some. */
  records: RecordList | null;
  breakdown: { by: string; rows: BreakdownRow[]; other: BreakdownRow | null } | null;
  freshness: Freshness;
  /** What a source does not deliver, when that is why there is no value. */
  requires: string[];
  notes: string[];
  /** Code under which the answer can be reprinted; null while receipts are not stored. */
  receipt: string | null;
}
