import sql from 'sql-template-tag';
import type { Db } from '../../../src/db/db.ts';

/** One row of a log: the state of a ticket after a change; '' is a missing value. */
export interface LogRow {
  ticket: string;
  /** Minutes into the day. */
  minute: number;
  status: string;
  priority: string;
  operator: string;
  team: string;
}

export interface LogEvent {
  ticket_id: string;
  at: string;
  kind: string;
  old: string | null;
  new: string | null;
}

/** A missing status or priority is none; a missing operator or team is not said. */
export const logMap = `entity: ticket
rows: last
order: changed
history: [status, priority, operator_id, team_id]
fields:
  id: ticket
  created_at: created
  status: status
  priority: priority
  operator_id: {column: operator, keep: last-known}
  team_id: {column: team, keep: last-known}`;

const timeOf = (minute: number) => new Date(Date.UTC(2026, 2, 1, 0, minute)).toISOString().slice(0, 19);

export function logFile(rows: readonly LogRow[]): string {
  const lines = rows.map((row) =>
    [row.ticket, '2026-03-01', timeOf(row.minute), row.status, row.priority, row.operator, row.team].join(','),
  );
  return `ticket,created,changed,status,priority,operator,team\n${lines.join('\n')}\n`;
}

const kinds = [
  ['status', 'status', false],
  ['priority', 'priority', false],
  ['operator', 'assignee', true],
  ['team', 'team', true],
] as const;

/** A log read as a person would: ticket by ticket, minute by minute, remembering what was said last. */
export function readLog(rows: readonly LogRow[]): LogEvent[] {
  const events: LogEvent[] = [];
  for (const ticket of new Set(rows.map((row) => row.ticket))) {
    const own = rows.filter((row) => row.ticket === ticket);
    const minutes = [...new Set(own.map((row) => row.minute))].toSorted((a, b) => a - b);
    const state = new Map<string, string>();
    for (const minute of minutes) {
      const before = new Map(state);
      for (const row of own.filter((one) => one.minute === minute))
        for (const [column, kind, keeps] of kinds) if (!keeps || row[column] !== '') state.set(kind, row[column]);
      if (minute === minutes[0]) continue;
      for (const [, kind] of kinds) {
        const [old, now] = [before.get(kind) || null, state.get(kind) || null];
        if (old !== now) events.push({ ticket_id: ticket, at: timeOf(minute), kind, old, new: now });
      }
    }
  }
  return sorted(events);
}

export const sorted = (events: readonly LogEvent[]) =>
  events.toSorted((a, b) =>
    JSON.stringify([a.ticket_id, a.at, a.kind]) < JSON.stringify([b.ticket_id, b.at, b.kind]) ? -1 : 1,
  );

export async function storedEvents(db: Db, tenantId: number): Promise<LogEvent[]> {
  return sorted(
    await db.query<LogEvent>(sql`
      select ticket_id, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') as at, kind, old, new
      from crm.ticket_events e where tenant_id = ${tenantId} and deleted_at is null`),
  );
}
