import type { Queryable } from '../db/db.ts';
import type { EntityId } from '../domain/entity.ts';
import type { Bins } from '../domain/histogram.ts';
import type { Attention, Better, KpiKind, Matrix, RecordList, Unit } from '../domain/kpi-result.ts';
import type { DateRange, Grain } from '../domain/period.ts';
import type { ReadAt } from '../rollups/read.ts';
import type { Rollup } from '../rollups/rollup.ts';
import type { Evidence } from '../stats/compare.ts';
import type { DimensionId } from './dimensions.ts';
import type { GroupId } from './groups.ts';

/** The values of one dimension that count: (source, id) pairs for entities, plain values else (source null). */
export interface Filter {
  dimension: DimensionId;
  values: readonly { source: string | null; key: string }[];
  /** Everything but those. */
  except?: boolean;
}

/** What a room's query reads: one period of one tenant as of one moment, cut to some dimension values. */
export interface Scope {
  at: ReadAt;
  weekStart: number;
  period: DateRange;
  filters: readonly Filter[];
  /** Under which assumptions to count, for KPIs with `scenarios`. */
  scenario?: Scenario;
  /** For KPIs with `snapshots`: read what was believed on this local date; absent: what is known now. */
  asOfDate?: string;
}

/** A set of assumptions by name; `settings` where the configuration describes it, as it stands there. */
export interface Scenario {
  name: string;
  settings?: unknown;
}

/** How the rows are to be grouped: by buckets of a grain, by a dimension, or not at all. */
export type Grouping =
  | { kind: 'total' }
  | { kind: 'series'; grain: Exclude<Grain, 'hour'>; buckets: readonly string[] }
  | { kind: 'breakdown'; by: DimensionId };

/** Additive parts of one group: they may be summed over groups before they are measured, never after. */
export interface Sums {
  counts: Readonly<Record<string, number>>;
  /** Distributions by name, of times by their clock (`calendar`, `business`), of answers by `score`. */
  bins: Readonly<Record<string, Bins>>;
}

export interface Group {
  /** First date of the bucket, for series. */
  bucket: string | null;
  /** Value of the dimension and the source it is an id of, for breakdowns. */
  key: string | null;
  source: string | null;
  sums: Sums;
}

/**
 * One group's numbers: `weight` is what shares and ranks go by; 0 means there is nothing to show. Money, value and parts,
 * is in minor units here, the value of an average with a fraction; on the way out they become
 * major units, the value as a decimal string.
 */
export interface Measured {
  /** null: no data. */
  value: number | null;
  /** Ratios, averages and points carry what they were made of, value = numerator / denominator; counts have neither. */
  numerator?: number;
  denominator?: number;
  weight: number;
  parts: Record<string, number | null>;
  evidence: Evidence;
}

export interface PartDeclaration {
  title: string;
  unit: Unit;
  /** What heads its column, where the title is longer than that. */
  column?: string;
  /** The highest score there is, for unit `score`. */
  outOf?: number;
  /** A difference: shown with its sign. */
  signed?: boolean;
  /** Said by the headline, so it is shown in tables only. */
  inHeadline?: boolean;
  /** Not the sum of the rows' parts: a median, or what belongs to no row. */
  additive?: false;
}

/**
 * Records that are read as they are, because there are few of them and they stand until something changes: there is data from
 * the first of them, or from when they were first read, until their stream ends.
 */
export interface StandingRecords {
  table: string;
  /** Column with the date or time a record stands from. */
  standsFrom: string;
}

/** What makes a KPI a table first: it has rows also where a question asks for none, and every surface shows them. */
export interface Board {
  /** What its rows are where the question does not say. */
  by: DimensionId;
  /** What heads the column of the KPI's value. */
  value: string;
  /** Columns behind the row's name, in order: parts by name, and `value`. */
  columns: readonly string[];
  /** Those that there is room for on a phone, each with a heading as short as can be. */
  narrow: readonly (readonly [name: string, heading: string])[];
  /**
   * Rows of at least `fewest` cases are ranked by value, the best first, equal values by the part `tie`, of which more is
   * better and none is last; the others come after them without a rank. `cautious`: a ratio goes by the lower end of its
   * 95 % interval (Wilson), so that few lucky cases do not lead. Absent: no ranks, the largest first.
   */
  ranked?: { fewest: number; tie: string; cautious?: true };
  /** What is said beside a name of the rows it has by itself, by `source/key`: of operators, whether they are there. */
  status?: (reader: Queryable, scope: Scope) => Promise<ReadonlyMap<string, string>>;
}

/** How a KPI is drawn. Parts are named as in `parts`; `value` is the headline. */
export interface ChartDeclaration {
  /** Its values over time. `stacked`: always the parts of `stack` on each other. `step`: levels that hold until they change. */
  series: 'line' | 'area' | 'bar' | 'step' | 'stacked';
  /** What is drawn where the question does not ask for a breakdown. */
  prefer: 'series' | 'distribution' | 'breakdown' | 'funnel' | 'matrix';
  /** Parts that make up a whole, stacked over time where single buckets are too small for a line. */
  stack?: readonly string[];
  /** Parts drawn as lines of one picture, all of one unit; at most 6. */
  lines?: readonly string[];
  /** How rows are drawn; a doughnut only where they add up to the value. */
  rows?: 'bar' | 'doughnut';
  /** A part of the rows that is a line across their bars, where it is the same for all of them. */
  reference?: { part: string; label: string };
}

/** What a measure may need beside the sums. */
export interface MeasureContext {
  /** Length of the period, bucket or row in days. */
  days: number;
  scenario?: Scenario;
}

