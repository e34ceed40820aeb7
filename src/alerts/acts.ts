import sql from 'sql-template-tag';
import type { Queryable, Tx } from '../db/db.ts';
import type { Moments } from '../deliveries/ledger.ts';
import type { Tenant } from '../domain/tenant.ts';
import { reply, requestEdits } from './deliver.ts';
import type { HistoryKind, Incident } from './incident.ts';
import { addHistory, historyOf, incidentOf, lockIncident, putIncident } from './store/incidents.ts';
import { lookSoon } from './store/rules.ts';
import { momentText } from './wording.ts';

/** Whoever acts: `slack:U...` or a person id, and as they are called. */
export interface Actor {
  id: string;
  name: string;
}

/** What can be done with an incident. */
export type Act =
  | { kind: 'acknowledge' }
  | { kind: 'unacknowledge' }
  | { kind: 'snooze'; until: Temporal.Instant }
  | { kind: 'wake' }
  /** To whoever acts; what somebody takes on they have seen, too. */
  | { kind: 'assign' }
  | { kind: 'opinion'; useful: boolean };

export type ActOutcome =
  | { kind: 'done'; incident: Incident }
  /** Nothing was changed: somebody was there before, or there is nothing left to do. `why`: a whole sentence. */
  | { kind: 'nothing'; why: string }
  | { kind: 'unknown' };

type TenantZone = Pick<Tenant, 'tenantId' | 'timezone' | 'locale'>;

/**
 * Does something with an incident, on behalf of somebody who may (mayAct). Done twice, it is done once. What was done stands
 * in the history and in the threads, the messages are changed, and the rule is looked at at once, so that pages and waits
 * follow.
 */
export async function act(
  tx: Tx,
  tenant: TenantZone,
  incidentId: number,
  deed: Act,
  actor: Actor,
  moments: Moments,
): Promise<ActOutcome> {
  const { tenantId } = tenant;
  const { now } = moments;
  const seen = await incidentOf(tx, tenantId, incidentId);
  if (!seen) return { kind: 'unknown' };
  // The rule before its incident, as looks lock them. What people think of it changes nothing that a rule does.
  if (deed.kind !== 'opinion') await lookSoon(tx, tenantId, seen.ruleId, now);
  const incident = await lockIncident(tx, tenantId, incidentId);
  if (!incident) return { kind: 'unknown' };
  if (deed.kind === 'opinion' && !(await putOpinion(tx, incident, actor, deed.useful, now)))
    return { kind: 'nothing', why: `You have said so already: ${deed.useful ? 'useful' : 'not useful'}.` };
  const names = new Map(
    (await historyOf(tx, tenantId, incidentId)).map(({ person, personName }) => [person, personName]),
  );
  const nameOf = (id: string | null) => (id === actor.id ? 'You' : (names.get(id) ?? id ?? 'Somebody'));
  const decided = decideAct(incident, deed, actor, { now, tenant, nameOf });
  if ('nothing' in decided) return { kind: 'nothing', why: decided.nothing };
  const changed: Incident = { ...incident, ...decided.change, version: incident.version + 1 };
  await putIncident(tx, changed);
  const entry = await addHistory(tx, changed, {
    ...{ at: now, kind: decided.kind, text: decided.text, told: true },
    ...{ person: actor.id, personName: actor.name },
  });
  await reply(tx, changed, entry, moments);
  await requestEdits(tx, changed, moments, { urgent: true });
  return { kind: 'done', incident: changed };
}

export interface Decided {
  change: Partial<Incident>;
  kind: HistoryKind;
  /** Behind the name of whoever did it. */
  text: string;
}

