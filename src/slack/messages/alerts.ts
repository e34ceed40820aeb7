import type { Button, KnownBlock } from '@slack/types';
import type { Incident } from '../../alerts/incident.ts';
import type { Rule } from '../../alerts/rule.ts';
import { momentText, titleOf } from '../../alerts/wording.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { actionIds } from '../action-ids.ts';
import {
  actions,
  button,
  context,
  header,
  type Message,
  message,
  type Piece,
  paragraph,
  plainText,
  richLine,
} from '../blocks.ts';
import { clip, limits } from '../limits.ts';
import { oneLine, userIdOf } from '../text.ts';
import { type Administrator, whomToAsk } from './administrators.ts';
import { dotOf } from './incident.ts';
import { incidentActions, type ListOfIncidents } from './incident-actions.ts';
import { type ShownSilence, silenceBlocks } from './silences.ts';
import { exampleLine } from './suggestions.ts';

export interface AlertsView {
  incidents: readonly { incident: Incident; rule: Rule }[];
  rules: readonly Rule[];
  tenant: Pick<Tenant, 'timezone' | 'locale'>;
  /** For administrators, who look after all rules. */
  all: boolean;
}

/** As many as fit into a message with their buttons; fewer where silences are between them. */
const most = { incidents: 7, rules: 7 };
const mostWithSilences = { incidents: 6, rules: 4, silences: 3 };
const longest = 200;

/** `/kpi alerts` */
export function alertsMessage(view: AlertsView & { silences: readonly ShownSilence[] }): Message {
  const { incidents, rules, all, silences, tenant } = view;
  const shown = silences.length === 0 ? most : mostWithSilences;
  const counted = incidents.length === 1 ? '1 open incident' : `${incidents.length} open incidents`;
  return message(`${counted}, ${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}`, [
    header(incidents.length === 0 ? 'No open incidents' : counted),
    ...incidentBlocks(view, 'list', shown.incidents),
    ...(silences.length === 0
      ? []
      : [header('Silences'), ...silenceBlocks(silences, tenant, mostWithSilences.silences)]),
    header(all ? 'Rules' : 'Your rules'),
    ...ruleBlocks(rules, tenant, shown.rules),
    ...newRule(),
  ]);
}

/** The same on Home, which has its numbers besides. */
export function homeAlertBlocks(view: AlertsView): KnownBlock[] {
  return [
    header('Open incidents'),
    ...(view.incidents.length === 0 ? [paragraph('None that you may see.')] : []),
    ...incidentBlocks(view, 'home', 5),
    header(view.all ? 'Rules' : 'Your rules'),
    ...ruleBlocks(view.rules, view.tenant, 5),
    ...newRule(),
  ];
}

function newRule(): KnownBlock[] {
  return actions([button('New rule', actionIds.alertForm, 'new')]);
}

function incidentBlocks({ incidents, tenant }: AlertsView, where: ListOfIncidents, most: number): KnownBlock[] {
  const more = incidents.length - most;
  return [
    ...incidents
      .slice(0, most)
      .flatMap(({ incident, rule }): KnownBlock[] => [
        richLine(`${dotOf(incident)} `, { bold: clip(oneLine(titleOf(incident)), limits.header) }),
        context(
          [
            `Incident ${incident.incidentId}`,
            `since ${momentText(incident.since, tenant)}`,
            clip(oneLine(rule.policy.title), longest),
            ...(incident.content.unknown
              ? [clip(oneLine(`not known: ${incident.content.unknown.reason}`), longest)]
              : []),
            ...(incident.acknowledgedAt ? [`acknowledged ${momentText(incident.acknowledgedAt, tenant)}`] : []),
            ...(incident.snoozedUntil ? [`snoozed until ${momentText(incident.snoozedUntil, tenant)}`] : []),
          ].join(' · '),
        ),
        ...incidentActions(incident, where),
      ]),
    ...(more > 0 ? [context(`and ${more} more: crema alerts list has all of them`)] : []),
  ];
}

function ruleBlocks(rules: readonly Rule[], tenant: AlertsView['tenant'], most: number): KnownBlock[] {
  if (rules.length === 0) {
    return [
      paragraph('None yet. A rule tells you when a number is beyond a mark.'),
      exampleLine('For example: ', 'alert sla by team below 85%', 'alert backlog above 200 for 2h to me'),
    ];
  }
  const more = rules.length - most;
  return [
    ...rules
      .slice(0, most)
      .flatMap((rule): KnownBlock[] => [
        ruleLine(rule),
        context(
          [
            `Rule ${rule.ruleId}`,
            ...(rule.name === null ? [] : [`from crema.yaml (${rule.name})`]),
            ...(rule.state === 'active' ? [] : [clip(oneLine(rule.stateReason ?? rule.state), longest)]),
            ...(rule.state === 'active' && rule.health === 'unknown' ? [unknownText(rule, tenant)] : []),
          ].join(' · '),
        ),
        ...actions(ruleButtons(rule, ruleDeeds(rule)), `rule ${rule.ruleId} ${rule.state}`),
      ]),
    ...(more > 0 ? [context(`and ${more} more: crema alerts list has all of them`)] : []),
  ];
}

