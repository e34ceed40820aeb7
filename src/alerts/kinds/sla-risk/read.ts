import sql, { raw, type Sql } from 'sql-template-tag';
import type { slaMetrics } from '../../../config/alerts.ts';
import type { Queryable } from '../../../db/db.ts';

export type MetricName = (typeof slaMetrics)[number];

/** What of a ticket is told, and what rules pick it by. Ids have their source before them; `''` where it has none. */
export interface Ticket {
  /** `source/id` */
  key: string;
  id: string;
  priority: string | null;
  team: string;
  teamName: string | null;
  account: string;
  accountName: string | null;
  operator: string;
  operatorName: string | null;
  createdAt: number;
  /** It has changed and waits to be evaluated again: its clocks may be others by now. */
  waits: boolean;
}

/** A clock that runs. Instants are epoch milliseconds. */
export interface RunningClock {
  ticket: Ticket;
  metric: MetricName;
  cycle: number;
  startedAt: number;
  riskAt: number | null;
  dueAt: number | null;
}

/** A target that has passed. Instants are epoch milliseconds. */
export interface Breach {
  ticket: Ticket;
  metric: MetricName;
  cycle: number;
  breachedAt: number;
  /** When it was answered or resolved, or the ticket ended; null: it still waits. */
  endedAt: number | null;
  seq: number;
}

export interface Reading {
  clocks: readonly RunningClock[];
  breaches: readonly Breach[];
  /** The latest breach there is. */
  seq: number;
}

export interface ReadingTerms {
  /** Clocks are read that are at risk by then (null: nobody asks for those), or due by `dueBy`. Epoch milliseconds. */
  riskBy: number | null;
  dueBy: number;
  /** Breaches are read that still wait and came since `waitingSince`, all since `since`, all known after `seqAfter`, and these. */
  waitingSince: number;
  since: number | null;
  seqAfter: number | null;
  seqs: readonly number[];
}

/** A ticket as its columns are read. */
export interface TicketRow {
  source: string;
  id: string;
  priority: string | null;
  team_id: string | null;
  team: string | null;
  account_id: string | null;
  account: string | null;
  operator_id: string | null;
  operator: string | null;
  created: number;
  waits: boolean;
}

interface ClockRow extends TicketRow {
  first_due: number | null;
  first_risk: number | null;
  first_runs: boolean;
  resolution_due: number | null;
  resolution_risk: number | null;
  resolution_runs: boolean;
  next_due: number | null;
  next_risk: number | null;
  next_runs: boolean;
  next_cycle: number | null;
  next_asked: number | null;
}

/**
 * Reads what is at risk, comes due or has been breached, by index: two looks, however many tickets there are. Tickets of
 * demo accounts have no part in any number, and none here.
 */
export async function readRisk(reader: Queryable, tenantId: number, terms: ReadingTerms): Promise<Reading> {
  const tickets = new Map<string, Ticket>();
  const atRisk = terms.riskBy === null ? sql`` : sql`s.next_risk_at <= ${instant(terms.riskBy)} or`;
  const clockRows = await reader.query<ClockRow>(sql`
    select ${ticketColumns(tenantId)},
      ${ms(sql`s.first_response_due_at`)} as first_due, ${ms(sql`s.first_response_risk_at`)} as first_risk,
      s.first_response_state = 'pending' as first_runs,
      ${ms(sql`s.resolution_due_at`)} as resolution_due, ${ms(sql`s.resolution_risk_at`)} as resolution_risk,
      s.resolution_state = 'pending' as resolution_runs,
      ${ms(sql`s.next_response_due_at`)} as next_due, ${ms(sql`s.next_response_risk_at`)} as next_risk,
      coalesce(s.next_response_state = 'pending', false) as next_runs, s.next_response_cycle as next_cycle,
      ${ms(sql`s.next_response_asked_at`)} as next_asked
    from crm.ticket_sla s
    ${ticketJoins(tenantId, 's')}
    where s.tenant_id = ${tenantId} and ${realTickets(tenantId)}
      and (${atRisk} s.next_due_at <= ${instant(terms.dueBy)})`);
  const clocks = clockRows.flatMap((row): RunningClock[] => {
    const ticket = ticketOf(tickets, row);
    const of = (metric: MetricName, runs: boolean, riskAt: number | null, dueAt: number | null): RunningClock[] =>
      runs ? [{ ticket, metric, cycle: 1, startedAt: row.created, riskAt, dueAt }] : [];
    return [
      ...of('first-response', row.first_runs, row.first_risk, row.first_due),
      ...of('resolution', row.resolution_runs, row.resolution_risk, row.resolution_due),
      ...of('next-response', row.next_runs, row.next_risk, row.next_due).map((clock) => ({
        ...clock,
        cycle: row.next_cycle ?? 1,
        startedAt: row.next_asked ?? row.created,
      })),
    ];
  });
  const since = terms.since === null ? sql`null` : instant(terms.since);
  const breachRows = await reader.query<
    TicketRow & { metric: MetricName; cycle: number; breached: number; ended: number | null; seq: number }
  >(sql`
    select ${ticketColumns(tenantId)}, b.metric, b.cycle, b.seq, ${ms(sql`b.breached_at`)} as breached,
      ${ms(sql`b.ended_at`)} as ended
    from (
      select * from crm.sla_breaches
      where tenant_id = ${tenantId} and breached_at > ${instant(terms.waitingSince)} and ended_at is null
      union
      select * from crm.sla_breaches where tenant_id = ${tenantId} and breached_at >= ${since}
      union
      select * from crm.sla_breaches where tenant_id = ${tenantId} and seq > ${terms.seqAfter}::bigint
      union
      select * from crm.sla_breaches where tenant_id = ${tenantId} and seq = any (${terms.seqs as number[]}::bigint[])
    ) as b
    ${ticketJoins(tenantId, 'b')}
    where ${realTickets(tenantId)}
    order by b.seq`);
  const breaches = breachRows.map((row) => ({
    ticket: ticketOf(tickets, row),
    ...{ metric: row.metric, cycle: row.cycle, breachedAt: row.breached, endedAt: row.ended, seq: row.seq },
  }));
  return { clocks, breaches, seq: await latestBreach(reader, tenantId) };
}