/** What an act comes to. Pure; `nameOf` says `You` of whoever acts. */
export function decideAct(
  incident: Incident,
  deed: Act,
  actor: Actor,
  { now, tenant, nameOf }: { now: Temporal.Instant; tenant: TenantZone; nameOf: (id: string | null) => string },
): Decided | { nothing: string } {
  const { incidentId, acknowledgedAt, acknowledgedBy, assignedTo, snoozedUntil, snoozedBy } = incident;
  if (deed.kind === 'opinion')
    return {
      change: {},
      kind: 'opinion',
      text: deed.useful ? 'says it was useful after all' : 'says it was not useful',
    };
  if (incident.state === 'resolved') return { nothing: overText(incident, tenant) };
  const isSnoozed = snoozedUntil !== null && Temporal.Instant.compare(snoozedUntil, now) > 0;
  const acknowledged = { acknowledgedAt: now, acknowledgedBy: actor.id, snoozedUntil: null, snoozedBy: null };
  switch (deed.kind) {
    case 'acknowledge':
      if (acknowledgedAt !== null)
        return {
          nothing: `${nameOf(acknowledgedBy)} acknowledged incident ${incidentId} already: ${momentText(acknowledgedAt, tenant)}.`,
        };
      return { change: acknowledged, kind: 'acknowledged', text: 'acknowledged it' };
    case 'unacknowledge':
      if (acknowledgedAt === null) return { nothing: `Nobody has acknowledged incident ${incidentId}.` };
      return {
        change: { acknowledgedAt: null, acknowledgedBy: null, assignedTo: assignedTo === actor.id ? null : assignedTo },
        ...{ kind: 'acknowledged', text: 'took the acknowledgement back' },
      };
    case 'snooze': {
      const until = momentText(deed.until, tenant, now);
      if (Temporal.Instant.compare(deed.until, now) <= 0) return { nothing: `${until} is over already.` };
      if (isSnoozed && snoozedUntil.equals(deed.until))
        return { nothing: `${nameOf(snoozedBy)} snoozed incident ${incidentId} already, until ${until}.` };
      const change = { snoozedUntil: deed.until, snoozedBy: actor.id };
      return { change, kind: 'snoozed', text: `snoozed it until ${until}` };
    }
    case 'wake':
      if (!isSnoozed) return { nothing: `Incident ${incidentId} is not snoozed.` };
      return { change: { snoozedUntil: null, snoozedBy: null }, kind: 'snoozed', text: 'ended the snooze' };
    case 'assign': {
      if (assignedTo === actor.id) return { nothing: `You have incident ${incidentId} already.` };
      const change = { assignedTo: actor.id, ...(acknowledgedAt === null ? acknowledged : {}) };
      const text = assignedTo === null ? 'takes care of it' : `takes it over from ${nameOf(assignedTo)}`;
      return { change, kind: 'assigned', text };
    }
  }
}

function overText(incident: Incident, tenant: TenantZone): string {
  const { incidentId, resolvedAt, since, content } = incident;
  const at = momentText(resolvedAt ?? since, tenant);
  return content.closed !== undefined
    ? `Incident ${incidentId} is closed since ${at}: ${content.closed}.`
    : `Incident ${incidentId} is over: it recovered ${at}. There is nothing left to do.`;
}

/** Whether that is another word than the person's last one. */
async function putOpinion(
  tx: Queryable,
  { tenantId, incidentId }: Incident,
  { id }: Actor,
  useful: boolean,
  now: Temporal.Instant,
): Promise<boolean> {
  const touched = await tx.run(sql`
    insert into ops.alert_opinions as o (tenant_id, incident_id, person, useful, at)
    values (${tenantId}, ${incidentId}, ${id}, ${useful}, ${now.toString()})
    on conflict (tenant_id, incident_id, person) do update set useful = excluded.useful, at = excluded.at
    where o.useful <> excluded.useful`);
  return touched > 0;
}

/** Who says that an incident was not useful to them. */
export async function notUsefulTo(db: Queryable, tenantId: number, incidentId: number): Promise<string[]> {
  const rows = await db.query<{ person: string }>(sql`
    select person from ops.alert_opinions
    where tenant_id = ${tenantId} and incident_id = ${incidentId} and not useful order by at, person`);
  return rows.map(({ person }) => person);
}
