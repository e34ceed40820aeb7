import sql, { type Sql } from 'sql-template-tag';
import type { Queryable, Tx } from '../../db/db.ts';
import { lockIncidentNumbers } from '../../db/locks.ts';
import type { HistoryEntry, HistoryKind, Incident } from '../incident.ts';

const columns = sql`
  tenant_id as "tenantId", incident_id as "incidentId", rule_id as "ruleId", group_key as "groupKey", labels, state,
  severity, worst_severity as "worstSeverity", since, opened_at as "openedAt", resolved_at as "resolvedAt", content, version,
  announced_at as "announcedAt", announced, announced_severity as "announcedSeverity", told_at as "toldAt",
  repeated_at as "repeatedAt", muted, muted_since as "mutedSince", acknowledged_at as "acknowledgedAt",
  acknowledged_by as "acknowledgedBy", assigned_to as "assignedTo", snoozed_until as "snoozedUntil",
  snoozed_by as "snoozedBy", escalated`;

async function read(db: Queryable, tenantId: number, where: Sql): Promise<Incident[]> {
  return db.query<Incident>(sql`
    select ${columns} from ops.alert_incidents where tenant_id = ${tenantId} and ${where} order by incident_id`);
}

export async function incidentOf(db: Queryable, tenantId: number, incidentId: number): Promise<Incident | undefined> {
  return (await read(db, tenantId, sql`incident_id = ${incidentId}`))[0];
}

/** For whoever changes it: locked until the transaction ends. */
export async function lockIncident(tx: Queryable, tenantId: number, incidentId: number): Promise<Incident | undefined> {
  const rows = await tx.query<Incident>(sql`
    select ${columns} from ops.alert_incidents
    where tenant_id = ${tenantId} and incident_id = ${incidentId} for update`);
  return rows[0];
}

/** Those that people have been told of and that are not over, the worst and latest first. */
export function openIncidents(db: Queryable, tenantId: number): Promise<Incident[]> {
  return db.query<Incident>(sql`
    select ${columns} from ops.alert_incidents
    where tenant_id = ${tenantId} and state = 'firing'
    order by severity desc, opened_at desc, incident_id desc`);
}

/** Those that people have been told of and that are over since then, the latest first. */
export function resolvedIncidents(db: Queryable, tenantId: number, since: Temporal.Instant): Promise<Incident[]> {
  return db.query<Incident>(sql`
    select ${columns} from ops.alert_incidents
    where tenant_id = ${tenantId} and state = 'resolved' and resolved_at >= ${since.toString()}::timestamptz
    order by resolved_at desc, incident_id desc`);
}

/** The incidents of a rule that are not over, locked until the transaction ends. */
export async function lockOpenIncidents(tx: Tx, tenantId: number, ruleId: number): Promise<Incident[]> {
  return tx.query<Incident>(sql`
    select ${columns} from ops.alert_incidents
    where tenant_id = ${tenantId} and rule_id = ${ruleId} and state <> 'resolved'
    order by incident_id for update`);
}

/** The incidents of some rules that are not over, by rule; not locked. */
export async function openIncidentsOf(
  db: Queryable,
  tenantId: number,
  ruleIds: readonly number[],
): Promise<Map<number, Incident[]>> {
  const found = await read(db, tenantId, sql`state <> 'resolved' and rule_id = any (${ruleIds as number[]}::bigint[])`);
  return Map.groupBy(found, ({ ruleId }) => ruleId);
}

/** The next number. Numbers are consecutive within a tenant: people type them. */
export async function nextIncidentId(tx: Tx, tenantId: number): Promise<number> {
  await lockIncidentNumbers(tx, tenantId);
  const [row] = await tx.query<{ id: number }>(sql`
    select coalesce(max(incident_id), 0) + 1 as id from ops.alert_incidents where tenant_id = ${tenantId}`);
  return row!.id;
}

