import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '../db/db.ts';
import type { Condition, Look } from './condition.ts';
import { announce, reply, requestEdits } from './deliver.ts';
import { escalate, isOnlyInDigest } from './escalate.ts';
import type { Incident } from './incident.ts';
import type { AlertRoom } from './kinds/room.ts';
import type { Rule } from './rule.ts';
import { advance, earliest, type Instance } from './stages/advance.ts';
import { catchUp } from './stages/catch-up.ts';
import { type Group, group, groupLabels } from './stages/group.ts';
import { addHistory, forgetIncident, lockOpenIncidents, nextIncidentId, putIncident } from './store/incidents.ts';
import { putInstances } from './store/instances.ts';
import { episodeOf, firingOf, newIncident, type SettleContext, sinceOf, weigh } from './weigh.ts';
import { endedText, openedText, toldText } from './wording.ts';

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
  // One that is told first has no message yet that could be changed.
  if (before !== null && (isChanged || escalation.taken) && incident.announcedAt !== null)
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

interface GroupSettled {
  nextAt: Temporal.Instant | null;
  told: Settled['told'][number] | undefined;
  incidentId: number | null;
}

/** After something was told the next repetition is what waits; after the end nothing. */
function soonAgain({ policy }: Rule, reason: string, now: Temporal.Instant): Temporal.Instant | null {
  if (reason === 'resolved' || policy.repeatSeconds === null) return null;
  return now.add({ seconds: policy.repeatSeconds });
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