function unknownText({ healthReason, healthSince }: Rule, tenant: AlertsView['tenant']): string {
  const since = healthSince ? ` since ${momentText(healthSince, tenant)}` : '';
  return clip(oneLine(`not known${since}: ${healthReason ?? 'no reason is known'}`), longest);
}

/** `SLA by team below 85 %, for 2 h, to #general` */
export function ruleLine({ policy }: Pick<Rule, 'policy'>): KnownBlock {
  const targets = policy.routes.flatMap(({ to }) => to);
  const [first] = targets;
  return richLine(
    { bold: clip(oneLine(policy.title), limits.header) },
    ...(first ? [', to ', placePiece(first)] : []),
    ...(targets.length > 1 ? [` and ${targets.length - 1} more`] : []),
  );
}

function placePiece({ carrier, recipient }: { carrier: string; recipient: string }): Piece {
  if (carrier !== 'slack') return clip(oneLine(recipient), longest) || carrier;
  const user = userIdOf(recipient);
  return user === undefined ? { channel: recipient } : { user };
}

type Deed = 'pause' | 'resume' | 'end';

const deeds = {
  pause: ['Pause', actionIds.pauseRule],
  resume: ['Resume', actionIds.resumeRule],
  end: ['End', actionIds.endRule],
} as const satisfies Record<Deed, readonly [text: string, actionId: string]>;

/** What crema.yaml says ends there. */
function ruleDeeds({ state, name }: Rule): Deed[] {
  return [state === 'paused' ? 'resume' : 'pause', ...(name === null ? (['end'] as const) : [])];
}

export function ruleButtons(
  { ruleId, policy }: Pick<Rule, 'ruleId' | 'policy'>,
  which: readonly Deed[],
  /** What ending it is called. */
  endText = 'End',
): (Button | undefined)[] {
  return which.map((deed) => {
    const [usual, actionId] = deeds[deed];
    const text = deed === 'end' ? endText : usual;
    const made = button(text, actionId, String(ruleId));
    if (!made) return undefined;
    const labelled = { ...made, accessibility_label: clip(oneLine(`${text}: ${policy.title}`), limits.buttonText) };
    return deed === 'end' ? { ...labelled, confirm: confirmEnd(policy) } : labelled;
  });
}

function confirmEnd({ title }: Rule['policy']) {
  return {
    title: plainText('End this rule?', 100),
    text: plainText(
      `${clip(oneLine(title), limits.header)} is not watched any more, and what it told of is closed.`,
      300,
    ),
    confirm: plainText('End it', 30),
    deny: plainText('Keep it', 30),
    style: 'danger' as const,
  };
}

/** What became of a rule, with the way on. */
export function ruleSaidMessage(said: string): Message {
  return message(said, [paragraph(said), ...actions([button('My alerts', actionIds.alerts, 'mine')])]);
}

/** Why a press changed nothing; `takesBack`: the incident that was called not useful, which may be taken back. */
export function incidentSaidMessage(said: string, takesBack?: number): Message {
  return message(said, [
    paragraph(said),
    ...actions([takesBack === undefined ? undefined : button('It was useful', actionIds.useful, `${takesBack}`)]),
  ]);
}

export function incidentGoneMessage(incidentId: number): Message {
  const which = Number.isSafeInteger(incidentId) ? ` ${incidentId}` : '';
  return message(`There is no incident${which} any more.`, [
    paragraph(`There is no incident${which} any more.`),
    ...actions([button('Open incidents', actionIds.alerts, 'mine')]),
  ]);
}

/** Somebody who may not act on it: why, and who can let them. */
export function mayNotActMessage(incidentId: number, why: string, administrators: readonly Administrator[]): Message {
  const said = `You may not change incident ${incidentId}: ${why}.`;
  return message(said, [paragraph(said), whomToAsk(administrators)]);
}

/** The same for what somebody may not keep quiet. */
export function mayNotSilenceMessage(why: string, administrators: readonly Administrator[]): Message {
  const said = `You may not silence that: ${why}.`;
  return message(said, [paragraph(said), whomToAsk(administrators)]);
}
