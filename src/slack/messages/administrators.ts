import type { KnownBlock } from '@slack/types';
import { type Piece, richLine } from '../blocks.ts';
import { oneLine, userIdOf } from '../text.ts';

export interface Administrator {
  name: string;
  slackUserId: string | null;
}

/** `Ask Dana Okafor or @sam for access.` */
export function whomToAsk(administrators: readonly Administrator[]): KnownBlock {
  if (administrators.length === 0) return richLine('Ask whoever runs Crema here for access.');
  const people = administrators.map(({ name, slackUserId }): Piece => {
    const user = userIdOf(slackUserId);
    return user ? { user } : oneLine(name).slice(0, 80) || 'an administrator';
  });
  const listed = people.flatMap((piece, index) =>
    index === 0 ? [piece] : [index === people.length - 1 ? ' or ' : ', ', piece],
  );
  return richLine('Ask ', ...listed, ' for access.');
}
