import type { Answer } from '../../answers/answer.ts';
import { noSnapshotsPhrase, unknownScenarioPhrase } from '../../answers/wording.ts';
import { type Message, message, paragraph } from '../blocks.ts';
import { choiceButtons } from './suggestions.ts';

/** Assumptions that the KPI does not know, with those it does as buttons. */
export function unknownScenarioMessage(answer: Extract<Answer, { kind: 'unknown-scenario' }>): Message {
  const said = unknownScenarioPhrase(answer);
  const offers = answer.choices.length > 0;
  return message(said, [
    paragraph(offers ? `${said} It can be counted as:` : said),
    ...choiceButtons(offers ? answer.choices : ['Ask without it'], answer.commands),
  ]);
}

/** What was believed on a day, asked of a KPI that keeps no such record. */
export function noSnapshotsMessage({ request, commands }: Extract<Answer, { kind: 'no-snapshots' }>): Message {
  const said = noSnapshotsPhrase(request.kpi);
  return message(said, [paragraph(said), ...choiceButtons(['As known now'], commands)]);
}
