import type { KnownBlock } from '@slack/types';
import type { HistoryEntry, Incident } from '../../alerts/incident.ts';
import type { Rule } from '../../alerts/rule.ts';
import { endedText, happenedText, momentText, titleOf } from '../../alerts/wording.ts';
import { listed } from '../../answers/access.ts';
import type { Tenant } from '../../domain/tenant.ts';
import {
  context,
  header,
  type Message,
  message,
  mrkdwn,
  type Piece,
  paragraph,
  richLine,
  richList,
} from '../blocks.ts';
import { clip, limits } from '../limits.ts';
import { escapeText, oneLine, userIdOf } from '../text.ts';
import { incidentActions } from './incident-actions.ts';

export interface IncidentView {
  incident: Incident;
  rule: Rule;
  history: readonly HistoryEntry[];
  /** Who says that it was not useful: `slack:U...` or person ids. */
  notUsefulTo: readonly string[];
  tenant: Pick<Tenant, 'timezone' | 'locale'>;
  /** Channel or person it goes to. */
  recipient: string;
}

/** Longest line of a list: names of the CRM may be long, and five of them have to stay readable on a phone. */
const lineLength = 250;
const nameLength = 60;
const footLength = 160;
/** Entries of the history below an incident that is over; all of them are in its thread. */
const fewEntries = 5;

/**
 * The message of an incident, as it is now: it is edited in place as long as there is something to say. The state word comes
 * first, also for whoever only hears the text; the dot says it once more for the eye.
 */
export function incidentMessage(view: IncidentView): Message {
  const { incident } = view;
  const title = titleOf(incident);
  return message(title, [
    header(`${dotOf(incident)} ${title}`),
    ...stateBlocks(view),
    ...lineBlocks(incident),
    ...(incident.content.notes ?? []).map((note) => paragraph(clip(oneLine(note), lineLength))),
    sinceBlock(view),
    ...(incident.state === 'resolved' ? [] : doneBlocks(view)),
    ...(incident.state === 'resolved' ? historyBlocks(view) : []),
    context(...footOf(view)),
    ...incidentActions(incident),
  ]);
}

/** What happened, in the thread: one line. */
export function incidentReply(entry: HistoryEntry): Message {
  const said = happenedText(entry);
  return message(said, [paragraph(said)]);
}

/** How bad it is: a colour bar beside the message would push its buttons behind "Show more". */
export function dotOf(incident: Pick<Incident, 'state' | 'severity' | 'content'>): string {
  if (incident.state === 'resolved') return incident.content.closed === undefined ? '🟢' : '⚪';
  if (incident.content.unknown) return '⚪';
  return ({ 1: '🟡', 2: '🟠', 3: '🔴' } as const)[incident.severity];
}

/** That it is over, or not known: before its lines, which are then of another time. */
function stateBlocks({ incident, tenant }: IncidentView): KnownBlock[] {
  const { content, state } = incident;
  if (state === 'resolved' && content.closed === undefined) return [richLine({ bold: endedText(incident, tenant) })];
  if (state === 'resolved') {
    const at = momentText(incident.resolvedAt ?? incident.since, tenant, incident.since);
    const why = clip(oneLine(content.closed ?? ''), lineLength);
    return [
      richLine({ bold: `Closed ${at}: ${why}` }),
      richLine('Nobody watches it any more. What follows is how it was then.'),
    ];
  }
  if (!content.unknown) return [];
  const since = momentText(Temporal.Instant.from(content.unknown.since), tenant, incident.since);
  const reason = clip(oneLine(incident.muted ?? content.unknown.reason), lineLength);
  return [richLine({ bold: `Not known since ${since}: ${reason}` }), richLine('What follows is how it was then.')];
}

function lineBlocks(incident: Incident): KnownBlock[] {
  const { lines, more, headline } = incident.content;
  const isOver = incident.state === 'resolved' && incident.content.closed === undefined;
  // One thing is in the header already.
  if (more === 0 && lines.length === 1 && lines[0] === headline) return [];
  const pieceOf = (line: string): Piece => (isOver ? { struck: line } : line);
  const shown = lines.map((line): Piece[] => [pieceOf(clip(oneLine(line), lineLength) || '–')]);
  if (shown.length === 0) return [];
  return [richList([...shown, ...(more > 0 ? [[pieceOf(`and ${more} more`)]] : [])])];
}

