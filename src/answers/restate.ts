import { formatNumber } from '../domain/format.ts';
import type { KpiResult, Unit } from '../domain/kpi-result.ts';

/** A number that was told and has become another one. */
export interface Restated {
  was: number;
  now: number | null;
  /** What is behind it, as far as the numbers tell: `37 more cases`, `its definition changed`. */
  why: string;
}

/**
 * What a number may move by without being told again. Rates in points, since a share of a share says little; everything
 * else as a part of what it was. Below half of the last place that is shown nobody sees a change at all.
 */
const tolerances: Readonly<Record<Unit, { absolute: number; relative: number }>> = {
  ratio: { absolute: 0.005, relative: 0 },
  count: { absolute: 0.5, relative: 0.01 },
  duration: { absolute: 30, relative: 0.02 },
  score: { absolute: 0.05, relative: 0 },
  points: { absolute: 1, relative: 0 },
  money: { absolute: 0.01, relative: 0.01 },
  days: { absolute: 0.1, relative: 0.02 },
  hours: { absolute: 0.1, relative: 0.02 },
};

/**
 * Compares a number as it was told with what is true now, both of the same question with the same rights. Null within the
 * tolerance: `tolerance` in the KPI's own unit (ratios 0..1, durations in seconds) in place of the usual one. `last`: what
 * was told of it since, where it has been restated before.
 */
export function restatedBy(
  told: KpiResult,
  now: KpiResult,
  { last, tolerance, locale }: { last?: number; tolerance?: number | undefined; locale: string },
): Restated | null {
  if (told.value === null) return null;
  const was = last ?? Number(told.value);
  const is = now.value === null ? null : Number(now.value);
  if (is !== null && Math.abs(is - was) <= toleranceOf(told.unit, was, tolerance)) return null;
  return { was, now: is, why: reasonOf(told, now, locale) };
}

function toleranceOf(unit: Unit, was: number, given: number | undefined): number {
  if (given !== undefined) return given;
  const { absolute, relative } = tolerances[unit];
  return Math.max(absolute, Math.abs(was) * relative);
}

function reasonOf(told: KpiResult, now: KpiResult, locale: string): string {
  if (told.version !== now.version) return 'its definition changed';
  if (now.value === null) return 'its records are gone';
  const cases = casesOf(now) - casesOf(told);
  const many = (count: number) =>
    `${formatNumber(Math.abs(count), locale)} ${Math.abs(count) === 1 ? 'case' : 'cases'}`;
  if (cases > 0) return `${many(cases)} came late`;
  if (cases < 0) return `${many(cases)} fewer`;
  if (!told.period.mature) return 'open cases were decided since';
  if (!told.period.complete) return 'data was still missing';
  return 'records were corrected since';
}

/** How many cases a number was made of; NaN where it does not tell, as a level does not. */
function casesOf({ denominator, unit, kind, value }: KpiResult): number {
  return denominator ?? (unit === 'count' && kind === 'flow' ? Number(value) : Number.NaN);
}
