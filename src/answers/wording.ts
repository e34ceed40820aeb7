import {
  formatChange,
  formatDate,
  formatDateRange,
  formatNumber,
  formatPercent,
  formatTarget,
  formatValue,
  leadIn,
  type ValueShape,
} from '../domain/format.ts';
import {
  type Comparison,
  type KpiResult,
  type SourceFreshness,
  scopePhrases,
  type Unit,
} from '../domain/kpi-result.ts';
import { addDays } from '../domain/period.ts';
import { kpiOf } from '../kpis/index.ts';
import type { Kpi } from '../kpis/kpi.ts';
import { formatPart } from './board-table.ts';
import type { Reprint, Since } from './reprint.ts';

/** The sentences and phrases every surface shares; numbers first, plain words, no markup. */

/** `91.2 %`, `2 h 05 min`, `12,450`, `4.2 of 5`. */
export function shownValue(result: KpiResult, locale: string): string {
  return formatValue(result.value, result.unit, shapeOf(result, locale));
}

/** What the shapes of a result's values depend on. */
export function shapeOf({ currency, outOf }: Pick<KpiResult, 'currency' | 'outOf'>, locale: string): ValueShape {
  return { locale, ...(currency ? { currency } : {}), ...(outOf === undefined ? {} : { outOf }) };
}

/** Whole-number ratio as `15,803 of 24,918`; empty for other units. */
export function casesOf(result: KpiResult, locale: string): string {
  if (result.unit !== 'ratio' || result.numerator === undefined || result.denominator === undefined) return '';
  return `${formatNumber(result.numerator, locale)} of ${formatNumber(result.denominator, locale)}`;
}

/** The change in words and figures, or why there is none: `up 3.4 points vs 2–8 Nov (better)`. */
export function changePhrase(result: KpiResult, locale: string): string {
  const { comparison } = result;
  if (!comparison) return '';
  const against = `vs ${comparedPeriod(result, locale)}`;
  const before = formatValue(comparison.value, result.unit, shapeOf(result, locale));
  switch (comparison.verdict) {
    case 'no-baseline':
      return `nothing to compare with in ${comparedPeriod(result, locale)}`;
    case 'partial':
      return `the period is not complete, so no comparison (${comparedPeriod(result, locale)}: ${before})`;
    case 'not-mature':
      return `too recent to compare (${comparedPeriod(result, locale)}: ${before})`;
    case 'same':
      return `unchanged ${against}`;
    case 'few-cases':
      return `${moved(comparison, result, locale)} ${against}, on few cases`;
    case 'too-close':
      return `${moved(comparison, result, locale)} ${against}, too close to call`;
    case 'better':
    case 'worse':
      return `${moved(comparison, result, locale)} ${against} (${comparison.verdict})`;
    case 'higher':
    case 'lower':
      return `${moved(comparison, result, locale)} ${against}`;
  }
}

/**
 * The change alone, where what it is compared with is said elsewhere: `up 3.4 points, better`; empty where there is nothing
 * to compare with.
 */
export function shortChange(result: KpiResult, locale: string): string {
  const { comparison } = result;
  switch (comparison?.verdict) {
    case undefined:
    case 'no-baseline':
      return '';
    case 'partial':
      return 'not complete yet';
    case 'not-mature':
      return 'not all decided yet';
    case 'same':
      return 'unchanged';
    case 'few-cases':
      return `${moved(comparison!, result, locale)}, few cases`;
    case 'too-close':
      return `${moved(comparison!, result, locale)}, within chance`;
    case 'better':
    case 'worse':
      return `${moved(comparison!, result, locale)}, ${comparison!.verdict}`;
    case 'higher':
    case 'lower':
      return moved(comparison!, result, locale);
  }
}

/** Units whose zero is not nothing, or that are shares already: a percentage of them would mislead. */
const onScale: readonly Unit[] = ['ratio', 'score', 'points'];

function moved(comparison: Comparison, result: KpiResult, locale: string): string {
  const change = comparison.change ?? 0;
  const direction = change > 0 ? 'up' : 'down';
  const size = formatChange(change, result.unit, shapeOf(result, locale));
  const percent =
    !onScale.includes(result.unit) && comparison.changeRatio !== null
      ? ` (${formatPercent(Math.abs(comparison.changeRatio), locale)})`
      : '';
  return `${direction} ${size}${percent}`;
}

function comparedPeriod(result: KpiResult, locale: string): string {
  const { comparison, period } = result;
  if (!comparison) return '';
  // A level belongs to a day, not to the stretch that leads to it.
  const from = result.kind === 'stock' ? addDays(comparison.period.to, -1) : comparison.period.from;
  const sameYear = comparison.period.from.slice(0, 4) === addDays(period.to, -1).slice(0, 4);
  return formatDateRange(from, comparison.period.to, { locale, year: !sameYear });
}

