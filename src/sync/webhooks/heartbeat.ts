import sql from 'sql-template-tag';
import type { Tx } from '../../db/db.ts';
import type { WriteRun } from '../../ingest/batch.ts';
import type { StoredEvent } from './queue.ts';

/** Streams whose every record begins with an event of ours: of others a sender cannot promise that nothing is missing. */
export const wholeStreams: readonly string[] = ['message', 'contact', 'ticket'];

/**
 * Moves the watermarks of the streams a heartbeat names to its time, but never past an event of that stream that is not
 * applied yet: one that waits for its object says that the object's own event is missing. Events themselves never move a
 * watermark: the next one arriving says nothing about those that were lost before it.
 */
export async function moveByHeartbeats(
  tx: Tx,
  { tenant, at }: WriteRun,
  heartbeats: readonly StoredEvent[],
): Promise<void> {
  for (const { source, occurred_at, body } of heartbeats) {
    const reached = Temporal.Instant.compare(occurred_at, at) < 0 ? occurred_at : at;
    await tx.run(sql`
      insert into ops.streams as s (tenant_id, source, stream, as_of, loaded_at)
      select ${tenant.tenantId}::bigint, ${source}, n.stream,
        least(${reached.toString()}::timestamptz, (
          select min(w.occurred_at) from ops.webhook_events w
          where w.tenant_id = ${tenant.tenantId} and w.source = ${source} and w.entity = n.stream
            and w.state in ('stored', 'waiting')
        )), ${at.toString()}::timestamptz
      from unnest(${body.streams as string[]}::text[]) as n (stream)
      on conflict (tenant_id, source, stream) do update
      set as_of = greatest(s.as_of, excluded.as_of), loaded_at = greatest(s.loaded_at, excluded.loaded_at)`);
  }
}
