import type { ChartSpec } from '../charts/spec.ts';
import type { KpiValue, Unit, Verdict } from '../domain/kpi-result.ts';
import type { DateRange } from '../domain/period.ts';
import type { FindingKind } from './findings/finding.ts';

/** One digest as plain data: what every carrier renders, and what is kept of it. No number is computed from here on. */
export interface Digest {
  template: string;
  title: string;
  /** Local date it is of: the day after its last day. */
  date: string;
  period: DateRange;
  /** What its numbers are compared with: the same weekdays before. */
  comparedWith: DateRange;
  /** Zone of the dates. */
  timezone: string;
  /** Zone in which the reader is told times. */
  readerTimezone: string;
  locale: string;
  /** Moment it was made at, of the business clock; and how far the data reaches that is furthest behind. */
  madeAt: string;
  asOf: string | null;
  /** `team Delivery only`; empty for everything. */
  scope: string;
  lines: DigestLine[];
  /** At most as many as the template has, the most important first; empty: nothing stands out. */
  findings: DigestFinding[];
  chart: ChartSpec | null;
  late: LateSource[];
}

/** One headline number. Words are in the digest's locale; `was` and `value` are for whoever compares later. */
export interface DigestLine {
  kpi: string;
  title: string;
  value: KpiValue;
  unit: Unit;
  shown: string;
  /** Arrow for a glance, and the same in words: `up 3.4 points, better`. */
  mark: '' | '▲' | '▼';
  change: string;
  was: KpiValue;
  /** The same as people read it: `87.8 %`. */
  wasShown: string;
  verdict: Verdict | null;
  target: { shown: string; met: boolean | null } | null;
  /** What it counts where that is not the digest's period: `9–15 Nov`. */
  dates: string;
  /** What the shape of its value depends on besides unit and locale. */
  shape?: { currency?: string; outOf?: number };
  /** What it has become since it was told, where late data has moved it. */
  restated?: { shown: string; on: string; why: string };
  /** Null where none could be kept. */
  receipt: string | null;
  /** The question with its dates written out. */
  words: string;
}

export interface DigestFinding {
  kind: FindingKind;
  kpi: string | null;
  text: string;
  /** Asks for what it is about. */
  words: string | null;
}

/** Data that does not reach as far as the digest does, or is later than promised. */
export interface LateSource {
  source: string;
  streams: string[];
  /** Of the stream furthest behind; null: nothing was ever complete. */
  asOf: string | null;
  /** Later than promised, rather than only not far enough. */
  isLate: boolean;
}
