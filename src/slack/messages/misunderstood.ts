import type { Misunderstood } from '../../answers/parse.ts';
import { type Message, message, paragraph } from '../blocks.ts';
import { choiceButtons, exampleLine, quoted } from './suggestions.ts';

/** What was not understood, what was, the closest choices as buttons, and an example that works. */
export function misunderstoodMessage(problem: Misunderstood): Message {
  const said = sentence(problem);
  const offers = problem.commands.length > 0;
  return message(said, [
    paragraph(offers ? `${said} Did you mean:` : said),
    ...choiceButtons(problem.choices, problem.commands),
    ...(problem.understood === '' ? [] : [exampleLine('Understood: ', problem.understood)]),
    exampleLine('Example: ', problem.example),
  ]);
}

/** A command that was not understood as a whole, in the same shape. */
export interface CommandMisunderstood {
  said: string;
  understood: string;
  choices: readonly string[];
  commands: readonly string[];
  example: string;
}

/** The same for a command other than a question; `name`: the word it begins with, which alone was not much to understand. */
export function commandMisunderstoodMessage(problem: CommandMisunderstood, name: string): Message {
  const { said, choices, commands, understood, example } = problem;
  return message(said, [
    paragraph(choices.length > 0 ? `${said} Did you mean:` : said),
    ...choiceButtons(choices, commands),
    ...(understood === name ? [] : [exampleLine('Understood: ', understood)]),
    exampleLine('Example: ', example),
  ]);
}

function sentence({ what, text }: Misunderstood): string {
  switch (what) {
    case 'kpi':
      return `There is no KPI ${quoted(text)}.`;
    case 'dimension':
      return text === '' ? 'By what?' : `This KPI has no dimension ${quoted(text)}.`;
    case 'period':
      return `${quoted(text)} is no period I know, or one too many.`;
    case 'word':
      return `I do not understand ${quoted(text)}.`;
  }
}
