import type { Answer } from '../../answers/answer.ts';
import { noDataPhrase } from '../../answers/wording.ts';
import { actionIds } from '../action-ids.ts';
import { actions, button, type Message, message, paragraph } from '../blocks.ts';
import { asChart, withPeriod } from '../command-words.ts';
import { type Administrator, whomToAsk } from './administrators.ts';
import { attentionBlocks } from './attention.ts';
import { footBlock, titleBlock } from './value.ts';

/** There is no number: why, since when there are some, and a period that has them. */
export function noDataMessage(
  answer: Extract<Answer, { kind: 'no-data' }>,
  view: { locale: string; administrators?: readonly Administrator[] },
): Message {
  const { result, request, data } = answer;
  const why = noDataPhrase(result, data, view.locale);
  // Nothing that this person may see is a question of rights as long as something has been loaded.
  const rights = data === null && result.requires.length === 0 && result.freshness.sources.length > 0;
  return message(`${result.title}: ${why}`, [
    titleBlock(result, view.locale),
    paragraph(why),
    ...attentionBlocks(result, view.locale),
    ...(rights ? [whomToAsk(view.administrators ?? [])] : []),
    footBlock(result, view.locale),
    ...(data === null
      ? []
      : actions([button('All data', `${actionIds.ask}:1`, withPeriod(asChart(request.words), 'all'))])),
  ]);
}
