import { changeMark, changePhrase, shapeOf, shownValue } from '../answers/wording.ts';
import type { SparklineSpec } from '../charts/sparkline.ts';
import { formatDateRange, formatTarget, formatValue, leadIn } from '../domain/format.ts';
import type { KpiResult } from '../domain/kpi-result.ts';
import type { DateRange } from '../domain/period.ts';
import { type Answered, type Asking, ask } from './ask.ts';
import { decidedView, isUndecided } from './decided.ts';
import { phraseOf, type Span, trendOf } from './period.ts';
import { questionFor } from './questions.ts';
import type { Figure } from './report.ts';

/** One KPI for the strip: its number of the period, and the weeks or months that lead there. */
export async function figureOf(asking: Asking, given: Answered, period: DateRange, span: Span): Promise<Figure> {
  const { locale } = asking;
  const result = isUndecided(given.result) ? await decidedIn(asking, given) : given.result;
  const { count, unit } = trendOf(span);
  const trend = await ask(asking, questionFor(`${result.kpi} ${count}${unit[0]}`, period), { keep: false });
  return {
    kpi: result.kpi,
    title: result.title,
    value: result.value,
    shown: shownValue(result, locale),
    mark: changeMark(result),
    change: changePhrase(result, locale),
    verdict: result.comparison?.verdict ?? null,
    target: result.target ? `target ${formatTarget(result.target.value, result.unit, shapeOf(result, locale))}` : '',
    met: result.target?.met ?? null,
    receipt: result.receipt,
    trend: trend.kind === 'answered' ? sparklineOf(trend.result, locale) : null,
  };
}

async function decidedIn(asking: Asking, { result }: Answered): Promise<KpiResult> {
  const before = result.comparison?.period;
  if (!before) return decidedView(result, null);
  const asked = await ask(asking, questionFor(`${result.kpi} ${phraseOf(before)}`, before), { keep: false });
  return decidedView(result, asked.kind === 'answered' ? asked.result : null);
}

/** Null where fewer than two points have a value: one is no line. */
export function sparklineOf(result: KpiResult, locale: string): SparklineSpec | null {
  const { points, grain } = result.series;
  const values = points.map(({ value }) => (value === null ? null : Number(value)));
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const shown = (value: number) => formatValue(value, result.unit, shapeOf(result, locale));
  const dates = formatDateRange(result.period.from, result.period.to, { locale });
  const last = known.at(-1)!;
  return {
    values,
    unfinished: points.flatMap(({ complete, mature }, index) => (complete && mature !== false ? [] : [index])),
    altText: `${leadIn(result.title)} by ${grain}, ${dates}: lowest ${shown(Math.min(...known))}, highest ${shown(Math.max(...known))}, latest ${shown(last)}.`,
  };
}
