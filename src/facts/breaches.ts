import sql, { type Sql } from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import type { TicketKey } from './ticket-record.ts';

export type MetricName = 'first-response' | 'next-response' | 'resolution';

/** A target of a ticket that has passed. Instants are epoch milliseconds. */
export interface TicketBreach {
  metric: MetricName;
  /** 1, and counting for next response. */
  cycle: number;
  breached: number;
  /** When it was replied to or resolved, or the ticket ended; null: it still waits. */
  ended: number | null;
  /** Since when little of the target was left; null where that was not seen coming: by a pause, or a new priority. */
  risk: number | null;
}

/** Breaches as one text, to compare them by. */
export function breachText(breaches: readonly TicketBreach[]): string | null {
  const time = (at: number | null) => (at === null ? '-' : Temporal.Instant.fromEpochMilliseconds(at).toString());
  const texts = breaches.map(({ metric, cycle, breached, ended, risk }) =>
    [metric, cycle, time(breached), time(ended), time(risk)].join(' '),
  );
  return texts.length === 0 ? null : texts.toSorted().join(', ');
}

/** Stored breaches of some tickets, by `source/id`. */
export async function readBreaches(
  tx: Queryable,
  tenantId: number,
  keys: readonly TicketKey[],
): Promise<Map<string, TicketBreach[]>> {
  const rows = await tx.query<TicketKey & TicketBreach>(sql`
    select b.source, b.id, b.metric, b.cycle, b.breached, b.ended, b.risk
    from (${listOf(keys)}) as k (source, id)
    cross join lateral (
      select source, id, metric, cycle, (extract(epoch from breached_at) * 1000)::bigint as breached,
        (extract(epoch from ended_at) * 1000)::bigint as ended, (extract(epoch from risk_at) * 1000)::bigint as risk
      from crm.sla_breaches where tenant_id = ${tenantId} and source = k.source and id = k.id
      offset 0
    ) as b`);
  return Map.groupBy(rows, ({ source, id }) => `${source}/${id}`);
}

/**
 * Writes the breaches of some tickets: those that are no longer true go, new ones get the next number. To be called under
 * the ticket stream's lock, held until the end: so a tenant's numbers are in the order in which they can be read.
 */
export async function writeBreaches(
  tx: Queryable,
  tenantId: number,
  tickets: readonly { key: TicketKey; breaches: readonly TicketBreach[] }[],
): Promise<void> {
  if (tickets.length === 0) return;
  const rows = tickets.flatMap(({ key: { source, id }, breaches }) =>
    breaches.map((breach) => ({ source, id, ...breach })),
  );
  const now = sql`
    select v.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as v (source text, id text, metric text, cycle int, breached bigint, ended bigint, risk bigint)`;
  await tx.run(sql`
    delete from crm.sla_breaches b using (${listOf(tickets.map(({ key }) => key))}) as k (source, id)
    where b.tenant_id = ${tenantId} and b.source = k.source and b.id = k.id and not exists (
      select from (${now}) as v
      where v.source = b.source and v.id = b.id and v.metric = b.metric and v.cycle = b.cycle)`);
  if (rows.length === 0) return;
  await tx.run(sql`
    insert into crm.sla_breaches (tenant_id, source, id, metric, cycle, breached_at, ended_at, risk_at)
    select ${tenantId}::bigint, v.source, v.id, v.metric, v.cycle, ${instant('breached')}, ${instant('ended')}, ${instant('risk')}
    from (${now}) as v
    order by v.breached, v.source, v.id, v.metric, v.cycle
    on conflict (tenant_id, source, id, metric, cycle) do update
    set breached_at = excluded.breached_at, ended_at = excluded.ended_at, risk_at = excluded.risk_at`);
}

function instant(column: 'breached' | 'ended' | 'risk'): Sql {
  return sql`timestamptz 'epoch' + ${{ breached: sql`v.breached`, ended: sql`v.ended`, risk: sql`v.risk` }[column]} * interval '1 millisecond'`;
}

function listOf(keys: readonly TicketKey[]): Sql {
  return sql`
    select k.source, k.id from unnest(${keys.map((key) => key.source)}::text[], ${keys.map((key) => key.id)}::text[]) as k (source, id)`;
}