/** Arrow for a glance; always beside words, never instead of them. */
export function changeMark(result: KpiResult): string {
  const change = result.comparison?.change ?? 0;
  if (change === 0) return '';
  return change > 0 ? '▲' : '▼';
}

/** `target 90 % met`, `target 90 % missed`; empty without a target. */
export function targetPhrase(result: KpiResult, locale: string): string {
  if (!result.target) return '';
  const target = formatTarget(result.target.value, result.unit, shapeOf(result, locale));
  if (result.target.met === null) return `target ${target}`;
  return `target ${target} ${result.target.met ? 'met' : 'missed'}`;
}

/** The dates meant, as people write them: `9–15 Nov 2026`. */
export function periodPhrase(result: KpiResult, locale: string): string {
  return formatDateRange(result.period.from, result.period.to, { locale });
}

/** A stream has sent something, and nobody has said that there is no more to it: events came, but no walk has ended. */
const notWholeYet = 'never read in whole';

/** `as of 08:25` in the result's zone, with the date where it is not the period's last day or the day after. */
export function asOfPhrase(result: KpiResult, locale: string): string {
  if (!result.freshness.asOf) return result.freshness.sources.length > 0 ? notWholeYet : 'nothing loaded yet';
  const at = Temporal.Instant.from(result.freshness.asOf).toZonedDateTimeISO(result.period.timezone);
  const time = `${String(at.hour).padStart(2, '0')}:${String(at.minute).padStart(2, '0')}`;
  return `as of ${formatDate(at.toPlainDate().toString(), { locale, year: true })} ${time}`;
}

/** Most streams that are told one by one: more cannot be read on a phone. */
const mostSources = 4;

/**
 * How far each stream reaches, the one furthest behind first, where an answer rests on several that differ or one is late:
 * `survey (import) 14 Nov 2026 06:10, late · ticket (zendesk) 15 Nov 2026 08:25`; empty where the answer's own time says it.
 */
export function sourcesPhrase(result: KpiResult, locale: string): string {
  const { freshness } = result;
  const { sources } = freshness;
  const differ = new Set(sources.map(({ asOf }) => asOf)).size > 1;
  if (!differ && !sources.some(({ late }) => late)) return '';
  const told = sources.toSorted((a, b) => ageOf(b) - ageOf(a)).slice(0, mostSources);
  const phrases = told.map(({ source, stream, asOf, late }) => {
    const reached = asOfPhrase({ ...result, freshness: { ...freshness, asOf } }, locale).replace('as of ', '');
    return `${stream} (${source}) ${reached}${late ? ', late' : ''}`;
  });
  const more = sources.length - told.length;
  return [...phrases, ...(more > 0 ? [`and ${more} more`] : [])].join(' · ');
}

function ageOf({ asOf, ageSeconds }: SourceFreshness): number {
  return asOf === null ? Number.POSITIVE_INFINITY : (ageSeconds ?? 0);
}

/** Why somebody is not answered, without a number. */
export function notPermittedPhrase(kpi: Kpi): string {
  return `${leadIn(kpi.title)} is for supervisors and above: its numbers are of the whole company and cannot be cut to yours.`;
}

export function unknownScenarioPhrase({
  request,
  scenario,
  choices,
}: {
  request: { kpi: Kpi };
  scenario: string;
  choices: readonly string[];
}): string {
  const { title } = request.kpi;
  return choices.length === 0
    ? `${leadIn(title)} has no scenarios: it is counted in one way only.`
    : `${leadIn(title)} has no scenario “${scenario}”.`;
}

export function noSnapshotsPhrase(kpi: Kpi): string {
  return `${leadIn(kpi.title)} keeps no record of what was believed on a day, only what is known now.`;
}

/** What a reprinted answer is, and what became of its numbers: `Now 4.9 h (was 4.2 h).` */
export function reprintPhrases({ answeredAt, since, result }: Reprint, locale: string): string[] {
  const at = answeredAt.toZonedDateTimeISO(result.period.timezone);
  const time = `${String(at.hour).padStart(2, '0')}:${String(at.minute).padStart(2, '0')}`;
  const day = formatDate(at.toPlainDate().toString(), { locale, year: true });
  return [`As answered on ${day} ${time}.`, sincePhrase(since)];
}

function sincePhrase(since: Since): string {
  switch (since.kind) {
    case 'unchanged':
      return 'Unchanged since.';
    case 'not asked':
      return 'It cannot be asked again: what it is about, or the right to ask it, is gone.';
    case 'changed': {
      const changes = since.changes.map(({ name, now, was }) =>
        name === '' ? `Now ${now} (was ${was}).` : `${name}: now ${now} (was ${was}).`,
      );
      if (since.changes[0]?.name !== '') changes.unshift('The number is unchanged.');
      return [...changes, ...(since.redefined ? ['Its definition has changed since.'] : [])].join(' ');
    }
  }
}

