import { aheadOf, type Clock, countTime, settle } from './clock.ts';
import type { TicketEvent, TicketHistory } from './history.ts';
import type { CompiledPolicies, TermsTimeline } from './policy.ts';
import { metricOf, type TicketSla, wholeTicket, withoutData } from './ticket-sla.ts';
import { applyEvent, clocksOf, newTicket, type TicketState } from './ticket-state.ts';

/**
 * A ticket's SLA as of an instant (epoch milliseconds): what is known of it then, without a look at later events. A pure
 * function: a ticket that changed is evaluated again as a whole. Null before the ticket exists. Throws a RangeError for
 * events that are not in order (`orderEvents`).
 */
export function evaluateSla(history: TicketHistory, policies: CompiledPolicies, asOf: number): TicketSla | null {
  const { events, delivered } = history;
  checkOrder(events);
  const createdAt = events[0]!.at;
  if (!(asOf >= createdAt)) return null;
  const timeline = policies.timeline(history.account);
  const ticket = newTicket(createdAt, delivered);
  const version = replay(ticket, events, timeline, asOf);
  const result = (clock: Clock) =>
    metricOf(clock, ticket, timeline[version] ?? null, () => aheadOf(clock, ticket, timeline, version, asOf));
  const metrics = {
    firstResponse: ticket.firstResponse ? result(ticket.firstResponse) : withoutData('firstResponse', createdAt),
    resolution: ticket.resolution ? result(ticket.resolution) : withoutData('resolution', createdAt),
    nextResponse: ticket.cycles?.map(result) ?? [],
  };
  return wholeTicket(metrics, ticket.endedAt);
}

/**
 * Goes from moment to moment until `asOf`: events, and new versions of the policy, which act on open tickets as a new
 * priority does. Everything of one moment is applied before it is judged. Returns the index of the version in force, -1
 * before the first.
 */
function replay(ticket: TicketState, events: readonly TicketEvent[], timeline: TermsTimeline, asOf: number): number {
  let now = events[0]!.at;
  let version = -1;
  let next = 0;
  for (;;) {
    while (version + 1 < timeline.length && timeline[version + 1]!.validFrom <= now) version++;
    while (next < events.length && events[next]!.at <= now) applyEvent(ticket, events[next++]!);
    const terms = timeline[version] ?? null;
    for (const clock of clocksOf(ticket)) settle(clock, ticket, terms, now);
    if (now === asOf) return version;
    const until = Math.min(asOf, events[next]?.at ?? asOf, timeline[version + 1]?.validFrom ?? asOf);
    for (const clock of clocksOf(ticket)) countTime(clock, ticket, terms, now, until);
    now = until;
  }
}

function checkOrder(events: readonly TicketEvent[]): void {
  if (events[0]?.kind !== 'created') throw new RangeError('the first event of a ticket is its creation');
  for (let i = 1; i < events.length; i++)
    if (!(events[i]!.at >= events[i - 1]!.at)) throw new RangeError('the events of a ticket are in order of time');
}
