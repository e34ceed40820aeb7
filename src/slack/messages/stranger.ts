import { type Message, message, paragraph, richLine } from '../blocks.ts';
import { type Administrator, whomToAsk } from './administrators.ts';

/** Somebody who is not among the people that may ask. */
export function strangerMessage(administrators: readonly Administrator[], userId: string): Message {
  return message('I do not know you yet, so I cannot show you numbers.', [
    paragraph('I do not know you yet, so I cannot show you numbers.'),
    whomToAsk(administrators),
    richLine('They need your member ID: ', { code: userId }),
  ]);
}
