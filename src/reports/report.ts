import type { AnswerTable } from '../answers/table.ts';
import type { SparklineSpec } from '../charts/sparkline.ts';
import type { ChartSpec } from '../charts/spec.ts';
import type { KpiValue, SourceFreshness, Verdict } from '../domain/kpi-result.ts';
import type { DateRange } from '../domain/period.ts';
import type { Paper } from './template.ts';

/**
 * A report as plain data: kept as an edition, and rendered again from that at any time. Numbers are in it as they are
 * shown, in the locale's shapes; nothing in it depends on when it is rendered.
 */
export interface Report {
  /** Shape of this type: a later version of Crema can tell what it reads. */
  version: 1;
  /** Name of the template. */
  template: string;
  /** Printed at the foot of every page: the same template, dates and viewer have the same id. */
  id: string;
  title: string;
  /** Whose numbers: the tenant's name. */
  company: string;
  /** Language of the words, not of the numbers' shapes. */
  language: string;
  locale: string;
  paper: Paper;
  period: DateRange & { shown: string; timezone: string };
  /** The oldest watermark the numbers rest on, in words: `as of 16 Nov 2026 08:25`. */
  asOf: string;
  /** Instant of the business clock at which it was made. */
  madeAt: string;
  /** Whose records were counted where it was not everybody's: `own teams only`; empty for all. */
  scope: string;
  /** Sentences of one paragraph. */
  summary: string[];
  strip: Figure[];
  sections: Section[];
  restatements: Restatement[];
  quality: Quality;
  definitions: Definition[];
}

/** One number of the strip. */
export interface Figure {
  kpi: string;
  /** What it counts, where that is not the KPI as it stands: `Ticket SLA, decided in the period`. */
  title: string;
  value: KpiValue;
  shown: string;
  /** `▲` or `▼` for a glance, beside the words; empty where nothing moved or nothing is compared. */
  mark: string;
  /** `3.4 points vs 2–8 Nov`, or why there is no change. */
  change: string;
  verdict: Verdict | null;
  /** `target 90 %`; empty without one. */
  target: string;
  met: boolean | null;
  receipt: string | null;
  /** The weeks or months that lead to it; null where there are fewer than two. */
  trend: SparklineSpec | null;
}

export interface Section {
  id: string;
  title: string;
  items: Item[];
}

/** The answer to one question: a sentence, a picture, the numbers. */
export interface Item {
  kpi: string;
  title: string;
  /** The question with its dates written out. */
  words: string;
  /** One sentence that stands alone. */
  sentence: string;
  value: KpiValue;
  shown: string;
  /** What belongs to the number: `Average`, `3 h 10 min`. */
  facts: { name: string; value: string }[];
  /** What it has to be read with: few cases, not all decided. */
  notes: string[];
  /** Null for a table only. */
  chart: ChartSpec | null;
  table: AnswerTable & { caption: string };
  receipt: string | null;
}

/** A number of an earlier report that has changed since. */
export interface Restatement {
  /** Dates of the report it stood in. */
  report: string;
  title: string;
  was: string;
  now: string;
  why: string;
  /** Local date and time it was found. */
  found: string;
  receipt: string;
}

export interface Quality {
  /** Every stream the numbers rest on. */
  streams: (SourceFreshness & { shown: string; age: string })[];
  /** Changes that were not in the aggregates yet. */
  pending: number;
  /** Records and events that were refused in the report's period, by source. */
  rejected: { source: string; count: number; reason: string }[];
  /** What was left out for want of data, and why, in sentences. */
  missing: string[];
}

export interface Definition {
  kpi: string;
  title: string;
  formula: string;
  owner: string;
  /** `90 %`; empty without one. */
  target: string;
}
