import type { KnownBlock } from '@slack/types';
import { actionIds } from '../action-ids.ts';
import { actions, button, type Piece, richLine } from '../blocks.ts';
import { clip } from '../limits.ts';
import { oneLine } from '../text.ts';

/** About as much of a button's text as Slack shows. */
const buttonText = 40;
/** Longest stretch of what a person typed that is repeated to them. */
const echoed = 200;

/** What a person typed, short enough to be repeated. */
export function quoted(text: string): string {
  return `“${clip(oneLine(text), echoed)}”`;
}

/** One button per choice; each runs the whole command with the choice in place. */
export function choiceButtons(choices: readonly string[], commands: readonly string[]): KnownBlock[] {
  return actions(
    choices.map((choice, index) =>
      button(clip(oneLine(choice), buttonText), `${actionIds.ask}:${index + 1}`, commands[index] ?? ''),
    ),
  );
}

/** `Example: /kpi sla-reported 30d` */
export function exampleLine(label: string, ...commands: string[]): KnownBlock {
  const pieces = commands.flatMap((command, index): Piece[] => [
    ...(index === 0 ? [] : ['  ']),
    { code: clip(oneLine(`/kpi ${command}`), echoed) },
  ]);
  return richLine(label, ...pieces);
}
