import { isDeepStrictEqual } from 'node:util';
import type { Moments } from '../deliveries/ledger.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { OpenTime } from '../sla/open-time.ts';
import type { Look } from './condition.ts';
import { type Incident, type IncidentContent, mostLines } from './incident.ts';
import type { AlertRoom, Member } from './kinds/room.ts';
import type { Route, Rule, Severity } from './rule.ts';
import { earliest, type Instance } from './stages/advance.ts';
import { critical, type Decision, decide } from './stages/dedup.ts';
import type { Group } from './stages/group.ts';
import { type Muting, muteOf, type Silence } from './stages/mute.ts';
import { routeOf } from './stages/route.ts';

/** What the stages need besides the rule and its look. */
export interface SettleContext {
  tenant: Tenant;
  moments: Moments;
  silences: readonly Silence[];
  /** Working hours by the name of their calendar. */
  calendar: (name: string) => OpenTime | undefined;
  /** The incident of a team that an instance belongs to, of another rule about the same; null where there is none. */
  teamIncident: (rule: Rule, instance: Instance) => { incidentId: number; name: string } | null;
}

/** What becomes of an incident, before anything of it is written. */
interface Weighed {
  decision: Decision;
  /** Why people are told now; null: they are not. */
  reason: Extract<Decision, { kind: 'tell' }>['reason'] | null;
  incident: Incident;
  muting: Muting | null;
  route: Route;
  /** Whether its message would be another one. */
  isChanged: boolean;
}

/** The stages from grouping to dedup for one incident. Pure; `base` is the incident as it is, or a new one. */
export function weigh(
  room: AlertRoom,
  {
    rule,
    look,
    instances,
    before,
    base,
    labels,
    movedTo,
  }: { rule: Rule; look: Look; movedTo: number | undefined; before: Incident | null; base: Incident } & Pick<
    Group,
    'instances' | 'labels'
  >,
  context: SettleContext,
): Weighed {
  const { now } = context.moments;
  const firing = firingOf(instances);
  const members = firing.map(memberOf);
  const severity = severityOf(firing) ?? before?.severity ?? 1;
  let incident = base;
  const content = {
    ...contentOf(room, { rule, look, members, before: before?.content ?? null }, context),
    ...(movedTo === undefined ? {} : { movedTo }),
  };
  const muting = muteOf(
    {
      rule: { ruleId: rule.ruleId, name: rule.name, hours: rule.policy.hours },
      labels: { ...incident.labels },
      members: context.silences.length === 0 ? [] : firing.map(({ labels: own, about: more }) => ({ ...more, ...own })),
      unknown: look.kind === 'unknown' ? { reason: look.reason, late: look.late ?? [] } : null,
      within: withinTeam(rule, firing, context),
      silences: context.silences,
      openTime: rule.policy.hours === null ? undefined : context.calendar(rule.policy.hours),
    },
    now,
  );
  const decision = decide(
    {
      announced:
        incident.announcedAt === null
          ? null
          : {
              fingerprints: incident.announced,
              severity: incident.announcedSeverity ?? severity,
              toldAt: incident.toldAt ?? incident.announcedAt,
              repeatedAt: incident.repeatedAt,
            },
      firing: firing.map(episodeOf),
      clearing: firing.every(({ clearSince }) => clearSince !== null),
      ...{ severity, openedAt: incident.openedAt },
      acknowledged: incident.acknowledgedAt !== null,
      snoozedUntil: incident.snoozedUntil,
    },
    rule.policy,
    now,
  );
  const reason = isTold(decision, muting) ? decision.reason : null;
  incident = {
    ...incident,
    ...{ severity, content, labels },
    worstSeverity: Math.max(incident.worstSeverity, severity) as Severity,
    muted: muting?.reason ?? null,
    mutedSince: muting ? (incident.mutedSince ?? now) : null,
  };
  // The end of a snooze is told like anything else: what keeps people from being told only puts it off.
  if (reason) incident = toldNow(incident, reason, { firing, now, resolvedAt: resolvedAtOf(instances) });
  const routed = { incident, names: namesOf(firing), calendar: context.calendar };
  const route = routeOf(rule.policy, routed, now);
  const was = { ...incident, worstSeverity: before?.worstSeverity ?? incident.worstSeverity };
  // Steps of another route are not those that were taken.
  if (route !== routeOf(rule.policy, { ...routed, incident: was }, now)) incident = { ...incident, escalated: 0 };
  const isChanged = before === null || reason !== null || isOther(before, incident);
  if (isChanged && before) incident = { ...incident, version: before.version + 1 };
  return { decision, reason, incident, muting, route, isChanged };
}

export function firingOf(instances: readonly Instance[]): Instance[] {
  return instances.filter(({ state }) => state === 'firing');
}

/** That it is over is told in the message itself, also where nobody would be told of anything new. */
function isTold(decision: Decision, muting: Muting | null): decision is Extract<Decision, { kind: 'tell' }> {
  return decision.kind === 'tell' && (muting === null || decision.reason === 'resolved');
}

