import { type AlertRuleOf, readMark } from '../../../config/alerts.ts';
import { formatTarget } from '../../../domain/format.ts';
import type { Kpi } from '../../../kpis/kpi.ts';
import { usageError } from '../../../lib/errors.ts';

type Settings = Pick<AlertRuleOf<'kpi-threshold'>, 'below' | 'above' | 'clear'>;

/** In the unit of the KPI: ratios 0 to 1, durations in seconds. */
export interface Marks {
  side: 'below' | 'above';
  /** Where it fires. */
  fire: number;
  /** Where it counts as well again; the same where nothing else is said. */
  clear: number;
}

/** The marks of a rule in its KPI's unit. Throws a usage error for `85 %` of what is no share, or `4 h` of what is no time. */
export function marksOf({ below, above, clear }: Settings, kpi: Pick<Kpi, 'unit' | 'title'>): Marks {
  const fire = inUnit(below ?? above ?? 0, kpi);
  return {
    side: below === undefined ? 'above' : 'below',
    fire,
    clear: clear === undefined ? fire : inUnit(clear, kpi),
  };
}

const secondsPer = { duration: 1, hours: 3600, days: 86_400 } as const;

function inUnit(written: number | string, { unit, title }: Pick<Kpi, 'unit' | 'title'>): number {
  if (typeof written === 'number') return written;
  const mark = readMark(written);
  if (mark?.kind === 'share' && unit === 'ratio') return mark.value;
  if (mark?.kind === 'seconds' && (unit === 'duration' || unit === 'hours' || unit === 'days'))
    return mark.value / secondsPer[unit];
  throw usageError(
    'ALERT_MARK',
    `"${written}" does not fit ${title}`,
    unit === 'ratio' ? 'Write a share: 85 % or 0.85.' : unit in secondsPer ? 'Write a time: 4 h.' : 'Write a number.',
  );
}

/** `below 85 %`, with where it clears when that is elsewhere. */
export function marksPhrase({ side, fire, clear }: Marks, kpi: Pick<Kpi, 'unit' | 'outOf'>): string {
  const cleared = clear === fire ? '' : `, well again at ${markText(clear, kpi)}`;
  return `${side} ${markText(fire, kpi)}${cleared}`;
}

/** `85 %` */
export function markText(value: number, { unit, outOf }: Pick<Kpi, 'unit' | 'outOf'>): string {
  return formatTarget(value, unit, outOf === undefined ? {} : { outOf });
}
