import { shapeOf } from '../../answers/wording.ts';
import { formatDate, formatValue } from '../../domain/format.ts';
import type { SeriesPoint } from '../../domain/kpi-result.ts';
import type { DateRange } from '../../domain/period.ts';
import type { Kpi } from '../../kpis/kpi.ts';
import { type Anomaly, anomalyOf, benjaminiHochberg, type DayValue, unusualZ } from '../../stats/anomaly.ts';
import { type AskedLine, hasUsualDays } from '../ask-lines.ts';
import { categoryOf, type Finding, type FindingRoom } from './finding.ts';

/** Of all days said to be unusual in one digest, at most this share by mistake. */
const falseDiscoveries = 0.05;
/** Deviations from which it is worse, and worse again. */
const limits = [6, 9] as const;
/** A change below these is not worth a look, however sure it is. */
const material = { units: 5, share: 0.1, points: 0.02 };

interface Tested {
  line: AskedLine;
  point: SeriesPoint;
  anomaly: Anomaly;
}

/** Days of the digest that are unlike their weekdays of the weeks before. */
export const unusual: FindingRoom = {
  kind: 'unusual',
  find({ lines, period, locale }) {
    const tested = lines.flatMap((line) => testedDays(line, period));
    const holds = benjaminiHochberg(
      tested.map(({ anomaly }) => anomaly.p),
      falseDiscoveries,
    );
    const found = tested
      .filter(({ line, point, anomaly }, index) => holds[index] && isMaterial(line.kpi, point, anomaly))
      .toSorted((a, b) => Math.abs(b.anomaly.z) - Math.abs(a.anomaly.z));
    // Of several unusual days of one number the most unusual one.
    const first = new Map(found.toReversed().map((one) => [one.line.kpi.id, one]));
    return [...first.values()].map((one) => findingOf(one, locale));
  },
};

/** Days that are over, with all of their data, in numbers whose chance is known: counts and ratios. */
function testedDays(line: AskedLine, period: DateRange): Tested[] {
  const { points } = line.history.series;
  return points.flatMap((point, index): Tested[] => {
    const isOver = point.complete && point.mature !== false;
    const today = isOver && point.at >= period.from ? dayValue(line.kpi, point) : null;
    const history = today && points.slice(0, index).map((day) => (day.complete ? dayValue(line.kpi, day) : null));
    const anomaly = today && history && anomalyOf(history, today);
    return anomaly ? [{ line, point, anomaly }] : [];
  });
}

function dayValue(kpi: Kpi, { value, numerator, denominator }: SeriesPoint): DayValue {
  if (value === null || !hasUsualDays(kpi)) return null;
  if (kpi.unit === 'count') return { kind: 'count', count: Number(value) };
  if (numerator === undefined || denominator === undefined || denominator <= 0) return null;
  return { kind: 'ratio', successes: Math.min(numerator, denominator), n: denominator };
}

function isMaterial(kpi: Kpi, { value }: SeriesPoint, { z, expected }: Anomaly): boolean {
  if (Math.abs(z) <= unusualZ) return false;
  const off = Math.abs(Number(value) - expected);
  return kpi.unit === 'ratio' ? off >= material.points : off >= Math.max(material.units, material.share * expected);
}

function findingOf({ line: { kpi, result }, point, anomaly }: Tested, locale: string): Finding {
  const { z, expected } = anomaly;
  const shape = shapeOf(result, locale);
  const weekday = Temporal.PlainDate.from(point.at).toLocaleString('en', { weekday: 'long' });
  const way = z > 0 ? (kpi.unit === 'count' ? 'many' : 'high') : kpi.unit === 'count' ? 'few' : 'low';
  const usual = formatValue(kpi.unit === 'count' ? Math.round(expected) : expected, kpi.unit, shape);
  return {
    ...{ kind: 'unusual', key: `unusual:${kpi.id}:${way}`, kpi, size: Math.abs(z) },
    category: categoryOf(Math.abs(z), limits),
    text: `${result.title}: ${formatValue(point.value, kpi.unit, shape)} on ${weekday} ${formatDate(point.at, { locale })}, unusually ${way}; a ${weekday} usually has about ${usual}.`,
    words: `${kpi.id} 30d`,
  };
}
