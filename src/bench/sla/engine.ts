import { evaluateSla } from '../../sla/evaluate.ts';
import { orderEvents, type TicketEvent, type TicketHistory } from '../../sla/history.ts';
import { compilePolicies, type Policies } from '../../sla/policy.ts';
import { now } from '../company.ts';
import { median, rounded } from '../spread.ts';
import { businessPolicies, continuousPolicies } from './policies.ts';

const rounds = 5;
const secondMs = 1000;
const hourMs = 3_600_000;

/** Tickets per second through the pure engine, whole histories from creation to verdict; medians of rounds after one that warms up. */
export function benchEngine(tickets: number, line: (text: string) => void) {
  const histories = madeHistories(tickets);
  const eventsPerTicket = rounded(histories.reduce((sum, { events }) => sum + events.length, 0) / tickets);
  const aroundTheClock = rate(histories, continuousPolicies);
  const businessHours = rate(histories, businessPolicies);
  const ratio = rounded(businessHours.perSecond / aroundTheClock.perSecond, 2);
  line(
    `engine, ${tickets.toLocaleString('en')} histories of ${eventsPerTicket} events, pauses and reopenings among them`,
  );
  line(`  around the clock: ${aroundTheClock.perSecond.toLocaleString('en')} tickets/s`);
  line(`  split shifts and holidays: ${businessHours.perSecond.toLocaleString('en')} tickets/s, ${ratio} of that`);
  return { tickets, eventsPerTicket, rounds, aroundTheClock, businessHours, ratio };
}

function rate(histories: readonly TicketHistory[], policies: Policies) {
  const compiled = compilePolicies(policies);
  const seconds: number[] = [];
  let states: Record<string, number> = {};
  for (let round = -1; round < rounds; round++) {
    states = {};
    const started = performance.now();
    for (const history of histories) {
      const state = evaluateSla(history, compiled, now.epochMilliseconds)?.state ?? 'none';
      states[state] = (states[state] ?? 0) + 1;
    }
    if (round >= 0) seconds.push((performance.now() - started) / 1000);
  }
  return { perSecond: Math.round(histories.length / median(seconds)), states };
}

/** Tickets of the last year: most wait for the customer once, every sixth changes its priority, every fifteenth comes back. */
function madeHistories(tickets: number): TicketHistory[] {
  const chance = chances();
  return Array.from({ length: tickets }, (_, index) => {
    const createdAt =
      now.epochMilliseconds - Math.floor(((tickets - index) * 365 * 24 * hourMs) / tickets / secondMs) * secondMs;
    const repliedAt = createdAt + Math.ceil((-Math.log(1 - chance()) * 2 * hourMs) / secondMs) * secondMs;
    const resolvedAt = repliedAt + Math.ceil((-Math.log(1 - chance()) * 30 * hourMs) / secondMs) * secondMs;
    const during = (share: number) => repliedAt + Math.floor((share * (resolvedAt - repliedAt)) / secondMs) * secondMs;
    const priority = (['critical', 'high', 'medium', 'low'] as const)[Math.floor(chance() * 4)] ?? 'low';
    const events: TicketEvent[] = [
      { kind: 'created', at: createdAt, priority, status: 'new' },
      { kind: 'public_reply', at: repliedAt },
      { kind: 'status', at: repliedAt, new: 'open' },
      { kind: 'resolved', at: resolvedAt },
    ];
    if (chance() < 0.6)
      events.push(
        { kind: 'status', at: during(0.1), new: 'pending' },
        { kind: 'customer_reply', at: during(0.3) },
        { kind: 'status', at: during(0.3), new: 'open' },
        { kind: 'public_reply', at: during(0.5) },
      );
    if (chance() < 1 / 6) events.push({ kind: 'priority', at: during(0.4), new: 'high' });
    if (chance() < 1 / 15) events.push({ kind: 'resolved', at: during(0.6) }, { kind: 'reopened', at: during(0.8) });
    return {
      account: null,
      events: orderEvents(events),
      delivered: { replies: true, customerReplies: true, resolutions: true },
    };
  });
}

/** Numbers from 0 to below 1, the same in every run. */
function chances(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
