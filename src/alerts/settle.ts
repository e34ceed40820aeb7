import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '../db/db.ts';
import type { Moments } from '../deliveries/ledger.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { OpenTime } from '../sla/open-time.ts';
import type { Condition, Look } from './condition.ts';
import { announce, reply, requestEdits } from './deliver.ts';
import { escalate, isOnlyInDigest } from './escalate.ts';
import { type Incident, type IncidentContent, mostLines } from './incident.ts';
import type { AlertRoom, Member } from './kinds/room.ts';
import type { Route, Rule, Severity } from './rule.ts';
import { advance, earliest, type Instance } from './stages/advance.ts';
import { catchUp } from './stages/catch-up.ts';
import { critical, type Decision, decide } from './stages/dedup.ts';
import { type Group, group, groupLabels } from './stages/group.ts';
import { type Muting, muteOf, type Silence } from './stages/mute.ts';
import { routeOf } from './stages/route.ts';
import { addHistory, forgetIncident, lockOpenIncidents, nextIncidentId, putIncident } from './store/incidents.ts';
import { putInstances } from './store/instances.ts';
import { endedText, openedText, toldText } from './wording.ts';

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

export interface Settled {
  /** When the rule has to be looked at again by time alone; null: nothing waits for it. */
  nextAt: Temporal.Instant | null;
  /** Incidents that people were told of, by why, and when what they were told began by the data. */
  told: { incidentId: number; reason: string; at: Temporal.Instant }[];
}

/**
 * The stages behind a look at one rule, in their order: advance what it watches, group, inhibit and mute, dedup, deliver,
 * record. To be called in the transaction that records the look, with the rule locked: so a crash leaves all of it or
 * nothing, and of two processes one writes.
 */
export async function settle(
  tx: Tx,
  room: AlertRoom,
  { rule, look, known }: { rule: Rule; look: Look; known: readonly Instance[] },
  context: SettleContext,
): Promise<Settled> {
  const { now } = context.moments;
  const incidents = await lockOpenIncidents(tx, rule.tenantId, rule.ruleId);
  const advanced =
    look.kind === 'unknown'
      ? { instances: known.filter(({ state }) => state !== 'resolved'), nextAt: null }
      : catchUp(known, { earlier: earlierOf(look), conditions: conditionsOf(look, known) }, rule.policy, now);
  const groups = group(advanced.instances, incidents, groupLabels(rule.policy));
  const wakes = [advanced.nextAt];
  const told: Settled['told'] = [];
  const incidentOf = new Map<string, number>();
  // Those that fire first: what has left another group is then known by its new incident.
  const fires = ({ instances }: Group) => (instances.some(({ state }) => state === 'firing') ? 0 : 1);
  for (const one of groups.toSorted((a, b) => fires(a) - fires(b))) {
    const movedTo = movedFrom(one, advanced.instances, incidentOf);
    const settled = await settleGroup(tx, room, { rule, look, group: one, movedTo }, context);
    wakes.push(settled.nextAt);
    if (settled.told) told.push(settled.told);
    if (settled.incidentId !== null)
      for (const { fingerprint } of one.instances) incidentOf.set(fingerprint, settled.incidentId);
  }
  await putInstances(
    tx,
    rule,
    advanced.instances.map((instance) => ({ ...instance, incidentId: incidentOf.get(instance.fingerprint) ?? null })),
  );
  return { nextAt: earliest(wakes), told };
}

/** What was so at the last look, where nothing has changed since. */
function conditionsOf(look: Exclude<Look, { kind: 'unknown' }>, known: readonly Instance[]): readonly Condition[] {
  if (look.kind === 'conditions') return look.conditions;
  return known
    .filter(({ state, clearSince }) => state !== 'resolved' && clearSince === null)
    .map(({ labels, about, severity, since, facts }) => ({ labels, about, status: 'firing', severity, since, facts }));
}

function earlierOf(look: Exclude<Look, { kind: 'unknown' }>): Extract<Look, { kind: 'conditions' }>['earlier'] & {} {
  return (look.kind === 'conditions' && look.earlier) || [];
}

