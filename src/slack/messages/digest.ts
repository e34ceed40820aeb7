import type { KnownBlock } from '@slack/types';
import type { ChartSpec } from '../../charts/spec.ts';
import type { Digest, DigestLine } from '../../digests/digest.ts';
import {
  asOfWords,
  changeWords,
  chartFile,
  daysPhrase,
  greeting,
  heading,
  latePhrases,
  missingPicture,
  noNumbers,
  nothingStandsOut,
  restatedPhrase,
  summary,
  targetMark,
} from '../../digests/words.ts';
import { leadIn } from '../../domain/format.ts';
import { actionIds } from '../action-ids.ts';
import {
  actions,
  button,
  context,
  formatted,
  header,
  image,
  type Message,
  message,
  mrkdwn,
  type Piece,
  paragraph,
  preformatted,
  richLine,
  richList,
} from '../blocks.ts';
import { clip, limits } from '../limits.ts';
import { escapeText, oneLine } from '../text.ts';
import { tableText } from './table-text.ts';
import { dateMark } from './value.ts';

export interface DigestView {
  locale: string;
  /** Who gets it and when, for the footer: `#general, weekdays 08:30`. */
  readers?: string;
  /** Where the picture could not be drawn: the message then says so. */
  picture?: 'missing';
}

/**
 * A digest in Slack: the message, its picture (to be drawn as `chartFile`: the carrier puts the id of the uploaded file in
 * place of `file:chart.png`), and what goes into its thread.
 */
export interface DigestMessages {
  main: Message;
  thread: Message | null;
  chart: ChartSpec | null;
}

/** Longest names, so that eight numbers stay on two screens of a phone. */
const longest = { title: 60, finding: 400, notice: 300 };

export function digestMessages(digest: Digest, view: DigestView): DigestMessages {
  const chart = view.picture === 'missing' ? null : digest.chart;
  return { main: mainMessage(digest, view), thread: threadMessage(digest), chart };
}

function mainMessage(digest: Digest, { readers, picture }: DigestView): Message {
  const { lines, chart } = digest;
  return message(summary(digest), [
    header(heading(digest)),
    ...latePhrases(digest).map((phrase) => paragraph(clip(oneLine(phrase), longest.notice))),
    ...(lines.length > 0 ? [fields(lines)] : [paragraph(noNumbers)]),
    ...(lines.length > 0 ? findingBlocks(digest) : []),
    ...(chart ? [picture === 'missing' ? context(missingPicture) : image(`file:${chartFile}`, chart.altText)] : []),
    footer(digest, readers),
    ...actions([button('Change what I get', actionIds.digestSettings, digest.template)]),
  ]);
}

/** Names are ours or the configuration's; two lines each, so that a phone shows all of them at once. */
function fields(lines: readonly DigestLine[]): KnownBlock {
  return {
    type: 'section',
    fields: lines.slice(0, limits.fields).map((line) => {
      const target = targetMark(line);
      const name = escapeText(clip(oneLine(line.title), longest.title));
      const dates = line.dates === '' ? '' : ` (${escapeText(line.dates)})`;
      const number = line.restated
        ? `*${line.shown}*, _${escapeText(restatedPhrase(line))}_`
        : `*${line.shown}*  ${changeWords(line)}`;
      return mrkdwn(`${name}${dates}${target === '' ? '' : ` · ${target}`}\n${number}`.trimEnd(), 500);
    }),
  };
}

function findingBlocks({ findings }: Digest): KnownBlock[] {
  if (findings.length === 0) return [paragraph(nothingStandsOut)];
  return [
    richLine({ bold: 'Worth a look' }),
    richList(findings.map(({ text }): Piece[] => [clip(oneLine(text), longest.finding)])),
  ];
}

/** `20 Nov 2026 against 13 Nov · Asia/Jakarta · as of today 08:25 · team Delivery only · #general, weekdays 08:30`. */
function footer(digest: Digest, readers: string | undefined): KnownBlock {
  const asOf =
    digest.asOf === null
      ? asOfWords(digest)
      : `as of ${dateMark(Temporal.Instant.from(digest.asOf), asOfWords(digest).replace(/^as of /, ''))}`;
  const own = [digest.scope, readers ?? ''].filter((text) => text !== '').map((text) => clip(oneLine(text), 200));
  return context(mrkdwn([daysPhrase(digest), digest.timezone, asOf].join(' · ')), ...own);
}

/** All numbers with what they were and their receipts, and how to ask for more; null without numbers. */
function threadMessage(digest: Digest): Message | null {
  const { lines } = digest;
  if (lines.length === 0) return null;
  const table = {
    header: ['', 'Now', 'Before', 'Receipt'],
    rows: lines.map(({ title, shown, wasShown, receipt }) => [title, shown, wasShown, receipt ?? '–']),
    numeric: [false, true, true, false],
  };
  const [first] = lines.filter(({ receipt }) => receipt !== null);
  return message(`The numbers of ${greeting(digest)} with their receipts.`, [
    formatted('*The numbers with their receipts*'),
    preformatted(tableText(table, { rows: lines.length })),
    ...(first ? [richLine('As it was, and what has changed since: ', { code: `/kpi receipt ${first.receipt}` })] : []),
    richLine('More of a number: ', { code: clip(`/kpi ${lines[0]!.kpi} 30d`, 200) }),
  ]);
}

/** For the thread of a digest, when numbers in it have changed: each as it was told, as it is, and why. */
export function restatementMessage(digest: Digest, receipts: ReadonlySet<string>): Message {
  const changed = digest.lines.filter(
    ({ receipt, restated }) => restated !== undefined && receipt !== null && receipts.has(receipt),
  );
  const [first] = changed;
  const said = changed.map((line) => `${leadIn(line.title)} was ${line.shown}, ${restatedPhrase(line)}`);
  return message(`Restated: ${said.join('; ')}`, [
    formatted(changed.length === 1 ? '*A number above has changed*' : `*${changed.length} numbers above have changed*`),
    richList(said.map((text): Piece[] => [clip(oneLine(text), longest.finding)])),
    ...(first?.receipt ? [richLine('As it was told: ', { code: `/kpi receipt ${first.receipt}` })] : []),
  ]);
}
