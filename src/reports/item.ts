import { chartOfAnswer } from '../answers/chart.ts';
import { casesOf, caveatPhrases, headline, partValues, shownValue } from '../answers/wording.ts';
import { leadIn } from '../domain/format.ts';
import type { KpiResult } from '../domain/kpi-result.ts';
import { dimensionOf } from '../kpis/dimensions.ts';
import { kpiOf } from '../kpis/index.ts';
import type { Answered } from './ask.ts';
import type { Item } from './report.ts';
import { tableBelow } from './table.ts';

/** One answer as it stands in a section. */
export function itemOf({ request, result }: Answered, locale: string): Item {
  const isDrawn = request.show !== 'table' && !isOneBar(result, request.question.by);
  const chart = isDrawn ? chartOfAnswer(result, locale) : null;
  const { table, left } = tableBelow(result, chart, locale);
  return {
    kpi: result.kpi,
    title: titleOf(result, request.question.by),
    words: request.words,
    sentence: `${headline(result, locale)}.`,
    value: result.value,
    shown: shownValue(result, locale),
    facts: factsOf(result, locale),
    notes: [...caveatPhrases(result, locale), ...left],
    chart,
    table: { ...table, caption: `${chart?.title ?? result.title}: the numbers` },
    receipt: result.receipt,
  };
}

/** Rows were asked for and there is a single one: a bar as long as the paper shows nothing that its number does not. */
function isOneBar({ breakdown }: KpiResult, by: string | null): boolean {
  return by !== null && breakdown !== null && breakdown.rows.length === 1 && !breakdown.other;
}

/** `Ticket SLA compliance by priority, team: Tier 2`. */
function titleOf(result: KpiResult, by: string | null): string {
  const filters = Object.entries(result.filters).map(([dimension, value]) => `, ${dimension}: ${value}`);
  const rows = by === null || kpiOf(result.kpi)?.board ? '' : ` by ${dimensionOf(by).title.toLowerCase()}`;
  return `${rows === '' ? result.title : leadIn(result.title)}${rows}${filters.join('')}`;
}

/** What stands beside the picture: neither what its table has, nor a second way of counting its stages. */
function factsOf(result: KpiResult, locale: string): Item['facts'] {
  const cases = casesOf(result, locale);
  const bands = result.distribution?.bands.map(({ label }) => label) ?? [];
  const parts = result.funnel ? [] : partValues(result, locale);
  return [
    ...(cases === '' ? [] : [{ name: 'Cases', value: cases }]),
    ...parts
      .filter(([title]) => !bands.some((label) => title.endsWith(` ${label}`)))
      .map(([name, value]) => ({ name, value })),
  ];
}
