import sql, { join, raw, type Sql } from 'sql-template-tag';
import { noteChange } from '../db/changes.ts';
import type { Db, Queryable, Tx } from '../db/db.ts';
import { lockStream } from '../db/locks.ts';
import { refreshStatistics } from '../db/statistics.ts';
import { rollupsOf } from '../rollups/index.ts';
import { markStored } from '../rollups/marks.ts';
import type { TenantZone } from '../rollups/rollup.ts';
import type { CompiledPolicies } from '../sla/policy.ts';
import { breachText, readBreaches, type TicketBreach, writeBreaches } from './breaches.ts';
import { type DeliveredBySource, learnDelivered } from './delivered.ts';
import { adoptPolicies, isAdopted, type SlaTerms } from './policies.ts';
import { readTickets, type TicketKey, type TicketRecord } from './ticket-record.ts';
import { slaColumnKinds, slaColumns, slaRowOf, type TicketSlaRow } from './ticket-sla-row.ts';

/** Tickets per transaction: few enough that a writer never waits long for the lock. */
const chunk = 2_000;

/** What statements look for in the stored verdicts. */
const soughtColumns = ['tenant_id', 'source', 'id', 'next_due_at', 'next_risk_at', 'last_fact_at', 'settles_at'];

export interface Swept {
  /** Tickets evaluated, and those of them whose stored verdict changed. */
  evaluated: number;
  changed: number;
}

export interface SweepOptions {
  now: Temporal.Instant;
  onProgress?: (swept: Swept) => void;
}

/**
 * Evaluates every ticket that changed and every one whose due time has come, and stores what its SLA came to: the facts
 * that time alone makes. Finds them by their marks and by the index on `next_due_at`, never by going through all tickets.
 * In chunks, each a transaction under the ticket stream's lock: a change that commits later has its own mark.
 */
export async function sweepSla(db: Db, tenant: TenantZone, terms: SlaTerms, options: SweepOptions): Promise<Swept> {
  const { now, onProgress } = options;
  await db.tx((tx) => adoptPolicies(tx, tenant, terms, now));
  const swept: Swept = { evaluated: 0, changed: 0 };
  while (await isAnythingDue(db, tenant.tenantId, now)) {
    const done = await db.tx((tx) => sweepChunk(tx, tenant, terms, now));
    if (!done) break;
    swept.evaluated += done.evaluated;
    swept.changed += done.changed;
    onProgress?.(swept);
  }
  await refreshStatistics(db, 'crm.ticket_sla', soughtColumns, swept.changed);
  return swept;
}

/** Asked without the lock: an idle sweep waits for no writer. */
async function isAnythingDue(db: Db, tenantId: number, now: Temporal.Instant): Promise<boolean> {
  const [row] = await db.query<{ due: boolean }>(sql`
    select exists (select from ops.sla_marks where tenant_id = ${tenantId})
      or exists (
        select from crm.ticket_sla where tenant_id = ${tenantId} and next_due_at <= ${now.toString()}::timestamptz
      ) as due`);
  return row?.due ?? false;
}

/**
 * What tickets are of, as topics of changes: `sla team delivery`, by name and by id, with its source and without; `none` where
 * they have none. So a rule on one team need not look at what happens to the others.
 */
async function slaTopicsOf(tx: Queryable, tenantId: number, keys: readonly TicketKey[]): Promise<string[]> {
  const rows = await tx.query<{ topic: string }>(sql`
    select distinct 'sla ' || v.thing || ' ' || lower(v.text) as topic
    from (${listOf(keys)}) as k (source, id)
    join crm.tickets t on t.tenant_id = ${tenantId} and t.source = k.source and t.id = k.id
    left join crm.teams m on m.tenant_id = ${tenantId} and m.source = t.source and m.id = t.team_id
    left join crm.accounts a on a.tenant_id = ${tenantId} and a.source = t.source and a.id = t.account_id
    cross join lateral (
      values
        ('team', coalesce(nullif(t.team_id, ''), 'none')), ('team', t.source || '/' || t.team_id), ('team', m.name),
        ('account', coalesce(nullif(t.account_id, ''), 'none')), ('account', t.source || '/' || t.account_id), ('account', a.name),
        ('priority', t.priority)
    ) as v (thing, text)
    where v.text is not null`);
  return rows.map(({ topic }) => topic);
}

/** Undefined where other policies have been adopted since this sweep began: what is due is then for those to judge. */
async function sweepChunk(
  tx: Tx,
  tenant: TenantZone,
  terms: SlaTerms,
  now: Temporal.Instant,
): Promise<Swept | undefined> {
  const { tenantId } = tenant;
  await lockStream(tx, tenantId, 'ticket');
  if (!(await isAdopted(tx, tenantId, terms))) return undefined;
  const keys = await takeDue(tx, tenantId, now);
  if (keys.length === 0) return { evaluated: 0, changed: 0 };
  const records = await readTickets(tx, tenantId, keys);
  const delivered = await learnDelivered(tx, tenantId, records);
  const stored = await readStored(tx, tenantId, keys);
  const verdicts = evaluate(records, delivered, terms.policies, now);
  const rows = verdicts.filter(({ key, row }) => isOther(stored.get(keyText(key)), row));
  if (rows.length > 0) await write(tx, tenant, rows);
  const known = await readBreaches(tx, tenantId, keys);
  const breached = verdicts.filter(
    ({ key, breaches }) => breachText(known.get(keyText(key)) ?? []) !== breachText(breaches),
  );
  await writeBreaches(tx, tenantId, breached);
  const alive = new Set(records.filter((record) => !record.deleted).map(keyText));
  const gone = keys.filter((key) => !alive.has(keyText(key)));
  if (gone.length > 0)
    await tx.run(sql`
    delete from crm.ticket_sla s using (${listOf(gone)}) as k (source, id)
    where s.tenant_id = ${tenantId} and s.source = k.source and s.id = k.id`);
  await writeBreaches(
    tx,
    tenantId,
    gone.filter((key) => known.has(keyText(key))).map((key) => ({ key, breaches: [] })),
  );
  const touched = [...[...rows, ...breached].map(({ key }) => key), ...gone];
  if (touched.length > 0) await noteChange(tx, tenantId, 'sla', ...(await slaTopicsOf(tx, tenantId, touched)));
  return { evaluated: records.length, changed: rows.length };
}

