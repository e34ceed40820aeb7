import type { Answer } from '../answers/answer.ts';
import { attentionLines, attentionSentence } from '../answers/attention.ts';
import { shapePhrases } from '../answers/shapes.ts';
import type { AnswerTable } from '../answers/table.ts';
import { tableOf } from '../answers/table.ts';
import {
  asOfPhrase,
  casesOf,
  caveatPhrases,
  changeMark,
  changePhrase,
  filterPhrase,
  headline,
  noDataPhrase,
  noReceiptPhrase,
  noSnapshotsPhrase,
  notPermittedPhrase,
  partPhrases,
  periodPhrase,
  reprintPhrases,
  shapeOf,
  shownValue,
  sourcesPhrase,
  targetPhrase,
  unknownScenarioPhrase,
} from '../answers/wording.ts';
import { formatTarget, formatValue } from '../domain/format.ts';
import type { KpiResult } from '../domain/kpi-result.ts';
import { byGroup, groups } from '../kpis/groups.ts';
import { kpiOf } from '../kpis/index.ts';
import type { Kpi } from '../kpis/kpi.ts';
import { padCell, widthOf } from '../lib/cells.ts';

/** Answers for a terminal: aligned plain text, a small chart of block characters, colours only where they are wanted. */
export interface TextOptions {
  locale: string;
  color: boolean;
}

const blocks = '▁▂▃▄▅▆▇█';

export function textOf(answer: Answer, options: TextOptions): string {
  switch (answer.kind) {
    case 'result':
      return resultText(answer.result, answer.request.show === 'table', options);
    case 'no-data':
      return [
        `${answer.result.title}: no data (${periodPhrase(answer.result, options.locale)})`,
        noDataPhrase(answer.result, answer.data, options.locale),
        ...attentionText(answer.result, options.locale),
        '',
      ].join('\n');
    case 'unknown-value':
      return `No ${answer.dimension} "${answer.value}".${suggestions(answer.commands)}`;
    case 'unknown-scenario':
      return `${unknownScenarioPhrase(answer)}${suggestions(answer.commands)}`;
    case 'no-snapshots':
      return `${noSnapshotsPhrase(answer.request.kpi)}${suggestions(answer.commands)}`;
    case 'not-permitted':
      return `${notPermittedPhrase(answer.request.kpi)}\n`;
    case 'misunderstood':
      return `${misunderstanding(answer.what, answer.text)}${suggestions(answer.commands)}Example: crema kpi ${answer.example}\n`;
    case 'receipt':
      return `${reprintPhrases(answer, options.locale).join('\n')}\n\n${resultText(answer.result, answer.request.show === 'table', options)}`;
    case 'no-receipt':
      return `${noReceiptPhrase(answer.code)}\n`;
    case 'overview':
      return `${answer.results.map((result) => headline(result, options.locale)).join('\n') || 'No KPI has data yet. Import some: crema import --help'}\n\nAsk: crema kpi ID [PERIOD] [by DIM] [DIM:VALUE...] [vs PERIOD]; all KPIs: crema kpi list\n`;
    case 'help':
      return answer.kpi ? explainText(answer.kpi) : generalHelp;
    case 'list':
      return listText(answer.kpis);
    case 'explain':
      return explainText(answer.kpi, answer);
  }
}

const generalHelp = `crema kpi ID [PERIOD] [by DIM] [DIM:VALUE...] [vs PERIOD] [scenario:NAME] [as-of:DATE] [table|csv]
crema kpi list · crema kpi explain ID · crema kpi receipt CODE
PERIOD: today yesterday 7d 30d 12w 6m wtd mtd qtd ytd "last week" 2026 2026-Q3 2026-10 2026-10-05 2026-10-01..2026-10-31 since:2026-10-01 all
`;

function misunderstanding(what: string, text: string): string {
  return what === 'word' ? `Not understood: "${text}".` : `No ${what === 'kpi' ? 'KPI' : what} "${text}".`;
}

function suggestions(commands: readonly string[]): string {
  return commands.length === 0
    ? '\n'
    : ` Did you mean:\n${commands.map((command) => `  crema kpi ${command}\n`).join('')}`;
}

function resultText(result: KpiResult, asTable: boolean, { locale, color }: TextOptions): string {
  const bold = (text: string) => (color ? `\u001b[1m${text}\u001b[0m` : text);
  const filters = filterPhrase(result, locale);
  const facts = [
    casesOf(result, locale),
    `${changeMark(result)} ${changePhrase(result, locale)}`.trim(),
    targetPhrase(result, locale),
  ];
  const lines = [
    `${bold(result.title)}${filters ? ` · ${filters}` : ''}`,
    ...attentionText(result, locale),
    `${bold(shownValue(result, locale))}  ${facts.filter((fact) => fact !== '').join(' · ')}`.trimEnd(),
  ];
  const parts = partPhrases(result, locale);
  if (parts.length > 0) lines.push(parts.join(' · '));
  lines.push(...shapePhrases(result, locale));
  if (asTable || result.breakdown) lines.push('', alignedTable(tableOf(result, locale)));
  lines.push(...recordsText(result));
  if (!asTable && kpiOf(result.kpi)?.chart !== null) lines.push('', sparkline(result, locale));
  lines.push('', ...caveatPhrases(result, locale));
  const receipt = result.receipt === null ? [] : [`receipt ${result.receipt}`];
  lines.push(
    [periodPhrase(result, locale), result.period.timezone, asOfPhrase(result, locale), ...receipt].join(' · '),
  );
  const sources = sourcesPhrase(result, locale);
  if (sources !== '') lines.push(sources);
  return `${lines.join('\n').replaceAll(/\n{3,}/g, '\n\n')}\n`;
}

