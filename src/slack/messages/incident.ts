import type { HistoryEntry, Incident } from '../../alerts/incident.ts';
import type { Rule } from '../../alerts/rule.ts';
import { titleOf } from '../../alerts/wording.ts';
import { context, header, type Message, message, paragraph, richList } from '../blocks.ts';

/** The message of an incident. */
export function incidentMessage({ incident, rule }: { incident: Incident; rule: Rule }): Message {
  const title = titleOf(incident);
  const { content } = incident;
  return message(title, [
    header(title),
    richList(content.lines.map((line) => [line])),
    ...(content.notes ?? []).map((note) => paragraph(note)),
    context(`${rule.policy.title} · ${content.threshold} · incident ${incident.incidentId}`),
  ]);
}

/** What happened, in the thread. */
export function incidentReply({ text, personName }: HistoryEntry): Message {
  const said = personName === null ? text : `${personName}: ${text}`;
  return message(said, [paragraph(said)]);
}