/** `Since 20 Nov 10:30 (Asia/Jakarta) · assigned to Noor` */
function sinceBlock({ incident, tenant }: IncidentView): KnownBlock {
  const { assigned } = incident.content;
  return richLine(
    `Since ${momentText(incident.since, tenant)} (${tenant.timezone})`,
    ...(assigned.length > 0 ? [` · assigned to ${clip(oneLine(listed(assigned)), lineLength)}`] : []),
  );
}

/** What people did, in place of the buttons it needs no more. */
function doneBlocks({ incident, history, tenant, notUsefulTo }: IncidentView): KnownBlock[] {
  const { acknowledgedAt, acknowledgedBy, assignedTo, snoozedUntil, snoozedBy, since } = incident;
  const person = (id: string | null): Piece => {
    const user = userIdOf(id?.replace(/^slack:/, ''));
    if (user) return { user };
    const name = history.findLast((entry) => entry.person === id)?.personName;
    return clip(oneLine(name ?? id ?? 'somebody'), nameLength) || 'somebody';
  };
  const at = (moment: Temporal.Instant) => momentText(moment, tenant, since);
  const done: Piece[][] = [
    ...(assignedTo === null ? [] : [[person(assignedTo), ' takes care of it']]),
    ...(acknowledgedAt === null || (assignedTo === acknowledgedBy && assignedTo !== null)
      ? []
      : [['Acknowledged by ', person(acknowledgedBy), ` at ${at(acknowledgedAt)}`]]),
    ...(snoozedUntil === null ? [] : [['Snoozed by ', person(snoozedBy), ` until ${at(snoozedUntil)}`]]),
    ...(notUsefulTo.length === 0 ? [] : [[notUsefulText(notUsefulTo)]]),
  ];
  return done.map((pieces) => richLine(...pieces));
}

function notUsefulText(people: readonly string[]): string {
  return `Not useful to ${people.length === 1 ? 'one person' : `${people.length} people`}`;
}

/** A short history stays with what is over: who did what is asked later. */
function historyBlocks({ history, tenant, incident, notUsefulTo }: IncidentView): KnownBlock[] {
  const entries = history.filter(({ kind }) => kind !== 'resolved' && kind !== 'opinion').slice(-fewEntries);
  const lines = entries.map(
    (entry) => `${momentText(entry.at, tenant, incident.since)} ${clip(oneLine(happenedText(entry)), lineLength)}`,
  );
  const said = [...lines, ...(notUsefulTo.length === 0 ? [] : [notUsefulText(notUsefulTo)])];
  return said.length === 0 ? [] : [context(mrkdwn(said.map(escapeText).join('\n')))];
}

/** `SLA of Delivery · below 85 % · set in crema.yaml for this channel · incident 42` */
function footOf({ incident, rule, recipient }: IncidentView) {
  const { muted, content, state, incidentId } = incident;
  const title = oneLine(rule.policy.title);
  const threshold = oneLine(content.threshold);
  const facts = [
    escapeText(clip(title, footLength)),
    ...(threshold === '' || saysMark(title, threshold) ? [] : [escapeText(clip(threshold, footLength))]),
    whyOf(rule, recipient),
    `incident ${incidentId}`,
  ];
  const quiet =
    muted !== null && state !== 'resolved' && content.unknown === null
      ? [`Told no further at the moment: ${muted}`]
      : [];
  return [mrkdwn(facts.join(' · ')), ...quiet.map((text) => clip(oneLine(text), limits.notification))];
}

/** Most titles say where the rule fires: `SLA by team below 85 %`. */
function saysMark(title: string, threshold: string): boolean {
  return title.includes(/\b(?:below|above) .*/.exec(threshold)?.[0] ?? threshold);
}

/** Why somebody gets this; our own words and ids. */
function whyOf({ name, owner }: Rule, recipient: string): string {
  if (name !== null) return `crema.yaml sends it ${/^[UW]/.test(recipient) ? 'to you' : 'here'} (${escapeText(name)})`;
  const maker = userIdOf(owner?.replace(/^slack:/, ''));
  return maker === recipient ? 'you asked for it' : `${maker ? `<@${maker}>` : 'somebody'} asked for it`;
}
