import { chartOfAnswer } from '../answers/chart.ts';
import { casesOf, caveatPhrases, headline, partPhrases } from '../answers/wording.ts';
import type { KpiResult } from '../domain/kpi-result.ts';
import { dimensionOf } from '../kpis/dimensions.ts';
import { kpiOf } from '../kpis/index.ts';
import type { Answered } from './ask.ts';
import type { Item } from './report.ts';
import { tableBelow } from './table.ts';

/** One answer as it stands in a section. */
export function itemOf({ request, result }: Answered, receipt: string | null, locale: string): Item {
  const chart = request.show === 'table' ? null : chartOfAnswer(result, locale);
  return {
    kpi: result.kpi,
    title: titleOf(result, request.question.by),
    words: request.words,
    sentence: `${headline(result, locale)}.`,
    value: result.value,
    facts: [casesOf(result, locale), ...partPhrases(result, locale)].filter((fact) => fact !== ''),
    notes: caveatPhrases(result, locale),
    chart,
    table: { ...tableBelow(result, chart, locale), caption: `${chart?.title ?? result.title}: the numbers` },
    receipt,
  };
}

/** `Ticket SLA compliance by priority, team: Tier 2`. */
function titleOf(result: KpiResult, by: string | null): string {
  const filters = Object.entries(result.filters).map(([dimension, value]) => `, ${dimension}: ${value}`);
  const rows = by === null || kpiOf(result.kpi)?.board ? '' : ` by ${dimensionOf(by).title.toLowerCase()}`;
  return `${result.title}${rows}${filters.join('')}`;
}
