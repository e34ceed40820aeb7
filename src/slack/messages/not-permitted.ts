import type { Answer } from '../../answers/answer.ts';
import { notPermittedPhrase } from '../../answers/wording.ts';
import { type Message, message, paragraph } from '../blocks.ts';
import { type Administrator, whomToAsk } from './administrators.ts';
import { choiceButtons } from './suggestions.ts';

/** A KPI for supervisors, asked by somebody else: why, whom to ask, and what there is instead. No numbers. */
export function notPermittedMessage(
  { request }: Extract<Answer, { kind: 'not-permitted' }>,
  administrators: readonly Administrator[],
): Message {
  const said = notPermittedPhrase(request.kpi);
  return message(said, [
    paragraph(said),
    whomToAsk(administrators),
    ...choiceButtons(['KPIs I may ask', 'What is counted'], ['list', `explain ${request.kpi.id}`]),
  ]);
}