/**
 * One KPI: its declaration as data, its only query, and the pure step from sums to numbers. Help, explain, footnotes
 * and docs/reference/kpis.md are made from the declaration; nothing is described twice.
 */
export interface Kpi {
  id: string;
  version: number;
  group: GroupId;
  title: string;
  /** The question it answers, as a person asks it. */
  question: string;
  /** The formula in words. */
  formula: string;
  kind: KpiKind;
  unit: Unit;
  /** The highest score there is, for unit `score`. */
  outOf?: number;
  better: Better;
  /** ISO 4217 code of its money where that is not the tenant's. */
  currency?: string;
  /**
   * Who may ask. `supervisors` and above: for a KPI whose aggregates carry no operator and no team, so that rows cannot be
   * told apart by whose they are. Absent: everyone, and the row policies cut the rows.
   */
  audience?: 'everyone' | 'supervisors';
  /**
   * Things that stand in several rows or buckets and count once (persons, active users), or an average of levels: rows and
   * buckets do not add up to the value, the total is a query of its own, and what is beyond the last row is not summed.
   */
  additive?: false;
  dimensions: readonly DimensionId[];
  /** Values of a dimension where they are others than the dimension's own: the status of a campaign is not that of a ticket. */
  values?: Readonly<Partial<Record<DimensionId, readonly string[]>>>;
  /** What it is broken down by where the question does not say, for a KPI that says little as a single number. */
  defaultBy?: DimensionId;
  /** Dimensions whose latest value says nothing about the past: filtered by one, the KPI is compared with nothing. */
  presentOnly?: readonly DimensionId[];
  parts: Readonly<Record<string, PartDeclaration>>;
  /** Streams whose watermarks decide whether a period is complete. */
  streams: readonly EntityId[];
  rollups: readonly Rollup[];
  /** Whose days say since when and until when there is data. */
  datedBy: Rollup | StandingRecords;
  /** Other rollups whose days and values are its data too, for a KPI that counts things by several dates; with its dimensions. */
  alsoDatedBy?: readonly Rollup[];
  /** Which rows of that rollup are this KPI's, where it shares them with others. */
  only?: { column: string; value: string };
  /** What a source must deliver for there to be a value, for `requires`. */
  needs: string;
  /**
   * Days after its end from which a period's cohort is decided; 0 where it is at once. For an SLA as many as its longest
   * target may take on its calendar, which the policies say.
   */
  maturesAfterDays: number | 'first-response-target' | 'longest-target';
  target: number | null;
  owner: string;
  criticality: 'low' | 'medium' | 'high' | 'critical';
  refreshSlaMinutes: number;
  /** Date the definition is valid from; null: for all data. */
  validFrom: string | null;
  /** Null: a table, of which no picture is drawn. */
  chart: ChartDeclaration | null;
  board?: Board;
  caveats: readonly string[];
  examples: readonly string[];
  /** Buckets of a series add up to the total, but for levels and where `totalHasMore`: the total then is a query of its own. */
  query(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]>;
  /** Of a level: what the query answers for a period is what it answers for its last day as a bucket. */
  dailyLevels?: true;
  /** Whether the query answers more for the total than for the buckets of a series, which then need not read it. */
  totalHasMore?: boolean;
  measure(sums: Sums, context: MeasureContext): Measured;
  /** Bands of a distribution over the whole period, where the KPI has one. */
  distribution?: (sums: Sums) => { title: string; bands: { label: string; count: number }[] };
  /** Stages of the whole period, the first one first; shares and drop-off are worked out from the counts. */
  funnel?: (sums: Sums) => { title: string; stages: { key: string; label: string; count: number }[] };
  /** Numbers of the whole period by two things at once. */
  matrix?: (sums: Sums) => Matrix;
  /** Assumptions it can be counted under, by name, the first being the default; the configuration may name more. */
  scenarios?: readonly [string, ...string[]];
  /** Whether it keeps what was believed on each day, for `as-of:DATE`. */
  snapshots?: true;
  /**
   * For a level that is kept and not worked out from events: whether it is known what it was at the end of a day. A question
   * without a period is about today where the last complete day is not known.
   */
  isKnownOn?: (reader: Queryable, at: ReadAt, day: string) => Promise<boolean>;
  /** Whether the records are there but what the KPI needs of them is not: then `requires` says so. */
  lacks?: (sums: Sums) => boolean;
  /** Things to say with this answer, in full sentences. */
  notes?: (measured: Measured, sums: Sums) => string[];
  /** What needs a person now, whatever the period. */
  attention?: (reader: Queryable, scope: Scope) => Promise<Attention>;
  /** The records that a table of this KPI lists, beside its numbers. */
  records?: (reader: Queryable, scope: Scope) => Promise<RecordList>;
}

export const noSums: Sums = { counts: {}, bins: {} };

export function addSums(a: Sums, b: Sums): Sums {
  const counts: Record<string, number> = { ...a.counts };
  for (const [name, value] of Object.entries(b.counts)) counts[name] = (counts[name] ?? 0) + value;
  const bins: Record<string, Bins> = { ...a.bins };
  for (const [name, more] of Object.entries(b.bins)) {
    const sum = new Map(bins[name]);
    for (const [bin, count] of more) sum.set(bin, (sum.get(bin) ?? 0) + count);
    bins[name] = sum;
  }
  return { counts, bins };
}

/** Groups of several queries as one per bucket and key, their sums added. */
export function mergeGroups(groups: readonly Group[]): Group[] {
  const byKey = new Map<string, Group>();
  for (const group of groups) {
    const id = JSON.stringify([group.bucket, group.key, group.source]);
    const before = byKey.get(id);
    byKey.set(id, before ? { ...before, sums: addSums(before.sums, group.sums) } : group);
  }
  return [...byKey.values()];
}
