import { type Delivered, orderEvents, type TicketEvent, type TicketHistory } from './history.ts';
import { isEndUnknown, statusEvents } from './status-events.ts';

/** A ticket's latest state as its source shows it. Instants are epoch milliseconds. */
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

/** What is recorded to have happened to a ticket: given by its source, or seen as a change from one state to the next. */
export interface RecordedEvent {
  readonly kind: 'status' | 'priority' | 'assignee' | 'team' | 'public_reply' | 'customer_reply' | 'internal_note';
  readonly at: number;
  readonly old: string | null;
  readonly new: string | null;
  readonly automatic: boolean;
}

/**
 * What a history takes for granted where nothing is recorded. `latest-priority`: that it always had its latest priority.
 * `no-pauses`: that it never waited before its last update. `one-resolution`: that it was open until its last resolution,
 * although it was reopened in between. `end-unknown`: it has ended, nobody knows when; what that leaves open is not
 * measured.
 */
export type Assumption = 'latest-priority' | 'no-pauses' | 'one-resolution' | 'end-unknown';

export interface DerivedHistory extends TicketHistory {
  readonly assumptions: readonly Assumption[];
}

/**
 * Makes a history of a ticket's latest state and what is recorded of it (ascending by `at`), and says what it had to
 * assume. Recorded changes tell how it came to that state; the record's own dates are taken for its last resolution and
 * closure, and for a first response before any recorded reply. `delivers`: what the source gives at all.
 */
export function deriveHistory(
  snapshot: TicketSnapshot,
  delivers: Pick<Delivered, 'replies' | 'resolutions'> & Partial<Delivered>,
  recorded: readonly RecordedEvent[] = [],
): DerivedHistory {
  const { account, createdAt, updatedAt, firstResponseAt, resolvedAt, closedAt } = snapshot;
  const changes = (kind: RecordedEvent['kind']) => recorded.filter((event) => event.kind === kind);
  const priorities = changes('priority');
  const statuses = changes('status');
  const endUnknown = isEndUnknown(snapshot, statuses);

  const events: TicketEvent[] = [
    {
      kind: 'created',
      at: createdAt,
      // Some logs tell only what a value became: then it is taken to have been so before.
      priority: priorities[0] ? (priorities[0].old ?? priorities[0].new) : snapshot.priority,
      status: statuses[0]?.old ?? null,
    },
    ...priorities.map((event) => ({ kind: 'priority' as const, at: event.at, new: event.new })),
    ...replies(recorded, firstResponseAt),
    ...statusEvents(snapshot, statuses),
  ];
  if (endUnknown && closedAt === null)
    events.push({ kind: 'closed', at: Math.max(updatedAt ?? createdAt, ...events.map((event) => event.at)) });

  const assumptions: Assumption[] = [];
  if (priorities.length === 0) assumptions.push('latest-priority');
  if (statuses.length === 0) assumptions.push('no-pauses');
  if (statuses.length === 0 && resolvedAt !== null && (snapshot.reopenedCount ?? 0) > 0)
    assumptions.push('one-resolution');
  if (endUnknown) assumptions.push('end-unknown');
  const answered = events.some((event) => event.kind === 'public_reply' && !event.automatic);
  return {
    account,
    events: orderEvents(events),
    delivered: {
      // Without a reply, whether the target passed first depends on when the ticket ended.
      replies: delivers.replies && !(endUnknown && !answered),
      customerReplies: delivers.customerReplies ?? false,
      resolutions: delivers.resolutions && !endUnknown,
    },
    assumptions,
  };
}

/** Recorded replies, and the first response that the record itself dates, unless that was a machine's. */
function replies(recorded: readonly RecordedEvent[], firstResponseAt: number | null): TicketEvent[] {
  const events = recorded.flatMap((event): TicketEvent[] =>
    event.kind === 'public_reply' || event.kind === 'customer_reply'
      ? [{ kind: event.kind, at: event.at, automatic: event.automatic }]
      : [],
  );
  const isMachines = events.some(
    (event) => event.kind === 'public_reply' && event.automatic && event.at === firstResponseAt,
  );
  if (firstResponseAt !== null && !isMachines) events.push({ kind: 'public_reply', at: firstResponseAt });
  return events;
}
