import type { SeriesPoint } from '../domain/kpi-result.ts';
import { type Anomaly, anomalyOf, benjaminiHochberg, type DayValue, unusualZ } from '../stats/anomaly.ts';
import type { Kpi } from './kpi.ts';

/** Of all days said to be unusual at one time, at most this share by mistake. */
const falseDiscoveries = 0.05;

/** A change below these is not worth a look, however sure it is. */
export interface Material {
  /** Of counts, in units, and as a share of what is usual: the larger of both. */
  units: number;
  share: number;
  /** Of ratios, from 0 to 1. */
  points: number;
}

/** The days of one number, in order and without gaps. */
export interface Days {
  kpi: Kpi;
  points: readonly SeriesPoint[];
}

/** A day that can be told from what is usual for its weekday, with how far off it is. */
export interface TestedDay<T extends Days> {
  line: T;
  point: SeriesPoint;
  anomaly: Anomaly;
}

/** Whether it is known how much days of this number differ by chance: of counts and ratios, not of levels. */
export function hasUsualDays({ kind, unit, additive }: Kpi): boolean {
  return kind !== 'stock' && (unit === 'ratio' || (unit === 'count' && additive !== false));
}

/** Days from `from` on that are over, with all of their data, and enough weeks before them to tell what is usual. */
export function testedDays<T extends Days>(line: T, from: string): TestedDay<T>[] {
  const { kpi, points } = line;
  return points.flatMap((point, index): TestedDay<T>[] => {
    const isOver = point.complete && point.mature !== false;
    const day = isOver && point.at >= from ? dayValue(kpi, point) : null;
    const history = day && points.slice(0, index).map((one) => (one.complete ? dayValue(kpi, one) : null));
    const anomaly = day && history && anomalyOf(history, day);
    return anomaly ? [{ line, point, anomaly }] : [];
  });
}

/**
 * Of days tested together those that are unlike their weekdays, by more than chance and enough to matter, the most unusual
 * first. At most 5 % of what is said in the long run is said by mistake, however many are tested (Benjamini and Hochberg).
 */
export function unusualOf<T extends Days>(
  tested: readonly TestedDay<T>[],
  least: (kpi: Kpi, anomaly: Anomaly) => Material,
): TestedDay<T>[] {
  const holds = benjaminiHochberg(
    tested.map(({ anomaly }) => anomaly.p),
    falseDiscoveries,
  );
  return tested
    .filter(({ line: { kpi }, point, anomaly }, index) => holds[index] && isMaterial(kpi, point, anomaly, least))
    .toSorted((a, b) => Math.abs(b.anomaly.z) - Math.abs(a.anomaly.z));
}

function dayValue(kpi: Kpi, { value, numerator, denominator }: SeriesPoint): DayValue {
  if (value === null || !hasUsualDays(kpi)) return null;
  if (kpi.unit === 'count') return { kind: 'count', count: Number(value) };
  if (numerator === undefined || denominator === undefined || denominator <= 0) return null;
  return { kind: 'ratio', successes: Math.min(numerator, denominator), n: denominator };
}

function isMaterial(
  kpi: Kpi,
  { value }: SeriesPoint,
  anomaly: Anomaly,
  least: (kpi: Kpi, anomaly: Anomaly) => Material,
): boolean {
  const { z, expected } = anomaly;
  if (Math.abs(z) <= unusualZ) return false;
  const { units, share, points } = least(kpi, anomaly);
  const off = Math.abs(Number(value) - expected);
  return kpi.unit === 'ratio' ? off >= points : off >= Math.max(units, share * expected);
}
