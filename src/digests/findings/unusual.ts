import { shapeOf } from '../../answers/wording.ts';
import { formatDate, formatValue } from '../../domain/format.ts';
import { type TestedDay, testedDays, unusualOf } from '../../kpis/unusual.ts';
import type { AskedLine } from '../ask-lines.ts';
import { categoryOf, type Finding, type FindingRoom } from './finding.ts';

/** Deviations from which it is worse, and worse again. */
const limits = [6, 9] as const;
/** A change below these is not worth a look, however sure it is. */
const material = { units: 5, share: 0.1, points: 0.02 };

type Line = AskedLine & { points: AskedLine['history']['series']['points'] };

/** Days of the digest that are unlike their weekdays of the weeks before. */
export const unusual: FindingRoom = {
  kind: 'unusual',
  find({ lines, period, locale }) {
    const tested = lines.flatMap((line) => testedDays({ ...line, points: line.history.series.points }, period.from));
    const found = unusualOf(tested, () => material);
    // Of several unusual days of one number the most unusual one.
    const first = new Map(found.toReversed().map((one) => [one.line.kpi.id, one]));
    return [...first.values()].map((one) => findingOf(one, locale));
  },
};

function findingOf({ line: { kpi, result }, point, anomaly }: TestedDay<Line>, locale: string): Finding {
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
