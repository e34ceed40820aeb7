import { type Delivered, orderEvents, type TicketEvent, type TicketHistory } from './history.ts';

/** A ticket as a source without events shows it: only its latest state. Instants are epoch milliseconds. */
export interface TicketSnapshot {
  readonly account: string | null;
  readonly createdAt: number;
  readonly updatedAt: number | null;
  readonly priority: string | null;
  readonly status: string | null;
  readonly firstResponseAt: number | null;
  readonly resolvedAt: number | null;
  readonly closedAt: number | null;
  readonly reopenedCount: number | null;
}

/**
 * What a derived history takes for granted. `latest-priority`: that it always had its latest priority. `no-pauses`: that it
 * never waited before its last update. `one-resolution`: that it was open until its last resolution, although it was
 * reopened in between. `end-unknown`: it has ended, nobody knows when; what that leaves open is not measured.
 */
export type Assumption = 'latest-priority' | 'no-pauses' | 'one-resolution' | 'end-unknown';

export interface DerivedHistory extends TicketHistory {
  readonly assumptions: readonly Assumption[];
}

/** Makes a history of a snapshot, and says what it had to assume. `delivers`: what the source fills in at all. */
export function deriveHistory(
  snapshot: TicketSnapshot,
  delivers: Pick<Delivered, 'replies' | 'resolutions'>,
): DerivedHistory {
  const { account, createdAt, updatedAt, priority, status, firstResponseAt, resolvedAt, closedAt } = snapshot;
  const final = status === 'resolved' || status === 'closed' || status === 'cancelled';
  const endUnknown = final && resolvedAt === null && (status === 'resolved' || closedAt === null);
  const events: TicketEvent[] = [{ kind: 'created', at: createdAt, priority, status: null }];
  if (firstResponseAt !== null) events.push({ kind: 'public_reply', at: firstResponseAt });
  if (resolvedAt !== null) events.push({ kind: 'resolved', at: resolvedAt });
  if (closedAt !== null) events.push({ kind: 'closed', at: closedAt });
  // The latest status is known from the last update on, not since when.
  const open = !final && resolvedAt === null && closedAt === null;
  if (open) events.push({ kind: 'status', at: updatedAt ?? createdAt, new: status });
  if (endUnknown && closedAt === null)
    events.push({ kind: 'closed', at: Math.max(updatedAt ?? createdAt, firstResponseAt ?? createdAt) });

  const assumptions: Assumption[] = ['latest-priority', 'no-pauses'];
  if (resolvedAt !== null && (snapshot.reopenedCount ?? 0) > 0) assumptions.push('one-resolution');
  if (endUnknown) assumptions.push('end-unknown');
  return {
    account,
    events: orderEvents(events),
    delivered: {
      // Without a reply, whether the target passed first depends on when the ticket ended.
      replies: delivers.replies && !(endUnknown && firstResponseAt === null),
      customerReplies: false,
      resolutions: delivers.resolutions && !endUnknown,
    },
    assumptions,
  };
}
