import sql, { raw, type Sql } from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import type { RecordedEvent, TicketSnapshot } from '../sla/snapshot.ts';

export interface TicketKey {
  source: string;
  id: string;
}

/** A ticket with everything its SLA depends on; instants are epoch milliseconds. */
export interface TicketRecord extends TicketKey {
  deleted: boolean;
  snapshot: TicketSnapshot;
  /** Ascending by time: what the source gives, and per kind, where it gives none, the changes seen between its states. */
  recorded: RecordedEvent[];
}

/**
 * Reads those of the tickets that exist, deleted ones too: each by its primary key, by construction. Left to choose, the
 * planner reads all tickets for a few hundred of them until there are far more.
 */
export async function readTickets(
  tx: Queryable,
  tenantId: number,
  keys: readonly TicketKey[],
): Promise<TicketRecord[]> {
  const rows = await tx.query<{
    source: string;
    id: string;
    deleted: boolean;
    snapshot: TicketSnapshot;
    events: RecordedEvent[] | null;
    changes: RecordedEvent[] | null;
  }>(sql`
    select
      t.source, t.id, t.deleted_at is not null as deleted,
      jsonb_build_object(
        'account', t.account_id, 'createdAt', ${ms('t.created_at')}, 'updatedAt', ${ms('t.updated_at')},
        'priority', t.priority, 'status', t.status, 'firstResponseAt', ${ms('t.first_response_at')},
        'resolvedAt', ${ms('t.resolved_at')}, 'closedAt', ${ms('t.closed_at')}, 'reopenedCount', t.reopened_count
      ) as snapshot,
      (
        select jsonb_agg(jsonb_build_object(
          'kind', e.kind, 'at', ${ms('e.at')}, 'old', e.old, 'new', e.new, 'automatic', coalesce(e.automatic, false)
        ) order by e.at, e.version, e.id)
        from crm.ticket_events e
        where e.tenant_id = t.tenant_id and e.source = t.source and e.ticket_id = t.id and e.deleted_at is null
      ) as events,
      (
        select jsonb_agg(jsonb_build_object(
          'kind', case c.field when 'operator_id' then 'assignee' when 'team_id' then 'team' else c.field end,
          'at', ${ms('c.at')}, 'old', c.old, 'new', c.new, 'automatic', false
        ) order by c.at, c.id)
        from crm.changes c
        where c.tenant_id = t.tenant_id and c.entity = 'ticket' and c.source = t.source and c.entity_id = t.id
          and c.field in ('status', 'priority', 'operator_id', 'team_id')
      ) as changes
    from unnest(${keys.map((key) => key.source)}::text[], ${keys.map((key) => key.id)}::text[]) as k (source, id)
    cross join lateral (
      select * from crm.tickets where tenant_id = ${tenantId} and source = k.source and id = k.id limit 1
    ) as t`);
  return rows.map(({ source, id, deleted, snapshot, events, changes }) => {
    const given = new Set(events?.map((event) => event.kind));
    const seen = (changes ?? []).filter((change) => !given.has(change.kind));
    return { source, id, deleted, snapshot, recorded: [...(events ?? []), ...seen].sort((a, b) => a.at - b.at) };
  });
}

/** A timestamp as whole epoch milliseconds, the unit of the SLA engine. */
function ms(column: string): Sql {
  return raw(`floor(extract(epoch from ${column}) * 1000)::bigint`);
}
