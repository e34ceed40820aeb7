import type { Answer } from '../../answers/answer.ts';
import { type Message, message, paragraph } from '../blocks.ts';
import { choiceButtons, exampleLine, quoted } from './suggestions.ts';

/** A filter on a value that no record has, with the closest ones that exist. */
export function unknownValueMessage(answer: Extract<Answer, { kind: 'unknown-value' }>): Message {
  const said = `No ${answer.dimension} is called ${quoted(answer.value)}.`;
  return message(said, [
    paragraph(answer.choices.length > 0 ? `${said} Did you mean:` : `${said} There are no values to choose from.`),
    ...choiceButtons(answer.choices, answer.commands),
    ...answer.commands.slice(0, 1).map((command) => exampleLine('Example: ', command)),
  ]);
}
