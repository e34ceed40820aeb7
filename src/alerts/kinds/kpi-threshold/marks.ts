import type { AlertRuleOf } from '../../../config/alerts.ts';
import { formatTarget } from '../../../domain/format.ts';
import type { Kpi } from '../../../kpis/kpi.ts';

type Settings = AlertRuleOf<'kpi-threshold'>;

/** Where it fires. */
export function mark({ below, above }: Settings): number {
  return below ?? above ?? 0;
}

/** Where it counts as well again. */
export function clearMark(settings: Settings): number {
  return settings.clear ?? mark(settings);
}

/** `below 85 %`, with where it clears when that is elsewhere. */
export function marksOf(settings: Settings, { unit, outOf }: Pick<Kpi, 'unit' | 'outOf'>): string {
  const shown = (value: number) => formatTarget(value, unit, outOf === undefined ? {} : { outOf });
  const cleared = settings.clear === undefined ? '' : `, well again at ${shown(settings.clear)}`;
  return `${settings.below === undefined ? 'above' : 'below'} ${shown(mark(settings))}${cleared}`;
}
