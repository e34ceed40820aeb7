import type { KnownBlock } from '@slack/types';
import type { Answer } from '../../answers/answer.ts';
import { attentionSentence, isUrgent } from '../../answers/attention.ts';
import { boardOf } from '../../answers/board-table.ts';
import type { KpiRequest } from '../../answers/parse.ts';
import type { Reprint } from '../../answers/reprint.ts';
import { csvOf, tableOf } from '../../answers/table.ts';
import { headline, reprintPhrases, shownValue } from '../../answers/wording.ts';
import type { KpiResult } from '../../domain/kpi-result.ts';
import { actionIds, askAbout } from '../action-ids.ts';
import {
  actions,
  button,
  context,
  image,
  type Message,
  message,
  mrkdwn,
  overflow,
  paragraph,
  preformatted,
} from '../blocks.ts';
import { asChart, withBreakdown } from '../command-words.ts';
import { clipLines, limits } from '../limits.ts';
import { printable, userIdOf } from '../text.ts';
import { attentionBlocks } from './attention.ts';
import { boardBlocks } from './board.ts';
import { mostTableText, tableText } from './table-text.ts';
import { detailBlocks, footBlock, staleBlocks, titleBlock, valueBlock } from './value.ts';

export type ResultAnswer = Extract<Answer, { kind: 'result' }>;

/** What stands under the numbers: a chart that was uploaded, or why there is a table instead of one. */
export type Picture = { kind: 'image'; fileId: string; altText: string } | { kind: 'missing' };

export interface ResultView {
  locale: string;
  picture?: Picture;
  /** Whether the answer can be posted for everybody here; in direct messages there is nobody else. */
  canShare?: boolean;
  /** One more line, above the buttons: what became of a share. */
  notice?: string;
  /** Set where the answer is an old one: when it was given, and what became of its numbers. */
  reprint?: Reprint;
  /** Set on the copy that everybody sees: who shared it. */
  sharedBy?: string;
  /** For everybody, on nobody's behalf. */
  forAll?: boolean;
}

/** Rows shown where a table was asked for, and where it stands in for a chart. */
const tableRows = 40;
const boardRows = 25;
const standInRows = 10;
const listedRecords = 25;

/** A whole answer about one KPI. */
export function resultMessage(answer: ResultAnswer, view: ResultView): Message {
  const { result, request } = answer;
  const { locale } = view;
  const sharer = userIdOf(view.sharedBy);
  const since = view.reprint ? reprintPhrases(view.reprint, locale) : [];
  return message([...since, notification(result, locale)].join(' '), [
    titleBlock(result, locale),
    ...since.map(paragraph),
    ...staleBlocks(result, locale),
    ...(isUrgent(result) ? attentionBlocks(result, locale) : []),
    valueBlock(result, locale),
    ...(isUrgent(result) ? [] : attentionBlocks(result, locale)),
    ...detailBlocks(result, locale),
    ...bodyBlocks(result, request.show, view),
    footBlock(result, locale, ...(sharer ? [mrkdwn(`Shared by <@${sharer}>`)] : [])),
    ...(view.notice ? [context(view.notice)] : []),
    ...actionBlocks(request, view),
  ]);
}

/** The number at once, in a line, while the chart is under way; before it that somebody has to act. */
export function leadMessage(answer: ResultAnswer, locale: string): Message {
  const { result } = answer;
  return message(notification(result, locale), [
    ...staleBlocks(result, locale),
    ...(isUrgent(result) ? attentionBlocks(result, locale).slice(0, 1) : []),
    paragraph(headline(result, locale)),
  ]);
}

/** What needs a person now, then the headline, or where that is too long at least its number and title. */
export function notification(result: KpiResult, locale: string): string {
  const line = headline(result, locale);
  const shown = line.length <= limits.notification ? line : `${shownValue(result, locale)}: ${line}`;
  return result.attention && isUrgent(result)
    ? `${attentionSentence(result.attention, result.freshness, locale)} ${shown}`
    : shown;
}

function bodyBlocks(result: KpiResult, show: KpiRequest['show'], { locale, picture }: ResultView): KnownBlock[] {
  if (show === 'csv')
    return [preformatted(clipLines(csvOf(result).trimEnd().split('\n').map(printable), mostTableText))];
  const board = boardOf(result);
  // The table is the answer; a picture comes under it.
  if (board) {
    return [
      ...boardBlocks(result, board, locale, show === 'table' ? tableRows : boardRows),
      ...(picture?.kind === 'image' ? [image(picture.fileId, picture.altText)] : []),
      ...(picture?.kind === 'missing' ? [context('The chart could not be shown.')] : []),
    ];
  }
  const table = tableOf(result, locale);
  const isSeries = result.breakdown === null && !result.funnel && !result.matrix;
  if (show === 'table')
    return [preformatted(tableText(table, { rows: tableRows, last: isSeries })), ...recordBlocks(result)];
  if (picture?.kind === 'image') return [image(picture.fileId, picture.altText)];
  if (picture?.kind === 'missing') {
    return [
      context('The chart could not be shown; these are its numbers.'),
      preformatted(tableText(table, { rows: isSeries || result.breakdown ? standInRows : tableRows, last: isSeries })),
    ];
  }
  return [];
}

/** The records behind the number, where the KPI lists some: as many as can be read. */
function recordBlocks({ records }: KpiResult): KnownBlock[] {
  if (!records || records.total === 0) return [];
  const { title, header, rows, total } = records;
  const table = { header, rows: rows.slice(0, listedRecords), numeric: header.map(() => false) };
  const shown = table.rows.length < total ? `${title} (the latest ${table.rows.length} of ${total})` : title;
  return [paragraph(shown), preformatted(tableText(table, { rows: listedRecords }))];
}

const periods = [
  { text: 'Last 7 days', value: '7d' },
  { text: 'Last 30 days', value: '30d' },
  { text: 'Last month', value: 'last month' },
  { text: 'Last 12 weeks', value: '12w' },
  { text: 'Month to date', value: 'mtd' },
];

function actionBlocks(request: KpiRequest, { reprint, sharedBy, forAll, canShare = false }: ResultView): KnownBlock[] {
  if (reprint) return actions([button('Ask again', `${actionIds.ask}:1`, request.words)]);
  return sharedBy === undefined && !forAll ? ownActions(request, canShare) : sharedActions(request);
}

function ownActions(request: KpiRequest, canShare: boolean): KnownBlock[] {
  const { words, kpi, question, show } = request;
  const by = question.by ?? kpi.board?.by ?? kpi.defaultBy;
  const dimension = kpi.dimensions.find((candidate) => candidate !== by);
  const again = kpi.board ? 'As table' : 'As chart';
  const about = `${askAbout}${words}`;
  return actions(
    [
      canShare ? button('Share to channel', actionIds.share, words) : undefined,
      dimension ? button(`By ${dimension}`, `${actionIds.ask}:1`, withBreakdown(words, dimension)) : undefined,
      question.by && !kpi.board ? button('Over time', `${actionIds.ask}:2`, withBreakdown(words, null)) : undefined,
      show === 'chart' || (kpi.board && show === 'table')
        ? undefined
        : button(again, `${actionIds.ask}:3`, asChart(words)),
      about.length <= limits.blockId ? overflow(actionIds.period, periods) : undefined,
    ],
    about.length <= limits.blockId ? about : undefined,
  );
}

/** On a message for everybody: whoever presses gets the answer to themselves, with their own rights. */
function sharedActions(request: KpiRequest): KnownBlock[] {
  return actions([button('Open for me', `${actionIds.ask}:1`, request.words)]);
}