/** Number of the latest breach that came to be known; 0 for none. */
export async function latestBreach(reader: Queryable, tenantId: number): Promise<number> {
  const [row] = await reader.query<{ seq: number }>(sql`
    select seq from crm.sla_breaches where tenant_id = ${tenantId} order by seq desc limit 1`);
  return row?.seq ?? 0;
}

/** Of a statement with `ticketJoins`. */
export function ticketColumns(tenantId: number): Sql {
  return sql`
    t.source, t.id, t.priority, nullif(t.team_id, '') as team_id, tm.name as team, nullif(t.account_id, '') as account_id,
    a.name as account, nullif(t.operator_id, '') as operator_id, o.name as operator, ${ms(sql`t.created_at`)} as created,
    exists (
      select from ops.sla_marks m where m.tenant_id = ${tenantId} and m.source = t.source and m.ticket_id = t.id
    ) as waits`;
}

/** The ticket of a row, and what its ids are called. */
export function ticketJoins(tenantId: number, of: 's' | 'b' | 'c'): Sql {
  const row = raw(of);
  return sql`
    join crm.tickets t on t.tenant_id = ${tenantId} and t.source = ${row}.source and t.id = ${row}.id
    left join crm.teams tm on tm.tenant_id = ${tenantId} and tm.source = t.source and tm.id = t.team_id
    left join crm.accounts a on a.tenant_id = ${tenantId} and a.source = t.source and a.id = t.account_id
    left join crm.operators o on o.tenant_id = ${tenantId} and o.source = t.source and o.id = t.operator_id`;
}

/** As KPIs have it: not deleted, and of no demo account. */
export function realTickets(tenantId: number): Sql {
  return sql`
    t.deleted_at is null and not coalesce(a.demo, false) and not exists (
      select from ops.tenants n where n.tenant_id = ${tenantId} and t.account_id = any (n.demo_accounts))`;
}

/** One object a ticket. */
export function ticketOf(known: Map<string, Ticket>, row: TicketRow): Ticket {
  const key = `${row.source}/${row.id}`;
  const own = (id: string | null) => (id === null ? '' : `${row.source}/${id}`);
  const ticket = known.get(key) ?? {
    ...{ key, id: row.id, priority: row.priority, waits: row.waits, createdAt: row.created },
    ...{ team: own(row.team_id), teamName: row.team ?? row.team_id },
    ...{ account: own(row.account_id), accountName: row.account ?? row.account_id },
    ...{ operator: own(row.operator_id), operatorName: row.operator ?? row.operator_id },
  };
  known.set(key, ticket);
  return ticket;
}

/** Epoch milliseconds. */
export function ms(column: Sql): Sql {
  return sql`(extract(epoch from ${column}) * 1000)::bigint`;
}

export function instant(at: number): Sql {
  return sql`${Temporal.Instant.fromEpochMilliseconds(at).toString()}::timestamptz`;
}
