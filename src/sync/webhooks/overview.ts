import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';

/** What has come from one source, as far as it is remembered. */
export interface SourceOverview {
  source: string;
  /** Events by state; those there are none of are left out. */
  states: Record<string, number>;
  lastReceivedAt: Temporal.Instant;
  /** The one still to be applied that was received first: how far behind we are. */
  oldestStoredAt: Temporal.Instant | null;
  oldestWaiting: { type: string; objectId: string; receivedAt: Temporal.Instant } | null;
}

/** Events of one source that came to nothing for one reason, or are tried again. */
export interface Trouble {
  source: string;
  state: string;
  type: string | null;
  reason: string;
  events: number;
  lastEventId: string;
  lastReceivedAt: Temporal.Instant;
}

/** Most reasons that are listed; the latest. */
const mostTroubles = 20;

/** For the person who connects a sender or looks why something is missing. */
export async function webhookOverview(
  db: Queryable,
  tenantId: number,
): Promise<{ sources: SourceOverview[]; troubles: Trouble[] }> {
  const rows = await db.query<{
    source: string;
    states: Record<string, number>;
    last_received_at: Temporal.Instant;
    oldest_stored_at: Temporal.Instant | null;
  }>(sql`
    select source, jsonb_object_agg(state, events) as states, max(last_at) as last_received_at,
      min(first_at) filter (where state = 'stored') as oldest_stored_at
    from (
      select source, state, count(*)::int as events, max(received_at) as last_at, min(received_at) as first_at
      from ops.webhook_events
      where tenant_id = ${tenantId}
      group by source, state
    ) as s
    group by source
    order by source`);
  const waiting = await db.query<{
    source: string;
    type: string;
    object_id: string;
    received_at: Temporal.Instant;
  }>(sql`
    select distinct on (source) source, type, object_id, received_at from ops.webhook_events
    where tenant_id = ${tenantId} and state = 'waiting'
    order by source, received_at, event_id`);
  const troubles = await db.query<{
    source: string;
    state: string;
    type: string | null;
    reason: string;
    events: number;
    last_event_id: string;
    last_received_at: Temporal.Instant;
  }>(sql`
    select source, state, type, reason, count(*)::int as events,
      (array_agg(event_id order by received_at desc, event_id))[1] as last_event_id, max(received_at) as last_received_at
    from ops.webhook_events
    where tenant_id = ${tenantId} and reason is not null and state in ('rejected', 'ignored', 'stored')
    group by source, state, type, reason
    order by last_received_at desc, source, reason
    limit ${mostTroubles}`);
  return {
    sources: rows.map((row) => {
      const oldest = waiting.find(({ source }) => source === row.source);
      return {
        source: row.source,
        states: row.states,
        lastReceivedAt: row.last_received_at,
        oldestStoredAt: row.oldest_stored_at,
        oldestWaiting: oldest
          ? { type: oldest.type, objectId: oldest.object_id, receivedAt: oldest.received_at }
          : null,
      };
    }),
    troubles: troubles.map((row) => ({
      source: row.source,
      state: row.state,
      type: row.type,
      reason: row.reason,
      events: row.events,
      lastEventId: row.last_event_id,
      lastReceivedAt: row.last_received_at,
    })),
  };
}
