import type { KnownBlock } from '@slack/types';
import type { Backtest } from '../../alerts/backtest.ts';
import type { PastEpisode } from '../../alerts/kinds/room.ts';
import type { Rule } from '../../alerts/rule.ts';
import { momentText } from '../../alerts/wording.ts';
import { alertExample, riskExample } from '../../alerts/words/wish.ts';
import { formatDate, formatDuration } from '../../domain/format.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { actionIds } from '../action-ids.ts';
import {
  actions,
  button,
  context,
  header,
  type Message,
  message,
  type Piece,
  paragraph,
  richLine,
  richList,
} from '../blocks.ts';
import { clip } from '../limits.ts';
import { oneLine } from '../text.ts';
import { ruleButtons, ruleLine } from './alerts.ts';
import { exampleLine } from './suggestions.ts';

type Zone = Pick<Tenant, 'timezone' | 'locale'>;

/** Times shown of those it would have fired, the latest ones. */
const fewEpisodes = 5;
const longest = 200;

/** A rule that was made, with what it would have done lately unless whoever made it has just seen that. */
export function watchedMessage(
  said: 'Watching' | 'You have this already',
  rule: Rule,
  past: Backtest | { unknown: string } | null,
  tenant: Zone,
): Message {
  return message(`${said}: ${rule.policy.title}`, [
    header(said),
    ruleLine(rule),
    ...(past === null ? [] : pastBlocks(past, tenant)),
    context(`Rule ${rule.ruleId} · looks with your rights${forText(rule)}`),
    ...actions([...ruleButtons(rule, ['end'], 'Undo'), button('My alerts', actionIds.alerts, 'mine')]),
  ]);
}

function forText({ policy: { forSeconds } }: Rule): string {
  return forSeconds === 0 ? '' : ` · fires after ${formatDuration(forSeconds)}`;
}

/** `In the last 90 days it would have fired 11 times, 4 of them outside office hours; the longest for 3 h 00 min.` */
export function pastBlocks(past: Backtest | { unknown: string }, tenant: Zone): KnownBlock[] {
  if ('unknown' in past)
    return [paragraph(`What it would have done lately cannot be told: ${clip(oneLine(past.unknown), longest)}.`)];
  const { episodes, suggestion, notes, outsideHours, fired } = past;
  const shown = episodes.slice(-fewEpisodes).toReversed();
  const more = episodes.length - shown.length;
  return [
    paragraph(pastSentence(past)),
    ...(episodes.length > fired
      ? [richLine(`What is told together, each by itself (${episodes.length} in all):`)]
      : []),
    ...(shown.length === 0
      ? []
      : [
          richList([
            ...shown.map((one): Piece[] => [episodeLine(one, outsideHours === null, tenant)]),
            ...(more > 0 ? [[`and ${more} before`]] : []),
          ]),
        ]),
    ...(suggestion === null ? [] : [richLine({ bold: 'Suggestion: ' }, suggestedText(suggestion))]),
    ...(notes.length === 0 ? [] : [context(clip(oneLine(notes.join(' ')), 600))]),
  ];
}

/** Not everything that a file can say can be said here. */
function suggestedText(suggestion: string): string {
  const inFile = suggestion.includes('resolve_after') ? ' (resolve_after is for rules of crema.yaml)' : '';
  return `${clip(oneLine(suggestion), longest)}${inFile}`;
}

function pastSentence({ from, to, fired, outsideHours, longestSeconds }: Backtest): string {
  const days = Math.round(from.until(to).total('hours') / 24);
  if (fired === 0) return `In the last ${days} days it would not have fired.`;
  const length = lengthText(longestSeconds);
  const some = outsideHours === null || outsideHours === 0 ? '' : ', outside office hours';
  if (fired === 1) return `In the last ${days} days it would have fired once${some}, for ${length}.`;
  const outside = some === '' ? '' : `, ${outsideHours} of them outside office hours`;
  return `In the last ${days} days it would have fired ${fired} times${outside}; the longest for ${length}.`;
}

/** `Team Delivery: 12 Nov 10:00, for 3 h 00 min, worst 78 %` */
function episodeLine({ name, from, to, worst }: PastEpisode, datedOnly: boolean, tenant: Zone): string {
  const day = formatDate(from.toZonedDateTimeISO(tenant.timezone).toPlainDate().toString(), { locale: tenant.locale });
  const began = datedOnly ? day : momentText(from, tenant);
  const length = to === null ? 'still so' : `for ${lengthText(from.until(to).total('seconds'))}`;
  return clip(
    oneLine(`${name === '' ? '' : `${name}: `}${began}, ${length}${worst ? `, worst ${worst.text}` : ''}`),
    longest,
  );
}

function lengthText(seconds: number): string {
  const days = seconds / 86_400;
  return Number.isInteger(days) && days > 0 ? `${days} ${days === 1 ? 'day' : 'days'}` : formatDuration(seconds);
}

/** Said where no form can be opened: in a message instead of a command. */
export function howToWatchMessage(): Message {
  return message('Which number shall be watched, and below or above what?', [
    paragraph('Which number shall be watched, and below or above what?'),
    exampleLine('For example: ', alertExample),
    exampleLine('Or: ', 'alert backlog above 200 for 2h in #support'),
    exampleLine('Or, of tickets about to breach: ', riskExample),
    ...actions([button('Open the form', actionIds.alertForm, 'new')]),
  ]);
}
