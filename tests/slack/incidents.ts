import type { HistoryEntry, Incident, IncidentContent } from '../../src/alerts/incident.ts';
import type { Rule } from '../../src/alerts/rule.ts';
import type { AlertsView } from '../../src/slack/messages/alerts.ts';
import type { IncidentView } from '../../src/slack/messages/incident.ts';

const at = (time: string) => Temporal.Instant.from(time);
/** 10:30 in Jakarta. */
export const began = at('2026-11-20T03:30:00Z');
export const zone = { timezone: 'Asia/Jakarta', locale: 'en' };
export const noAlerts: AlertsView = { incidents: [], rules: [], tenant: zone, all: false };

export function aRule(more: Partial<Rule> = {}): Rule {
  return {
    ...{ tenantId: 1, ruleId: 7, name: 'sla-teams', kind: 'kpi-threshold', viewer: '*', owner: null },
    settings: {
      kind: 'kpi-threshold',
      kpi: 'sla by team',
      below: 0.85,
      importance: 'normal',
      routes: [],
      escalate: [],
    },
    policy: {
      ...{ title: 'SLA by team below 85 %', forSeconds: 0, resolveAfterSeconds: 300, groupBy: [], waitSeconds: 30 },
      ...{ intervalSeconds: 300, repeatSeconds: 14_400, hours: null, importance: 'normal' },
      routes: [{ labels: {}, to: [{ carrier: 'slack', recipient: 'C0GENERAL1' }], escalate: [] }],
    },
    ...{ state: 'active', stateReason: null, createdAt: began, topics: [], nextLookAt: began, lookedAt: began },
    ...{ health: 'ok', healthReason: null, healthSince: null, memory: {}, demotedAt: null },
    ...more,
  };
}

export const someContent: IncidentContent = {
  ...{
    stateWord: 'Low',
    headline: 'SLA met below 85 % for 3 teams',
    more: 0,
    threshold: 'SLA met below 85 %',
    assigned: [],
  },
  lines: ['Team Delivery: 71.2 % (14–20 Nov)', 'Team Returns: 78.0 % (14–20 Nov)', 'Team Tier 2: 82.4 % (14–20 Nov)'],
  ...{ words: 'sla by team', worst: { rank: 0.14, text: '71.2 %' }, unknown: null },
};

export function anIncident(more: Partial<Incident> = {}): Incident {
  return {
    ...{ tenantId: 1, incidentId: 42, ruleId: 7, groupKey: '', labels: {}, state: 'firing', severity: 2 },
    ...{ worstSeverity: 2, since: began, openedAt: began, resolvedAt: null, content: someContent, version: 3 },
    ...{ announcedAt: began, announced: ['a#1'], announcedSeverity: 2, toldAt: began, repeatedAt: null },
    ...{ muted: null, mutedSince: null, acknowledgedAt: null, acknowledgedBy: null, assignedTo: null },
    ...{ snoozedUntil: null, snoozedBy: null, escalated: 0 },
    ...more,
  };
}

export const maya = 'slack:U0EXEC0001';
const daniel = 'slack:U0LEAD0001';

export const someHistory: HistoryEntry[] = [
  { entry: 1, at: began, kind: 'opened', person: null, personName: null, text: 'Low: SLA met below 85 % for 3 teams' },
  {
    ...{ entry: 2, at: began.add({ minutes: 12 }), kind: 'acknowledged' },
    ...{ person: maya, personName: 'Maya Hartono', text: 'acknowledged it' },
  },
  {
    ...{ entry: 3, at: began.add({ minutes: 242 }), kind: 'resolved', person: null, personName: null },
    text: 'Recovered 14:32 after 4 h 02 min; worst 71.2 %',
  },
];

export function aView(more: Partial<Incident> = {}, rest: Partial<IncidentView> = {}): IncidentView {
  return {
    ...{ incident: anIncident(more), rule: aRule(), history: someHistory.slice(0, 2), notUsefulTo: [] },
    ...{ tenant: zone, recipient: 'C0GENERAL1' },
    ...rest,
  };
}

/** Every state that an incident can be in, by what it is called. */
export const states: Readonly<Record<string, IncidentView>> = {
  'an open incident': aView({}, { history: someHistory.slice(0, 1) }),
  'a critical incident with many lines': aView({
    severity: 3,
    content: { ...someContent, stateWord: 'Breached', headline: '12 tickets', more: 7, assigned: ['Noor', 'Sari'] },
  }),
  'a warning about one thing': aView({
    severity: 1,
    content: { ...someContent, headline: 'Backlog: 214 (20 Nov)', lines: ['Backlog: 214 (20 Nov)'] },
  }),
  'an acknowledged incident': aView({ acknowledgedAt: began.add({ minutes: 12 }), acknowledgedBy: maya }),
  'an assigned incident': aView({
    ...{ acknowledgedAt: began.add({ minutes: 12 }), acknowledgedBy: maya, assignedTo: daniel },
  }),
  'a snoozed incident': aView({ snoozedUntil: at('2026-11-21T02:00:00Z'), snoozedBy: maya }),
  'an incident of which nothing is known': aView({
    muted: 'data is late: crm: ticket',
    content: { ...someContent, unknown: { since: '2026-11-20T07:00:00Z', reason: 'the data is late' } },
  }),
  'an incident outside its hours': aView({ muted: 'outside the hours of office' }),
  'an incident that was not useful': aView({}, { notUsefulTo: [maya, daniel] }),
  'a resolved incident': aView(
    { state: 'resolved', resolvedAt: began.add({ minutes: 242 }) },
    { history: someHistory, notUsefulTo: [maya] },
  ),
  'an incident whose rule has ended': aView(
    {
      ...{ state: 'resolved', resolvedAt: began.add({ minutes: 242 }) },
      content: { ...someContent, closed: 'The rule was ended by Maya Hartono' },
    },
    { history: someHistory.slice(0, 2) },
  ),
  'an incident of a rule made by hand': aView({}, { rule: aRule({ name: null, owner: maya, viewer: maya }) }),
};
