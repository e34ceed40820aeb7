import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import type { Delivered } from '../sla/history.ts';
import type { TicketRecord } from './ticket-record.ts';

/** What a source delivers; nothing, for one that nothing was seen of. */
export type DeliveredBySource = (source: string) => Delivered;

const nothing: Delivered = { replies: false, customerReplies: false, resolutions: false };

export async function readDelivered(tx: Queryable, tenantId: number): Promise<DeliveredBySource> {
  const rows = await tx.query<Delivered & { source: string }>(sql`
    select source, replies, customer_replies as "customerReplies", resolutions
    from ops.sla_sources where tenant_id = ${tenantId}`);
  const known = new Map(rows.map(({ source, ...delivered }) => [source, delivered]));
  return (source) => known.get(source) ?? nothing;
}

/**
 * Sources deliver what one of their tickets was ever seen to have: where no ticket has a reply, an absent one says
 * nothing. When the first such ticket comes, those of its source that were evaluated without are marked to be again.
 */
export async function learnDelivered(
  tx: Queryable,
  tenantId: number,
  records: readonly TicketRecord[],
): Promise<DeliveredBySource> {
  const known = await readDelivered(tx, tenantId);
  for (const source of new Set(records.map((record) => record.source))) {
    const before = known(source);
    const seen = seenIn(records.filter((record) => record.source === source && !record.deleted));
    const now = {
      replies: before.replies || seen.replies,
      customerReplies: before.customerReplies || seen.customerReplies,
      resolutions: before.resolutions || seen.resolutions,
    };
    if (Object.values(before).join() === Object.values(now).join()) continue;
    await tx.run(sql`
      insert into ops.sla_sources (tenant_id, source, replies, customer_replies, resolutions)
      values (${tenantId}, ${source}, ${now.replies}, ${now.customerReplies}, ${now.resolutions})
      on conflict (tenant_id, source) do update
      set replies = excluded.replies, customer_replies = excluded.customer_replies, resolutions = excluded.resolutions`);
    await tx.run(sql`
      insert into ops.sla_marks (tenant_id, source, ticket_id)
      select tenant_id, source, id from crm.ticket_sla where tenant_id = ${tenantId} and source = ${source}`);
  }
  return readDelivered(tx, tenantId);
}

function seenIn(records: readonly TicketRecord[]): Delivered {
  const has = (kind: string) => records.some((record) => record.recorded.some((event) => event.kind === kind));
  return {
    replies: has('public_reply') || records.some(({ snapshot }) => snapshot.firstResponseAt !== null),
    customerReplies: has('customer_reply'),
    resolutions:
      records.some(({ snapshot }) => snapshot.resolvedAt !== null) ||
      records.some((record) => record.recorded.some((event) => event.kind === 'status' && event.new === 'resolved')),
  };
}
