import type { TicketLife } from './tickets.ts';

/** What the CRM's log says happened to a ticket; epoch seconds. */
export interface TicketEvent {
  id: string;
  ticketId: string;
  at: number;
  kind: 'status' | 'public_reply';
  old: string | undefined;
  new: string | undefined;
  operatorId: string;
}

/** Everything that will ever be logged of a ticket, ascending. */
export function ticketEventsOf(life: TicketLife): TicketEvent[] {
  const { firstResponseAt, resolvedAt, reopened, closedAt, cancelled, waiting, operatorId } = life;
  const turns: Pick<TicketEvent, 'at' | 'kind' | 'old' | 'new'>[] = [];
  let status = 'new';
  const turn = (at: number, to: string) => {
    turns.push({ at, kind: 'status', old: status, new: to });
    status = to;
  };
  const answered = firstResponseAt < (cancelled ? closedAt : resolvedAt);
  if (answered) {
    turns.push({ at: firstResponseAt, kind: 'public_reply', old: undefined, new: undefined });
    turn(firstResponseAt, waiting);
  }
  if (cancelled) turn(closedAt, 'cancelled');
  else {
    turn(resolvedAt, 'resolved');
    if (reopened) {
      turn(reopened.at, waiting);
      turn(reopened.resolvedAt, 'resolved');
    }
    turn(closedAt, 'closed');
  }
  return turns.map((event, index) => ({ ...event, id: `${life.id}-${index + 1}`, ticketId: life.id, operatorId }));
}
