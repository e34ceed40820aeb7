/** What happened to a ticket, as far as an SLA is concerned. `at` is epoch milliseconds, whole. */
export type TicketEvent =
  | { readonly kind: 'created'; readonly at: number; readonly priority: string | null; readonly status: string | null }
  | { readonly kind: 'status' | 'priority' | 'assignee' | 'team'; readonly at: number; readonly new: string | null }
  | {
      readonly kind: 'public_reply' | 'customer_reply';
      readonly at: number;
      /** Sent by a bot, an auto-responder or a campaign: no reply of a person, so it neither answers nor asks. */
      readonly automatic?: boolean;
    }
  | { readonly kind: 'internal_note' | 'resolved' | 'closed' | 'reopened'; readonly at: number };

/** What the source delivers about this ticket. Where it does not, an absence says nothing: the metric is not measured. */
export interface Delivered {
  /** When staff replied. */
  readonly replies: boolean;
  /** When the customer wrote again. */
  readonly customerReplies: boolean;
  /** When it was resolved. */
  readonly resolutions: boolean;
}

export interface TicketHistory {
  readonly account: string | null;
  /** Ascending by `at`, `created` first (`orderEvents`); events of one instant in the order they happened. */
  readonly events: readonly TicketEvent[];
  readonly delivered: Delivered;
}

/**
 * Events in the order they are evaluated in: by time, `created` first. Sources date some events before the ticket's
 * creation; they happened with it. Throws a RangeError unless exactly one event is `created`.
 */
export function orderEvents(events: readonly TicketEvent[]): TicketEvent[] {
  const created = events.filter((event) => event.kind === 'created');
  if (created.length !== 1) throw new RangeError(`a ticket is created once, not ${created.length} times`);
  const first = created[0]!;
  const rest = events
    .filter((event) => event !== first)
    .map((event) => (event.at < first.at ? { ...event, at: first.at } : event))
    .sort((a, b) => a.at - b.at);
  return [first, ...rest];
}