/** What needs a person now, ahead of the number; that nothing does, in a line. */
function attentionText({ attention, freshness }: KpiResult, locale: string): string[] {
  if (!attention) return [];
  const { lines, more } = attentionLines(attention);
  return [
    attentionSentence(attention, freshness, locale),
    ...lines.map(({ id, facts }) => `  ${id} · ${facts}`),
    ...(more > 0 && lines.length > 0 ? [`  and ${more} more`] : []),
  ];
}

function recordsText(result: KpiResult): string[] {
  const { records } = result;
  if (!records || records.rows.length === 0) return [];
  const { title, header, rows, total } = records;
  const shown = rows.length < total ? `${title} (the latest ${rows.length} of ${total})` : `${title} (${total})`;
  return ['', shown, alignedTable({ header, rows, numeric: header.map(() => false) })];
}

/** One block per point; a gap for no data; the range beside it, so that the picture has a scale. */
function sparkline(result: KpiResult, locale: string): string {
  const values = result.series.points.map((point) => (point.value === null ? null : Number(point.value)));
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return '';
  const low = Math.min(...known);
  const high = Math.max(...known);
  const drawn = values.map((value) => {
    if (value === null) return ' ';
    return blocks[high === low ? 3 : Math.round(((value - low) / (high - low)) * (blocks.length - 1))];
  });
  const shown = (value: number) => formatValue(value, result.unit, shapeOf(result, locale));
  return `${drawn.join('')}  ${shown(low)} to ${shown(high)} by ${result.series.grain}`;
}

export function alignedTable(table: AnswerTable): string {
  const all = [table.header, ...table.rows];
  const widths = table.header.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
  return all
    .map((row) =>
      row
        .map((cell, column) => padCell(cell, widths[column] ?? 0, table.numeric[column] ? 'right' : 'left'))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function listText(list: readonly Kpi[]): string {
  if (list.length === 0) return `No KPI in that group; groups: ${groups.map(({ id }) => id).join(', ')}.\n`;
  const width = Math.max(...list.map((kpi) => kpi.id.length));
  const sections = byGroup(list).map(({ title, of }) =>
    [title, ...of.map((kpi) => `  ${kpi.id.padEnd(width)}  ${kpi.question}`)].join('\n'),
  );
  return `${sections.join('\n\n')}\n`;
}

function explainText(kpi: Kpi, settings?: { owner: string; criticality: string; target: number | null }): string {
  const target = settings?.target ?? kpi.target;
  const lines = [
    `${kpi.title} (${kpi.id}, version ${kpi.version})`,
    kpi.question,
    '',
    `Formula      ${kpi.formula}`,
    `Kind         ${kpi.kind}, ${kpi.unit}, ${kpi.better === 'neither' ? 'neither direction is better' : `${kpi.better} is better`}`,
    `Target       ${target === null ? 'none' : formatTarget(target, kpi.unit)}`,
    `Dimensions   ${kpi.dimensions.join(', ')}`,
    ...(kpi.scenarios
      ? [`Scenarios    ${kpi.scenarios.join(', ')}; the first one unless the question says otherwise`]
      : []),
    ...(kpi.snapshots ? ['Snapshots    one a day; as-of:DATE shows what was believed then'] : []),
    ...(kpi.audience === 'supervisors' ? ['Who may ask  supervisors and above'] : []),
    `Parts        ${
      Object.entries(kpi.parts)
        .map(([name, part]) => `${name} (${part.title})`)
        .join(', ') || 'none'
    }`,
    `Owner        ${settings?.owner ?? kpi.owner}, criticality ${settings?.criticality ?? kpi.criticality}`,
    `Made from    ${[kpi.streams.join(', '), kpi.rollups.map((rollup) => rollup.id).join(', ')].filter(Boolean).join(' by way of ')}`,
    `Refresh      within ${kpi.refreshSlaMinutes} min; valid ${kpi.validFrom ? `from ${kpi.validFrom}` : 'for all data'}`,
    ...kpi.caveats.map((caveat) => `Mind         ${caveat}`),
    ...kpi.examples.map((example) => `Example      ${example}`),
  ];
  return `${lines.join('\n')}\n`;
}
