import { changePhrase, shownValue, targetPhrase } from '../answers/wording.ts';
import { formatNumber, leadIn } from '../domain/format.ts';
import type { KpiResult, Verdict } from '../domain/kpi-result.ts';
import type { Figure, Quality, Restatement } from './report.ts';

/** As many movements as a paragraph carries. */
const mostMoved = 2;

export interface Told {
  /** Every answer of the report, those of the strip first. */
  results: readonly KpiResult[];
  strip: readonly Figure[];
  quality: Quality;
  restatements: readonly Restatement[];
  locale: string;
}

/** The first paragraph, sentence by sentence: what moved most, which targets were missed, what is late or was restated. */
export function summaryOf(told: Told): string[] {
  return [...movements(told), ...targets(told), ...lateness(told), ...restated(told)];
}

/** Changes that chance does not explain; what is good or bad before what only is. */
const worthTelling: readonly Verdict[] = ['better', 'worse', 'higher', 'lower'];

function movements({ results, locale }: Told): string[] {
  const moved = onePerKpi(results)
    .filter(({ comparison }) => comparison && worthTelling.includes(comparison.verdict))
    .toSorted((a, b) => sizeOf(b) - sizeOf(a))
    .slice(0, mostMoved);
  if (moved.length === 0) return results.length > 0 ? ['Nothing moved beyond chance.'] : [];
  const phrases = moved.map(
    (result) => `${leadIn(result.title)} ${shownValue(result, locale)}, ${changePhrase(result, locale)}`,
  );
  return [`Moved most: ${phrases.join('; ')}.`];
}

/**
 * How large a change is, so that those of different units can be ranked: the logarithm of how many times larger or smaller
 * the value became; of a rate or a score that of its odds, as 98 % to 99 % is as much as 2 % to 1 %.
 */
function sizeOf({ comparison, value, unit, outOf }: KpiResult): number {
  const [now, then] = [Number(value), Number(comparison?.value ?? 0)];
  const scale = unit === 'ratio' ? 1 : unit === 'score' ? outOf : undefined;
  if (scale !== undefined) return Math.abs(logOdds(now / scale) - logOdds(then / scale));
  if (unit === 'points') return Math.abs(now - then) / 100;
  const floor = 1e-3 * Math.max(Math.abs(now), Math.abs(then), 1e-9);
  return Math.abs(Math.log(Math.max(Math.abs(now), floor) / Math.max(Math.abs(then), floor)));
}

function logOdds(share: number): number {
  const inside = Math.min(0.999, Math.max(0.001, share));
  return Math.log(inside / (1 - inside));
}

function onePerKpi(results: readonly KpiResult[]): KpiResult[] {
  return [...new Map(results.toReversed().map((result) => [result.kpi, result])).values()].toReversed();
}

function targets({ results, strip, locale }: Told): string[] {
  const judged = [
    ...strip.flatMap(({ kpi, title, shown, target, met }) =>
      met === null ? [] : [{ kpi, title, shown, target, met }],
    ),
    ...results.flatMap((result) => {
      const { kpi, title, target } = result;
      if (target?.met == null) return [];
      const phrase = targetPhrase(result, locale).replace(/ (met|missed)$/, '');
      return [{ kpi, title, shown: shownValue(result, locale), target: phrase, met: target.met }];
    }),
  ];
  // What the strip says of a KPI is what the report says of it.
  const once = [...new Map(judged.toReversed().map((one) => [one.kpi, one])).values()].toReversed();
  const missed = once.filter(({ met }) => !met);
  if (missed.length === 0)
    return once.length === 0
      ? []
      : [once.length === 1 ? 'The target was met.' : `All ${once.length} targets were met.`];
  const phrases = missed.map(({ title, shown, target }) => `${leadIn(title)} ${shown} (${target})`);
  const count = `${formatNumber(missed.length, locale)} of ${formatNumber(once.length, locale)} targets missed`;
  return [`${once.length === 1 ? 'The target was missed' : count}: ${phrases.join('; ')}.`];
}

function lateness({ quality }: Told): string[] {
  const late = quality.streams.filter((stream) => stream.late);
  if (late.length === 0) return [];
  const [first] = late;
  const more = late.length > 1 ? `, and ${late.length - 1} more` : '';
  return [`Late: ${first!.stream} (${first!.source}) reaches ${first!.shown}${more}; see Data quality.`];
}

function restated({ restatements }: Told): string[] {
  if (restatements.length === 0) return [];
  const count = restatements.length === 1 ? '1 number' : `${restatements.length} numbers`;
  return [`${count} of earlier reports changed since; see Restatements.`];
}