/** Writes an incident, new or changed. */
export async function putIncident(tx: Queryable, incident: Incident): Promise<void> {
  await tx.run(sql`
    insert into ops.alert_incidents (tenant_id, incident_id, rule_id, group_key, labels, state, severity, worst_severity,
      since, opened_at, resolved_at, content, version, announced_at, announced, announced_severity, told_at, repeated_at,
      muted, muted_since, acknowledged_at, acknowledged_by, assigned_to, snoozed_until, snoozed_by, escalated)
    values (${incident.tenantId}, ${incident.incidentId}, ${incident.ruleId}, ${incident.groupKey},
      ${JSON.stringify(incident.labels)}::jsonb, ${incident.state}, ${incident.severity}, ${incident.worstSeverity},
      ${incident.since.toString()}, ${incident.openedAt.toString()}, ${text(incident.resolvedAt)},
      ${JSON.stringify(incident.content)}::jsonb, ${incident.version}, ${text(incident.announcedAt)},
      ${incident.announced as string[]}::text[], ${incident.announcedSeverity}, ${text(incident.toldAt)},
      ${text(incident.repeatedAt)}, ${incident.muted}, ${text(incident.mutedSince)}, ${text(incident.acknowledgedAt)},
      ${incident.acknowledgedBy}, ${incident.assignedTo}, ${text(incident.snoozedUntil)}, ${incident.snoozedBy},
      ${incident.escalated})
    on conflict (tenant_id, incident_id) do update
    set labels = excluded.labels, state = excluded.state, severity = excluded.severity,
      worst_severity = excluded.worst_severity, since = excluded.since, resolved_at = excluded.resolved_at,
      content = excluded.content, version = excluded.version, announced_at = excluded.announced_at,
      announced = excluded.announced, announced_severity = excluded.announced_severity, told_at = excluded.told_at,
      repeated_at = excluded.repeated_at, muted = excluded.muted, muted_since = excluded.muted_since,
      acknowledged_at = excluded.acknowledged_at, acknowledged_by = excluded.acknowledged_by,
      assigned_to = excluded.assigned_to, snoozed_until = excluded.snoozed_until, snoozed_by = excluded.snoozed_by,
      escalated = excluded.escalated`);
}

/** An incident that nobody was told of and that is over leaves no trace. */
export async function forgetIncident(tx: Queryable, { tenantId, incidentId }: Incident): Promise<void> {
  await tx.run(sql`
    delete from ops.alert_incidents where tenant_id = ${tenantId} and incident_id = ${incidentId}`);
}

export interface NewEntry {
  at: Temporal.Instant;
  kind: HistoryKind;
  person?: string;
  personName?: string;
  text: string;
  /** Whether it is told in the thread. */
  told: boolean;
}

/** Adds to the history of an incident that is locked; returns the number of the entry. */
export async function addHistory(tx: Queryable, incident: Incident, entry: NewEntry): Promise<number> {
  const { tenantId, incidentId } = incident;
  const [row] = await tx.query<{ entry: number }>(sql`
    insert into ops.alert_history (tenant_id, incident_id, entry, at, kind, person, person_name, text, told)
    select ${tenantId}, ${incidentId}, coalesce(max(entry), 0) + 1, ${entry.at.toString()}::timestamptz, ${entry.kind},
      ${entry.person ?? null}, ${entry.personName ?? null}, ${entry.text}, ${entry.told}
    from ops.alert_history where tenant_id = ${tenantId} and incident_id = ${incidentId}
    returning entry`);
  return row!.entry;
}

export function historyOf(db: Queryable, tenantId: number, incidentId: number): Promise<HistoryEntry[]> {
  return db.query<HistoryEntry>(sql`
    select entry, at, kind, person, person_name as "personName", text from ops.alert_history
    where tenant_id = ${tenantId} and incident_id = ${incidentId} order by entry`);
}

function text(at: Temporal.Instant | null): string | null {
  return at?.toString() ?? null;
}

/**
 * Since when somebody is waited for to acknowledge it: since it was first told, or told again after somebody had
 * acknowledged or snoozed it. Null where nobody was told yet.
 */
export async function unansweredSince(
  tx: Queryable,
  { tenantId, incidentId, announcedAt }: Incident,
): Promise<Temporal.Instant | null> {
  const [row] = await tx.query<{ since: Temporal.Instant | null }>(sql`
    select min(told.at) as since
    from ops.alert_history told
    where told.tenant_id = ${tenantId} and told.incident_id = ${incidentId} and told.kind in ('worse', 'repeated')
      and told.entry > (
        select max(entry) from ops.alert_history
        where tenant_id = ${tenantId} and incident_id = ${incidentId} and kind in ('acknowledged', 'snoozed'))`);
  return row?.since ?? announcedAt;
}
