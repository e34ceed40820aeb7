import type { TicketEvent } from './history.ts';
import type { RecordedEvent, TicketSnapshot } from './snapshot.ts';

export function isFinal(status: string | null): boolean {
  return status === 'resolved' || status === 'closed' || status === 'cancelled';
}

/**
 * The events that opened, paused and ended a ticket. The record's own dates say when it was last resolved and closed;
 * what was recorded says everything before, and whether it was opened again since those dates.
 */
export function statusEvents(snapshot: TicketSnapshot, recorded: readonly RecordedEvent[]): TicketEvent[] {
  const { createdAt, updatedAt, status, resolvedAt, closedAt } = snapshot;
  const opened = lastOpening(recorded);
  const openedAt = recorded[opened]?.at ?? createdAt;
  const holds = (at: number | null): at is number => at !== null && (opened === -1 || at >= openedAt);
  const events: TicketEvent[] = recorded
    .filter((event, index) => {
      if (index <= opened) return true;
      return !(event.new === 'resolved' ? holds(resolvedAt) : isFinal(event.new) && holds(closedAt));
    })
    .map((event) => ({ kind: 'status', at: event.at, new: event.new }));
  if (holds(resolvedAt)) events.push({ kind: 'resolved', at: resolvedAt });
  if (holds(closedAt)) events.push({ kind: 'closed', at: closedAt });
  // The latest status is known from the last update on, not since when.
  const last = recorded.at(-1);
  const isOpen = !isFinal(status) && !holds(resolvedAt) && !holds(closedAt);
  if (isOpen && (last === undefined || last.new !== status))
    events.push({ kind: 'status', at: Math.max(updatedAt ?? createdAt, last?.at ?? createdAt), new: status });
  return events;
}

/** Whether the ticket has ended without anything that says when. */
export function isEndUnknown(snapshot: TicketSnapshot, recorded: readonly RecordedEvent[]): boolean {
  const { status, resolvedAt, closedAt } = snapshot;
  if (!isFinal(status) || resolvedAt !== null) return false;
  const ending = recorded.slice(lastOpening(recorded) + 1).map((event) => event.new);
  if (status === 'resolved') return !ending.includes('resolved');
  return closedAt === null && !ending.some(isFinal);
}

/** Index of the last recorded change from an ended state back to an open one; -1 where there was none. */
function lastOpening(recorded: readonly RecordedEvent[]): number {
  return recorded.findLastIndex((event, index) => {
    const before = recorded[index - 1]?.new ?? event.old;
    return isFinal(before) && !isFinal(event.new) && event.new !== 'unmapped';
  });
}