/**
 * Takes the marks of some tickets away and names them, or some whose due time has come. Marks are taken from the
 * beginning of their key and deleted within that stretch of it: asked for the first distinct tickets, or to delete those
 * of a list, the planner goes through all marks that wait, for every chunk of them.
 */
async function takeDue(tx: Queryable, tenantId: number, now: Temporal.Instant): Promise<TicketKey[]> {
  const marked = await tx.query<TicketKey>(sql`
    select distinct source, ticket_id as id from (
      select source, ticket_id from ops.sla_marks where tenant_id = ${tenantId}
      order by source, ticket_id, id limit ${chunk}
    ) as first
    order by source, ticket_id`);
  const [first, last] = [marked.at(0), marked.at(-1)];
  if (first && last) {
    await tx.run(sql`
      delete from ops.sla_marks m using (${listOf(marked)}) as k (source, id)
      where m.tenant_id = ${tenantId} and m.source = k.source and m.ticket_id = k.id
        and (m.source, m.ticket_id) >= (${first.source}, ${first.id})
        and (m.source, m.ticket_id) <= (${last.source}, ${last.id})`);
    return marked;
  }
  return tx.query<TicketKey>(sql`
    select source, id from crm.ticket_sla
    where tenant_id = ${tenantId} and next_due_at <= ${now.toString()}::timestamptz
    order by next_due_at limit ${chunk}`);
}

interface Verdict {
  key: TicketKey;
  row: TicketSlaRow;
  breaches: readonly TicketBreach[];
}

export function evaluate(
  records: readonly TicketRecord[],
  delivered: DeliveredBySource,
  policies: CompiledPolicies,
  now: Temporal.Instant,
): Verdict[] {
  return records
    .filter((record) => !record.deleted)
    .map((record) => ({
      key: record,
      ...slaRowOf(record, delivered(record.source), policies, now.epochMilliseconds),
    }));
}

/** Stored verdicts of those tickets, by `keyText`; looked up one by one, as `readTickets` does. */
export async function readStored(
  tx: Queryable,
  tenantId: number,
  keys: readonly TicketKey[],
): Promise<Map<string, TicketSlaRow>> {
  const columns = slaColumns.map((name) =>
    raw(slaColumnKinds[name] === 'instant' ? `(extract(epoch from s.${name}) * 1000)::bigint as ${name}` : `s.${name}`),
  );
  const rows = await tx.query<TicketKey & TicketSlaRow>(sql`
    select s.source, s.id, ${join(columns)} from (${listOf(keys)}) as k (source, id)
    cross join lateral (
      select * from crm.ticket_sla where tenant_id = ${tenantId} and source = k.source and id = k.id limit 1
    ) as s`);
  return new Map(rows.map((row) => [keyText(row), row]));
}

export function isOther(stored: TicketSlaRow | undefined, row: TicketSlaRow): boolean {
  return stored === undefined || slaColumns.some((name) => stored[name] !== row[name]);
}

export function keyText({ source, id }: TicketKey): string {
  return `${source}/${id}`;
}

async function write(tx: Tx, tenant: TenantZone, verdicts: readonly Verdict[]): Promise<void> {
  const dependent = rollupsOf('ticket').filter((rollup) => rollup.entityTable === 'crm.sla_tickets');
  const touched = listOf(verdicts.map(({ key }) => key));
  await markStored(tx, dependent, tenant, touched);
  const values = slaColumns.map((name) => {
    const list = verdicts.map(({ row }) => row[name]);
    if (slaColumnKinds[name] === 'text') return sql`${list}::text[]`;
    return sql`${list}::bigint[]`;
  });
  const columns = slaColumns.map((name) =>
    raw(
      slaColumnKinds[name] === 'instant' ? `timestamptz 'epoch' + v.${name} * interval '1 millisecond'` : `v.${name}`,
    ),
  );
  await tx.run(sql`
    insert into crm.ticket_sla (tenant_id, source, id, ${raw(slaColumns.join(', '))})
    select ${tenant.tenantId}::bigint, v.source, v.id, ${join(columns)}
    from unnest(
      ${verdicts.map(({ key }) => key.source)}::text[], ${verdicts.map(({ key }) => key.id)}::text[], ${join(values)}
    ) as v (source, id, ${raw(slaColumns.join(', '))})
    on conflict (tenant_id, source, id) do update
    set ${raw(slaColumns.map((name) => `${name} = excluded.${name}`).join(', '))}`);
  await markStored(tx, dependent, tenant, touched);
}

function listOf(keys: readonly TicketKey[]): Sql {
  return sql`
    select k.source, k.id from unnest(${keys.map((key) => key.source)}::text[], ${keys.map((key) => key.id)}::text[]) as k (source, id)`;
}
