import type { AlertRuleOf } from '../../../config/alerts.ts';
import type { Kpi } from '../../../kpis/kpi.ts';
import {
  type Days,
  hasUsualDays,
  type Material,
  type TestedDay,
  testedDays,
  unusualOf,
} from '../../../kpis/unusual.ts';
import { type Anomaly, fewestWeeks } from '../../../stats/anomaly.ts';
import { isInDirection } from '../kpi-change/conditions.ts';

type Settings = Pick<AlertRuleOf<'anomaly'>, 'direction' | 'least' | 'least_units'>;

/** A change of a share by less is not worth a look. */
const leastPoints = 0.02;

/** What one day of several numbers comes to: unlike its weekday, like it, or nobody can tell, and why. */
export interface Verdict<T extends Days> {
  unusual: TestedDay<T>[];
  untold: { line: T; reason: string }[];
}

/**
 * The last day of each number that is over and decided, tested together. A series ends with the day of the test, or later
 * with days that are not over. Pure.
 */
export function judgeLastDays<T extends Days>(lines: readonly T[], settings: Settings): Verdict<T> {
  const tested: TestedDay<T>[] = [];
  const untold: Verdict<T>['untold'] = [];
  for (const line of lines) {
    const last = line.points.findLast(({ complete, mature }) => complete && mature !== false);
    const [day] = last ? testedDays(line, last.at).filter(({ point }) => point === last) : [];
    if (day) tested.push(day);
    else untold.push({ line, reason: whyNot(line, last?.at) });
  }
  const unusual = unusualOf(tested, (kpi, anomaly) => materialOf(settings, kpi, anomaly)).filter(({ line, anomaly }) =>
    isInDirection(settings.direction, anomaly.z, line.kpi.better),
  );
  return { unusual, untold };
}

function whyNot({ kpi, points }: Days, last: string | undefined): string {
  if (!hasUsualDays(kpi) || last === undefined) return 'no day of it is known';
  const index = points.findIndex(({ at }) => at === last);
  if (points[index]!.value === null) return `no number on ${last}`;
  const weeks = points.filter(
    ({ value, complete }, other) => other < index && (index - other) % 7 === 0 && value !== null && complete,
  ).length;
  return weeks < fewestWeeks ? `not enough history: ${weeks} of ${fewestWeeks} weeks` : 'too few cases a day to tell';
}

/** Shares differ by what matters on their rarer side: a tenth of 5 % and of 95 % is the same to whoever looks at either. */
function materialOf({ least, least_units: units }: Settings, kpi: Kpi, { expected }: Anomaly): Material {
  const rarer = kpi.unit === 'ratio' ? Math.min(expected, 1 - expected) : 0;
  return { units, share: least, points: Math.max(leastPoints, least * rarer) };
}
