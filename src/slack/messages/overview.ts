import type { KnownBlock } from '@slack/types';
import { changeMark, changePhrase, shownValue, targetPhrase } from '../../answers/wording.ts';
import { leadIn } from '../../domain/format.ts';
import type { KpiResult } from '../../domain/kpi-result.ts';
import { actionIds } from '../action-ids.ts';
import { actions, button, header, type Message, message, mrkdwn, paragraph } from '../blocks.ts';
import { clip, limits } from '../limits.ts';
import { escapeText, oneLine } from '../text.ts';
import { exampleLine } from './suggestions.ts';
import { footBlock, staleBlocks } from './value.ts';

/** Buttons to single KPIs: as many as stay readable in one row. */
const mostButtons = 5;

/** `/kpi` alone: every headline number, and how to ask for more. */
export function overviewMessage(results: readonly KpiResult[], locale: string): Message {
  const [first] = results;
  const ask = exampleLine('Ask: ', 'sla-reported 30d by priority', 'list', 'help');
  if (!first) {
    return message('There are no numbers for you yet.', [
      header('Your numbers'),
      paragraph('There are no numbers for you yet: nothing has been loaded, or nothing that you may see.'),
      ask,
    ]);
  }
  return message(results.map((result) => `${leadIn(result.title)} ${shownValue(result, locale)}`).join(', '), [
    header('Your numbers'),
    ...staleBlocks(results.find((result) => result.freshness.stale) ?? first, locale),
    ...fieldBlocks(results, locale),
    footBlock(first, locale),
    ask,
    ...actions(
      results
        .slice(0, mostButtons)
        .map((result, index) => button(result.title, `${actionIds.ask}:${index + 1}`, result.kpi)),
    ),
  ]);
}

/** Two columns on a wide screen, one on a phone; ten to a block. */
export function fieldBlocks(results: readonly KpiResult[], locale: string): KnownBlock[] {
  const blocks: KnownBlock[] = [];
  for (let index = 0; index < results.length; index += limits.fields) {
    const fields = results.slice(index, index + limits.fields).map((result) => mrkdwn(field(result, locale), 500));
    blocks.push({ type: 'section', fields });
  }
  return blocks;
}

function field(result: KpiResult, locale: string): string {
  const change = `${changeMark(result)} ${changePhrase(result, locale)}`.trim();
  const lines = [
    `*${escapeText(clip(oneLine(result.title), 80))}*`,
    `*${shownValue(result, locale)}*`,
    change,
    targetPhrase(result, locale),
  ];
  return lines.filter((line) => line !== '').join('\n');
}
