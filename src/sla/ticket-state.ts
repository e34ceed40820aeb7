import { unmapped } from '../domain/entity.ts';
import { type Clock, type ClockContext, startClock } from './clock.ts';
import type { Delivered, TicketEvent } from './history.ts';

/** A ticket while its events are replayed. */
export interface TicketState extends ClockContext {
  priority: string | null;
  status: string | null;
  endedAt: number | null;
  /** Null where the source does not deliver what stops them. */
  readonly firstResponse: Clock | null;
  readonly resolution: Clock | null;
  /** One per unanswered stretch, in order; null where the source does not deliver both sides' replies. */
  readonly cycles: Clock[] | null;
  /** The customer wrote after the ticket had ended: an answer is owed once it is reopened. */
  owesReply: boolean;
}

/** A ticket before its first event is applied. */
export function newTicket(createdAt: number, delivered: Delivered): TicketState {
  return {
    priority: null,
    status: null,
    endedAt: null,
    firstResponse: delivered.replies ? startClock('firstResponse', createdAt) : null,
    resolution: delivered.resolutions ? startClock('resolution', createdAt) : null,
    cycles: delivered.replies && delivered.customerReplies ? [] : null,
    owesReply: false,
  };
}

/** Every clock the ticket has had. */
export function clocksOf({ firstResponse, resolution, cycles }: TicketState): Clock[] {
  return [firstResponse, resolution, ...(cycles ?? [])].filter((clock) => clock !== null);
}

/** Applies one event; time up to it must have been counted before. */
export function applyEvent(ticket: TicketState, event: TicketEvent): void {
  switch (event.kind) {
    case 'created':
      ticket.priority = event.priority;
      setStatus(ticket, event.status, event.at);
      return;
    case 'status':
      setStatus(ticket, event.new, event.at);
      return;
    case 'priority':
      ticket.priority = event.new;
      return;
    case 'resolved':
      setStatus(ticket, 'resolved', event.at);
      return;
    case 'closed':
      setStatus(ticket, 'closed', event.at);
      return;
    case 'reopened':
      // After `status: pending` of the same moment the ticket is open already, and waits.
      if (ticket.endedAt !== null) setStatus(ticket, 'open', event.at);
      return;
    case 'public_reply':
      if (!event.automatic) answer(ticket, event.at);
      return;
    case 'customer_reply':
      if (!event.automatic) askAgain(ticket, event.at);
      return;
    case 'assignee':
    case 'team':
    case 'internal_note':
      return;
  }
}

function setStatus(ticket: TicketState, status: string | null, at: number): void {
  ticket.status = status;
  // A status nobody has given a meaning neither ends nor reopens a ticket.
  if (status === null || status === unmapped) return;
  if (status === 'resolved' || status === 'closed' || status === 'cancelled') {
    ticket.endedAt ??= at;
    if (status === 'resolved' && ticket.resolution) ticket.resolution.fulfilledAt ??= at;
  } else if (ticket.endedAt !== null) reopen(ticket, at);
}

function reopen(ticket: TicketState, at: number): void {
  ticket.endedAt = null;
  if (ticket.resolution) ticket.resolution.fulfilledAt = null;
  // What goes on is at risk from now on, not since before the end.
  for (const clock of clocksOf(ticket)) if (isOpen(clock)) clock.riskAt = null;
  if (ticket.owesReply) startCycle(ticket, at);
}

function isOpen({ fulfilledAt, breachedAt }: Clock): boolean {
  return fulfilledAt === null && breachedAt === null;
}

function answer(ticket: TicketState, at: number): void {
  ticket.owesReply = false;
  const waiting = [ticket.firstResponse, ticket.cycles?.at(-1)].find((clock) => clock?.fulfilledAt === null);
  if (waiting) waiting.fulfilledAt = at;
}

function askAgain(ticket: TicketState, at: number): void {
  // Until the first response it is that which is waited for, and until an answer it is the oldest question.
  if (ticket.firstResponse?.fulfilledAt === null || ticket.cycles?.at(-1)?.fulfilledAt === null) return;
  if (ticket.endedAt === null) startCycle(ticket, at);
  else ticket.owesReply = true;
}

function startCycle(ticket: TicketState, at: number): void {
  ticket.owesReply = false;
  ticket.cycles?.push(startClock('nextResponse', at, ticket.cycles.length + 1));
}
