import { noReceiptPhrase } from '../../answers/wording.ts';
import { context, type Message, message, paragraph, richLine } from '../blocks.ts';
import { clip } from '../limits.ts';
import { oneLine } from '../text.ts';
import { choiceButtons } from './suggestions.ts';

/** Short messages about the bot itself rather than about numbers. */

export function lookingUpMessage(): Message {
  return said('Looking it up...');
}

/** Something broke on our side; the reference is in the log, too. */
export function failureMessage(reference: string): Message {
  const text = 'Sorry, something went wrong on my side and I could not answer.';
  return message(`${text} Reference ${reference}`, [
    paragraph(text),
    richLine('Try again in a minute. If it stays so, pass on this reference: ', { code: reference }),
  ]);
}

export function restartingMessage(): Message {
  return said('I am restarting. Please ask again in a minute.');
}

export function unknownCommandMessage(command: string): Message {
  return message(`I do not answer to ${command}; try /kpi help.`, [
    paragraph(`I do not answer to ${command}.`),
    ...choiceButtons(['How to ask'], ['help']),
  ]);
}

/** A button that this version has no use for. */
export function unknownActionMessage(): Message {
  return message('This button has no use any more; ask with /kpi.', [
    paragraph('This button has no use any more.'),
    ...choiceButtons(['How to ask'], ['help']),
  ]);
}

/** A receipt that is unknown, or not for this person: the same words for both. */
export function noReceiptMessage(code: string): Message {
  return said(noReceiptPhrase(clip(oneLine(code), 40)));
}

/** A request from a workspace whose numbers are not here. */
export function notInstalledMessage(): Message {
  return message('Crema is not set up for this workspace.', [
    paragraph('Crema is not set up for this workspace.'),
    context('An administrator can install the app here again.'),
  ]);
}

function said(text: string): Message {
  return message(text, [paragraph(text)]);
}
