import { createHash } from 'node:crypto';
import type { Tenant } from '../domain/tenant.ts';
import type { PagerDutyEvent, PagerDutySeverity } from '../paging/pagerduty.ts';
import type { HistoryEntry, Incident } from './incident.ts';
import { type Rule, type Severity, severityNames } from './rule.ts';
import { momentText, titleOf } from './wording.ts';

/** What a page or a hook is made from: the incident as it is now. */
export interface PageView {
  incident: Incident;
  rule: Rule;
  history: readonly HistoryEntry[];
  tenant: Pick<Tenant, 'slug' | 'name' | 'timezone'>;
}

/** Longest group that stands in a key as it is; PagerDuty takes 255 characters in all. */
const longestGroup = 80;

/**
 * Identity of an incident for receivers: the same for all that is told of it, and another one for its next episode, which
 * is an incident of its own here.
 */
export function incidentKey({ incident, rule, tenant }: Omit<PageView, 'history'>): string {
  const group = Object.values(incident.labels).join('/');
  const short =
    group.length <= longestGroup && /^[\x21-\x7e]*$/.test(group)
      ? group
      : createHash('sha256').update(incident.groupKey).digest('hex').slice(0, 32);
  return ['crema', tenant.slug, rule.ruleId, short, incident.incidentId].join(':');
}

/** What a page says: the event without whatever only tells when it was made. */
export function pagerDutyEvent(view: PageView): PagerDutyEvent {
  const { incident, rule, tenant } = view;
  const key = { dedup_key: incidentKey(view) };
  if (incident.state === 'resolved') return { event_action: 'resolve', ...key };
  if (isTakenUp(incident)) return { event_action: 'acknowledge', ...key };
  const { content } = incident;
  const title = titleOf(incident);
  const [line] = content.lines;
  const group = Object.values(incident.labels).filter((value) => value !== '');
  return {
    event_action: 'trigger',
    ...key,
    payload: {
      summary: line === undefined || title.endsWith(line) ? title : `${title} · ${line}`,
      source: `Crema ${tenant.name}`,
      severity: pagerDutySeverity(incident.severity, rule),
      timestamp: incident.since.toString(),
      component: rule.policy.title,
      ...(group.length > 0 ? { group: group.join(', ') } : {}),
      class: rule.kind,
      custom_details: {
        incident: incident.incidentId,
        rule: rule.name ?? `rule ${rule.ruleId}`,
        threshold: content.threshold,
        since: momentText(incident.since, tenant),
        lines: content.lines,
        ...(content.more > 0 ? { more: content.more } : {}),
        ...(content.assigned.length > 0 ? { assigned: content.assigned } : {}),
        ...(content.worst ? { worst: content.worst.text } : {}),
        ...(content.unknown ? { unknown: unknownText(content.unknown, tenant.timezone) } : {}),
      },
    },
  };
}

/** Somebody looks after it: nobody has to be called. */
export function isTakenUp({ acknowledgedAt, snoozedUntil }: Incident): boolean {
  return acknowledgedAt !== null || snoozedUntil !== null;
}

function pagerDutySeverity(severity: Severity, { policy }: Rule): PagerDutySeverity {
  if (severity === 1) return policy.importance === 'low' ? 'info' : 'warning';
  return severity === 2 ? 'error' : 'critical';
}

export type HookType = 'incident.opened' | 'incident.updated' | 'incident.acknowledged' | 'incident.resolved';

/** `first`: nothing of it was posted there yet; `wasTakenUp`: what was posted last said that somebody looks after it. */
export function hookType(incident: Incident, { first, wasTakenUp }: { first: boolean; wasTakenUp: boolean }): HookType {
  if (incident.state === 'resolved') return 'incident.resolved';
  if (first) return 'incident.opened';
  return isTakenUp(incident) && !wasTakenUp ? 'incident.acknowledged' : 'incident.updated';
}

/** An incident as hooks tell it: times as ISO texts in UTC, texts in the tenant's language and zone. */
export function hookIncident({ incident, rule, history, tenant }: PageView) {
  const { content, state } = incident;
  const acknowledged = history.findLast(({ kind }) => kind === 'acknowledged');
  return {
    number: incident.incidentId,
    key: incidentKey({ incident, rule, tenant }),
    tenant: tenant.slug,
    state: state === 'resolved' ? 'resolved' : isTakenUp(incident) ? 'acknowledged' : 'open',
    severity: nameOf(incident.severity),
    worst_severity: nameOf(incident.worstSeverity),
    title: titleOf(incident),
    lines: [...content.lines],
    more: content.more,
    threshold: content.threshold,
    assigned: [...content.assigned],
    worst: content.worst?.text ?? null,
    unknown: content.unknown === null ? null : { since: content.unknown.since, reason: content.unknown.reason },
    labels: { ...incident.labels },
    since: incident.since.toString(),
    opened_at: incident.openedAt.toString(),
    acknowledged_at: incident.acknowledgedAt?.toString() ?? null,
    acknowledged_by: incident.acknowledgedAt === null ? null : (acknowledged?.personName ?? null),
    snoozed_until: incident.snoozedUntil?.toString() ?? null,
    resolved_at: incident.resolvedAt?.toString() ?? null,
    rule: { number: rule.ruleId, name: rule.name, kind: rule.kind, title: rule.policy.title },
  };
}

function nameOf(severity: Severity): string {
  return Object.entries(severityNames).find(([, value]) => value === severity)![0];
}

/** `not known since 10 Nov, 09:12: data is late: crm: ticket` */
export function unknownText({ since, reason }: { since: string; reason: string }, timezone: string): string {
  return `not known since ${momentText(Temporal.Instant.from(since), { timezone })}: ${reason}`;
}
