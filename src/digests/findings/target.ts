import { shapeOf, shownValue } from '../../answers/wording.ts';
import { formatTarget, formatValue, leadIn } from '../../domain/format.ts';
import type { KpiResult, KpiValue } from '../../domain/kpi-result.ts';
import type { DateRange } from '../../domain/period.ts';
import type { Kpi } from '../../kpis/kpi.ts';
import { fewCases } from '../../stats/compare.ts';
import type { AskedLine } from '../ask-lines.ts';
import { categoryOf, type Finding, type FindingRoom } from './finding.ts';

/** Off the target by this share of it and more is worse, and worse again. */
const limits = [0.05, 0.15] as const;

/** Targets that are missed now and were met before: in the days compared with, or on the day before. */
export const target: FindingRoom = {
  kind: 'target',
  find: ({ lines, period: days, locale }) =>
    lines.flatMap((line): Finding[] => {
      const { kpi, result } = line;
      // The target of a sum belongs to a period whose length nobody has said; few cases miss by chance.
      const isSum = (kpi.unit === 'count' || kpi.unit === 'money') && kpi.kind !== 'stock';
      if (result.target?.met !== false || isSum || result.interval || !result.period.complete) return [];
      const before = metBefore(line, days);
      if (before === null) return [];
      const aim = result.target.value;
      const off = Math.abs(Number(result.value) - aim) / (Math.abs(aim) || 1);
      const shape = shapeOf(result, locale);
      return [
        {
          ...{ kind: 'target', key: `target:${kpi.id}`, kpi, category: categoryOf(off, limits), size: off },
          text: `${leadIn(result.title)} missed its target: ${shownValue(result, locale)}, target ${formatTarget(aim, kpi.unit, shape)} (${formatValue(before, kpi.unit, shape)} before).`,
          words: kpi.id,
        },
      ];
    }),
};

/** The value with which the target was met before; null where it was not, or where nobody knows. */
function metBefore({ kpi, result, history }: AskedLine, days: DateRange): KpiValue {
  const { comparison, period } = result;
  if (comparison && isMet(kpi, result, comparison.value)) return comparison.value;
  // A day says nothing of a week.
  if (period.from !== days.from || period.to !== days.to) return null;
  const day = history.series.points.findLast(({ at }) => at < period.from);
  const isTelling = day && (kpi.unit !== 'ratio' || (day.denominator ?? 0) >= fewCases);
  return isTelling && isMet(kpi, result, day.value) ? day.value : null;
}

function isMet({ better }: Kpi, { target: aim }: KpiResult, value: KpiValue): boolean {
  if (value === null || !aim) return false;
  return better === 'up' ? Number(value) >= aim.value : Number(value) <= aim.value;
}