async function settleGroup(
  tx: Tx,
  room: AlertRoom,
  {
    rule,
    look,
    group: { instances, incident: before, key, labels },
    movedTo,
  }: { rule: Rule; look: Look; group: Group; movedTo: number | undefined },
  context: SettleContext,
): Promise<GroupSettled> {
  const { moments } = context;
  const { now } = moments;
  const base =
    before ??
    newIncident(rule, {
      ...{ key, labels, now },
      incidentId: await nextIncidentId(tx, rule.tenantId),
      since: sinceOf(firingOf(instances)),
    });
  const weighed = weigh(room, { rule, look, instances, before, base, labels, movedTo }, context);
  if (weighed.decision.kind === 'forget') {
    if (before) await forgetIncident(tx, before);
    return { nextAt: null, told: undefined, incidentId: null };
  }
  const { decision, reason, muting, route, isChanged } = weighed;
  let { incident } = weighed;
  const firing = firingOf(instances);
  const { severity } = incident;
  await putIncident(tx, incident);

  if (reason === 'first')
    await addHistory(tx, incident, { at: now, kind: 'opened', text: openedText(incident), told: false });
  else if (reason !== null) {
    const text = reason === 'resolved' ? endedText(incident, context.tenant) : toldText(incident, reason);
    const kind = ({ resolved: 'resolved', worse: 'worse', more: 'worse', repeat: 'repeated' } as const)[reason];
    const told = reason !== 'resolved' || !incident.content.quietEnd;
    const entry = await addHistory(tx, incident, { at: now, kind, text, told });
    if (told) await reply(tx, incident, entry, moments);
  }
  // What has become worse may have another route; who has it already is not told again.
  if (reason !== null && reason !== 'resolved' && !isOnlyInDigest(rule, severity))
    await announce(tx, incident, route.to, moments);
  const escalation = await escalate(tx, { incident, route, rule, muted: muting !== null }, moments);
  incident = escalation.incident;
  if ((isChanged || escalation.taken) && incident.announcedAt !== null)
    await requestEdits(tx, incident, moments, { urgent: reason !== null || escalation.taken });
  const waitsUntil = decision.kind === 'wait' ? decision.until : null;
  return {
    nextAt: earliest([
      reason === null ? waitsUntil : soonAgain(rule, reason, now),
      muting?.until ?? null,
      escalation.nextAt,
    ]),
    told:
      reason === null ? undefined : { incidentId: incident.incidentId, reason, at: causeOf(before, incident, firing) },
    incidentId: incident.incidentId,
  };
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
function weigh(
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

/**
 * Whether a look changes nothing that is stored or told, and when the rule then has to be looked at again by time alone (null:
 * not for what is known now). Undefined where it may change something: it has to be settled. Pure, so that thousands of rules
 * that go on firing cost no transaction each. What is told of unchanged things is not kept anew as long as it reads the same.
 */
export function foresee(
  room: AlertRoom,
  {
    rule,
    look,
    known,
    incidents,
  }: { rule: Rule; look: Look; known: readonly Instance[]; incidents: readonly Incident[] },
  context: SettleContext,
): { nextAt: Temporal.Instant | null } | undefined {
  if (look.kind === 'unknown' || earlierOf(look).length > 0) return undefined;
  const { instances, nextAt } = advance(known, conditionsOf(look, known), rule.policy, context.moments.now);
  const open = known.filter(({ state }) => state !== 'resolved');
  if (!isDeepStrictEqual(new Map(open.map(standing)), new Map(instances.map(standing)))) return undefined;
  const wakes = [nextAt];
  for (const one of group(instances, incidents, groupLabels(rule.policy))) {
    const { incident: before, instances: own, labels } = one;
    if (before === null || firingOf(own).length === 0) return undefined;
    const about = { rule, look, instances: own, before, base: before, labels, movedTo: undefined };
    const { decision, reason, incident, muting, route, isChanged } = weigh(room, about, context);
    const mayEscalate = route.escalate.length > incident.escalated && incident.acknowledgedAt === null;
    if (decision.kind === 'forget' || reason !== null || isChanged || mayEscalate) return undefined;
    if (!isDeepStrictEqual(incident.labels, before.labels)) return undefined;
    wakes.push(decision.kind === 'wait' ? decision.until : null, muting?.until ?? null);
  }
  return { nextAt: earliest(wakes) };
}

/** What is stored of an instance but for what is said of it. */
function standing({ fingerprint, episode, state, severity, about, since, clearSince }: Instance): [string, unknown[]] {
  const times = [since, clearSince].map((at) => at?.epochMilliseconds);
  return [fingerprint, [episode, state, severity, Object.entries(about).toSorted(), ...times]];
}

function firingOf(instances: readonly Instance[]): Instance[] {
  return instances.filter(({ state }) => state === 'firing');
}

interface GroupSettled {
  nextAt: Temporal.Instant | null;
  told: Settled['told'][number] | undefined;
  incidentId: number | null;
}

/** That it is over is told in the message itself, also where nobody would be told of anything new. */
function isTold(decision: Decision, muting: Muting | null): decision is Extract<Decision, { kind: 'tell' }> {
  return decision.kind === 'tell' && (muting === null || decision.reason === 'resolved');
}

/** After something was told the next repetition is what waits; after the end nothing. */
function soonAgain({ policy }: Rule, reason: string, now: Temporal.Instant): Temporal.Instant | null {
  if (reason === 'resolved' || policy.repeatSeconds === null) return null;
  return now.add({ seconds: policy.repeatSeconds });
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

function newIncident(
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

/** Since when what is told now has been so: the first of what nobody was told of before, or its end. */
function causeOf(
  before: Incident | null,
  { since, resolvedAt }: Incident,
  firing: readonly Instance[],
): Temporal.Instant {
  if (resolvedAt) return resolvedAt;
  const news = firing.filter((instance) => !before?.announced.includes(episodeOf(instance)));
  return before === null || before.announcedAt === null || news.length === 0 ? since : sinceOf(news);
}

/**
 * A thing that fires again is another one: the same set of them is not the same news. Nor is one that has become critical
 * since, beside others that are.
 */
function episodeOf({ fingerprint, episode, severity }: Instance): string {
  return `${fingerprint}#${episode}${severity === 3 ? critical : ''}`;
}

function severityOf(instances: readonly Instance[]): Severity | null {
  return instances.length === 0 ? null : (Math.max(...instances.map(({ severity }) => severity)) as Severity);
}

function sinceOf(instances: readonly Instance[]): Temporal.Instant {
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

/**
 * The incident that things of this one belong to now, where none of it is left here: its labels have changed, a ticket went
 * to another team. Undefined where it is over, or was told to nobody.
 */
function movedFrom(
  { instances, incident }: Group,
  all: readonly Instance[],
  incidentOf: ReadonlyMap<string, number>,
): number | undefined {
  if (!incident || instances.some(({ state }) => state === 'firing')) return undefined;
  const moved = all.find((one) => one.state === 'firing' && incident.announced.includes(episodeOf(one)));
  return moved && incidentOf.get(moved.fingerprint);
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
