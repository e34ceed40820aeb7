import { escapeHtml } from '../lib/html.ts';
import type { Answer } from './answer.ts';
import { attentionSentence } from './attention.ts';
import { tableOf } from './table.ts';
import {
  asOfPhrase,
  caveatPhrases,
  headline,
  noDataPhrase,
  partPhrases,
  periodPhrase,
  sourcesPhrase,
} from './wording.ts';

/** An answer as a mail: `chart` names its picture by `cid:`, where there is one. */
export interface AnswerMail {
  subject: string;
  html: string;
  text: string;
}

/** Rows of the table under the number. */
const mostRows = 60;

/** An answer to a question that somebody gets by mail. Undefined for what is no answer with a number, nor the lack of one. */
export function answerMail(
  answer: Answer,
  { locale, chart, altText }: { locale: string; chart?: string; altText?: string | undefined },
): AnswerMail | undefined {
  if (answer.kind !== 'result' && answer.kind !== 'no-data') return undefined;
  const { result } = answer;
  const line = answer.kind === 'result' ? headline(result, locale) : noDataPhrase(result, answer.data, locale);
  const said = [
    ...(result.attention ? [attentionSentence(result.attention, result.freshness, locale)] : []),
    ...partPhrases(result, locale),
    ...caveatPhrases(result, locale),
  ];
  const foot = [
    periodPhrase(result, locale),
    result.period.timezone,
    asOfPhrase(result, locale),
    sourcesPhrase(result, locale),
    ...(result.receipt ? [`receipt ${result.receipt}`] : []),
  ]
    .filter((fact) => fact !== '')
    .join(' · ');
  const { header, rows } = answer.kind === 'result' ? tableOf(result, locale) : { header: [], rows: [] };
  const shown = rows.slice(0, mostRows);
  const text = [
    result.title,
    line,
    ...said,
    ...(shown.length > 0 ? [[header, ...shown].map((row) => row.join('  ')).join('\n')] : []),
    foot,
  ];
  return {
    subject: answer.kind === 'result' ? line : `${result.title}: no data`,
    text: `${text.join('\n\n')}\n`,
    html: page([
      `<h1 style="${styles.title}">${escapeHtml(result.title)}</h1>`,
      `<p style="${styles.line}">${escapeHtml(line)}</p>`,
      ...said.map((sentence) => `<p style="${styles.said}">${escapeHtml(sentence)}</p>`),
      ...(chart === undefined
        ? []
        : [`<img src="cid:${chart}" alt="${escapeHtml(altText ?? 'Chart')}" width="600" style="${styles.chart}">`]),
      ...(shown.length > 0 ? [table(header, shown)] : []),
      `<p style="${styles.foot}">${escapeHtml(foot)}</p>`,
    ]),
  };
}

const styles = {
  body: 'margin:0;padding:16px;font-family:Arial,Helvetica,sans-serif;color:#1d1c1d;background:#ffffff',
  title: 'font-size:20px;margin:0 0 8px',
  line: 'font-size:16px;font-weight:bold;margin:0 0 8px',
  said: 'font-size:14px;margin:0 0 8px',
  chart: 'width:100%;max-width:600px;height:auto;display:block;margin:12px 0',
  table: 'border-collapse:collapse;font-size:13px;margin:12px 0',
  head: 'text-align:left;padding:4px 12px 4px 0;border-bottom:2px solid #1d1c1d',
  cell: 'padding:4px 12px 4px 0;border-bottom:1px solid #dddddd',
  foot: 'font-size:12px;color:#616061;margin:16px 0 0',
} as const;

function page(parts: readonly string[]): string {
  const head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">';
  return `<!doctype html><html lang="en"><head>${head}</head><body style="${styles.body}">${parts.join('\n')}</body></html>`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const heads = header.map((name) => `<th scope="col" style="${styles.head}">${escapeHtml(name)}</th>`).join('');
  const lines = rows.map(
    (row) => `<tr>${row.map((cell) => `<td style="${styles.cell}">${escapeHtml(cell)}</td>`).join('')}</tr>`,
  );
  return `<table style="${styles.table}"><thead><tr>${heads}</tr></thead><tbody>${lines.join('')}</tbody></table>`;
}