function toldNow(
  incident: Incident,
  reason: Extract<Decision, { kind: 'tell' }>['reason'],
  {
    firing,
    now,
    resolvedAt,
  }: { firing: readonly Instance[]; now: Temporal.Instant; resolvedAt: Temporal.Instant | null },
): Incident {
  if (reason === 'resolved')
    return { ...incident, state: 'resolved', resolvedAt: resolvedAt ?? now, snoozedUntil: null };
  const told = {
    ...{ state: 'firing' as const, announced: firing.map(episodeOf), announcedSeverity: incident.severity },
    announcedAt: incident.announcedAt ?? now,
  };
  const isAwake = reason === 'worse' || (incident.snoozedUntil !== null && isBy(incident.snoozedUntil, now));
  const snoozedUntil = isAwake ? null : incident.snoozedUntil;
  if (reason === 'repeat') return { ...incident, ...told, snoozedUntil, repeatedAt: now };
  // What is worse than what was acknowledged has to be looked at again.
  const isReopened = reason === 'worse' && incident.acknowledgedAt !== null;
  const reopened = isReopened ? { acknowledgedAt: null, acknowledgedBy: null, escalated: 0 } : {};
  return { ...incident, ...told, ...reopened, snoozedUntil, toldAt: now };
}

function contentOf(
  room: AlertRoom,
  {
    rule,
    look,
    members,
    before,
  }: { rule: Rule; look: Look; members: readonly Member[]; before: IncidentContent | null },
  { tenant, moments }: SettleContext,
): IncidentContent {
  if (look.kind === 'unknown' && before)
    return { ...before, unknown: before.unknown ?? { since: moments.now.toString(), reason: look.reason } };
  if (members.length === 0 && before) return { ...before, unknown: null };
  const { most = mostLines, ...told } = room.tell(rule as never, members, tenant);
  const sorted = members.toSorted((a, b) => b.facts.rank - a.facts.rank);
  const lines = sorted.flatMap(({ facts }) => facts.lines ?? [facts.line]);
  const [first] = sorted;
  const valued = first?.facts.valueText === undefined ? null : { rank: first.facts.rank, text: first.facts.valueText };
  const worst = before?.worst && (!valued || before.worst.rank >= valued.rank) ? before.worst : valued;
  const assigned = members.map(({ facts }) => facts.assigned);
  return {
    ...told,
    lines: lines.slice(0, most),
    more: Math.max(0, lines.length - most),
    assigned: assigned.every((one) => typeof one === 'string') ? [...new Set(assigned as string[])] : [],
    ...{ worst, unknown: null },
  };
}

export function newIncident(
  { tenantId, ruleId }: Rule,
  {
    key,
    labels,
    now,
    incidentId,
    since,
  }: Pick<Group, 'key' | 'labels'> & { now: Temporal.Instant; incidentId: number; since: Temporal.Instant },
): Incident {
  return {
    ...{ tenantId, incidentId, ruleId, groupKey: key, labels, state: 'waiting', severity: 1, worstSeverity: 1 },
    ...{
      since,
      openedAt: now,
      resolvedAt: null,
      version: 1,
      announcedAt: null,
      announced: [],
      announcedSeverity: null,
    },
    ...{ toldAt: null, repeatedAt: null, muted: null, mutedSince: null, acknowledgedAt: null, acknowledgedBy: null },
    ...{ assignedTo: null, snoozedUntil: null, snoozedBy: null, escalated: 0 },
    content: {
      stateWord: '',
      headline: '',
      lines: [],
      more: 0,
      threshold: '',
      assigned: [],
      words: null,
      worst: null,
      unknown: null,
    },
  };
}

function memberOf({ labels, severity, since, firedAt, pendingAt, facts }: Instance): Member {
  return { labels, severity, since, firedAt: firedAt ?? pendingAt, facts };
}

/**
 * A thing that fires again is another one: the same set of them is not the same news. Nor is one that has become critical
 * since, beside others that are.
 */
export function episodeOf({ fingerprint, episode, severity }: Instance): string {
  return `${fingerprint}#${episode}${severity === 3 ? critical : ''}`;
}

function severityOf(instances: readonly Instance[]): Severity | null {
  return instances.length === 0 ? null : (Math.max(...instances.map(({ severity }) => severity)) as Severity);
}

export function sinceOf(instances: readonly Instance[]): Temporal.Instant {
  return earliest(instances.map(({ since }) => since))!;
}

/** When the last one was well again. */
function resolvedAtOf(instances: readonly Instance[]): Temporal.Instant | null {
  const ends = instances.flatMap(({ resolvedAt }) => resolvedAt ?? []);
  return ends.length === 0 ? null : ends.reduce((a, b) => (Temporal.Instant.compare(a, b) >= 0 ? a : b));
}

function namesOf(instances: readonly Instance[]): Readonly<Record<string, string>> {
  return Object.assign({}, ...instances.map(({ facts }) => facts.names ?? {}));
}

/** All of it belongs to a team that is told of already. */
function withinTeam(rule: Rule, firing: readonly Instance[], { teamIncident }: SettleContext) {
  const found = firing.map((instance) => teamIncident(rule, instance));
  const [first] = found;
  return first && found.every((one) => one !== null) ? first : null;
}

/** Whether its message would be another one. */
function isOther(before: Incident, now: Incident): boolean {
  const shown = ({ state, severity, content, muted, snoozedUntil, escalated }: Incident) => [
    ...[state, severity, content, muted, snoozedUntil?.epochMilliseconds, escalated],
  ];
  return !isDeepStrictEqual(shown(before), shown(now));
}

function isBy(due: Temporal.Instant, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(due, now) <= 0;
}
