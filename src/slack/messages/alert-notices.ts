import type { Incident } from '../../alerts/incident.ts';
import type { Noise } from '../../alerts/noise.ts';
import type { Rule, Target } from '../../alerts/rule.ts';
import { momentText, titleOf } from '../../alerts/wording.ts';
import { context, type Message, message, type Piece, paragraph, richLine, richList } from '../blocks.ts';
import { clip } from '../limits.ts';
import { oneLine, userIdOf } from '../text.ts';

/** Longest stretch of a reason or a name that is shown; a log has it whole. */
const longestReason = 300;

/** To whoever looks after it: an alert that somebody should have got and did not. */
export function undeliveredMessage(
  { incident, rule, to, reason }: { incident: Incident; rule: Rule; to: Target; reason: string },
  timezone: string,
): Message {
  const title = titleOf(incident);
  const { content } = incident;
  const lines = content.more > 0 ? [...content.lines, `and ${content.more} more`] : content.lines;
  return message(`An alert did not arrive: ${title}`, [
    richLine({ bold: 'An alert did not arrive: ' }, clip(oneLine(title), longestReason)),
    ...(lines.length > 0 ? [richList(lines.map((line): Piece[] => [clip(oneLine(line), longestReason)]))] : []),
    richLine('It was for ', placeOf(to), `: ${clip(oneLine(reason), longestReason)}.`),
    paragraph(wayOn(rule)),
    context(
      `Since ${momentText(incident.since, { timezone })} · rule ${nameOf(rule)} · incident ${incident.incidentId}`,
    ),
  ]);
}

function wayOn(rule: Rule): string {
  const where = rule.name === null ? 'change where the rule goes' : `change to: of alerts.rules.${rule.name}`;
  return rule.policy.repeatSeconds === null
    ? `Mend that, or ${where}. What happens to this one is told there only if it gets worse.`
    : `Mend that, or ${where}. It is tried there again with the next repetition.`;
}

function placeOf({ carrier, recipient }: Target): Piece {
  if (carrier === 'mail') return clip(oneLine(recipient), longestReason);
  if (carrier !== 'slack') return { code: clip(oneLine(recipient), longestReason) };
  const user = userIdOf(recipient);
  return user === undefined ? { channel: recipient } : { user };
}

function nameOf(rule: Rule): string {
  return rule.name ?? String(rule.ruleId);
}

/** To where a rule was told, and to its owner: from now on it is told in the digest only. */
export function demotedMessage(rule: Rule, { cause, figures }: Noise): Message {
  const title = clip(oneLine(rule.policy.title), longestReason);
  const said = `${title}: only in the digest from now on`;
  return message(said, [
    richLine({ bold: `${title}: ` }, 'only in the digest from now on.'),
    paragraph(`Why: ${cause} (${figures}). What is critical is still told here.`),
    richLine('To have its alerts here again: ', { code: '/kpi alerts' }, ', or ', {
      code: `crema alerts promote ${nameOf(rule)}`,
    }),
  ]);
}