/** One answer for unknown, no longer kept, and not theirs: who guesses codes learns nothing. */
export function noReceiptPhrase(code: string): string {
  return code === ''
    ? 'Which receipt? Its code is in the last line of an answer.'
    : `There is no receipt “${code}” that you may read: the code is unknown, no longer kept, or of somebody who sees more.`;
}

/** What an exact part of the answer has to be read with: unfinished period, data behind, changes waiting. */
export function caveatPhrases(result: KpiResult, locale: string): string[] {
  const { freshness, period } = result;
  const phrases: string[] = [];
  if (freshness.stale) {
    const sources = [...new Set(freshness.sources.map((source) => source.source))].join(', ');
    phrases.push(`Data is behind: source ${sources} reaches ${asOfPhrase(result, locale).replace('as of ', '')}.`);
  } else if (!period.complete) {
    phrases.push('The period is not complete yet.');
  }
  if (freshness.pending > 0)
    phrases.push(`${freshness.pending} ${freshness.pending === 1 ? 'change' : 'changes'} pending.`);
  if (result.interval) {
    phrases.push(
      `Few cases: 95 % interval ${formatPercent(result.interval.low, locale)} to ${formatPercent(result.interval.high, locale)}.`,
    );
  }
  return [...phrases, ...result.notes.filter((note) => !(result.interval && note.startsWith('Few cases')))];
}

/** What was left out of the count: `own records only · channel: Email · priority: Critical`, or empty. */
export function filterPhrase(result: KpiResult, locale = 'en'): string {
  const filters = Object.entries(result.filters).map(([dimension, value]) => `${dimension}: ${value}`);
  const assumed = result.scenario === undefined ? [] : [`scenario: ${result.scenario}`];
  const believed =
    result.asOfDate === undefined ? [] : [`as believed on ${formatDate(result.asOfDate, { locale, year: true })}`];
  return [...scopePhrases(result), ...filters, ...assumed, ...believed].join(' · ');
}

/**
 * One line that stands alone, for notifications, screen readers and logs: `SLA met: 91.2 %, up 3.4 points vs 2–8 Nov
 * (better), target 90 % met (9–15 Nov 2026)`.
 */
export function headline(result: KpiResult, locale: string): string {
  const filters = filterPhrase(result, locale);
  const few = result.interval ? 'few cases' : '';
  const facts = [shownValue(result, locale), few, changePhrase(result, locale), targetPhrase(result, locale)].filter(
    (fact) => fact !== '',
  );
  return `${result.title}${filters ? ` (${filters})` : ''}: ${facts.join(', ')} (${periodPhrase(result, locale)})`;
}

/** The parts that have a value, as `Average 3 h 10 min`; without those the headline already says. */
export function partPhrases(result: KpiResult, locale: string): string[] {
  return partValues(result, locale).map(([title, value]) => `${title} ${value}`);
}

/** The same parts as title and value. */
export function partValues(result: KpiResult, locale: string): [title: string, value: string][] {
  const kpi = kpiOf(result.kpi);
  return Object.entries(result.parts).flatMap(([name, value]) => {
    const part = kpi?.parts[name];
    // Stages are told as such.
    if (result.funnel?.stages.some(({ key }) => key === name)) return [];
    if (!part || value === null || (value === 0 && part.unit === 'count' && !part.signed)) return [];
    // A board declares what its headline says; elsewhere it is what has the same value.
    if (kpi.board ? part.inHeadline : value === result.value) return [];
    return [[part.title, formatPart(value, part, shapeOf(result, locale))]];
  });
}

/** Why there is no number, and since when there are some. */
export function noDataPhrase(result: KpiResult, data: { from: string; to: string } | null, locale: string): string {
  if (result.requires.length > 0) return `Not measured: ${result.requires.join('; ')}.`;
  if (result.freshness.sources.length === 0)
    return `No ${kpiOf(result.kpi)?.needs ?? 'data'} have been loaded yet. Import or sync some first.`;
  // What the KPI itself has to say of it says more than where data lies.
  if (result.notes.length > 0) return result.notes.join(' ');
  if (!data) return 'There is no data that you may see.';
  const undecided = result.parts.pending ?? 0;
  if (undecided > 0)
    return `${undecided === 1 ? '1 case' : `${formatNumber(undecided, locale)} cases`} in this period, not decided yet.`;
  const span = formatDateRange(data.from, data.to, { locale });
  if (result.period.from >= data.to || result.period.to <= data.from)
    return `No data in this period. There is data for ${span}.`;
  return `No cases in this period. There is data for ${span}.`;
}
