import { evaluateSla } from '../sla/evaluate.ts';
import type { Delivered } from '../sla/history.ts';
import type { CompiledPolicies } from '../sla/policy.ts';
import { deriveHistory } from '../sla/snapshot.ts';
import type { MetricSla, TicketSla } from '../sla/ticket-sla.ts';
import type { MetricName, TicketBreach } from './breaches.ts';
import type { TicketRecord } from './ticket-record.ts';

/** A row of crm.ticket_sla besides its key. Instants are epoch milliseconds, durations whole microseconds. */
export type TicketSlaRow = Readonly<Record<(typeof slaColumns)[number], string | number | null>>;

/**
 * Raised when facts are made otherwise, or more of them, from the same events and policies: those that are stored are then
 * made again.
 */
export const factsVersion = 2;

/** Stored columns and their kind: what the verdict on a ticket is written as. */
export const slaColumnKinds = {
  state: 'text',
  decided_at: 'instant',
  first_response_state: 'text',
  first_response_due_at: 'instant',
  first_response_risk_at: 'instant',
  first_response_decided_at: 'instant',
  first_response_at: 'instant',
  first_response_us: 'number',
  resolution_state: 'text',
  resolution_due_at: 'instant',
  resolution_risk_at: 'instant',
  resolution_decided_at: 'instant',
  resolution_at: 'instant',
  resolution_us: 'number',
  next_response_state: 'text',
  next_response_cycle: 'number',
  next_response_asked_at: 'instant',
  next_response_due_at: 'instant',
  next_response_risk_at: 'instant',
  next_response_at: 'instant',
  next_response_breaches: 'number',
  next_response_breached_at: 'instant',
  next_due_at: 'instant',
} as const;

export const slaColumns = Object.keys(slaColumnKinds) as (keyof typeof slaColumnKinds)[];

export interface TicketVerdict {
  row: TicketSlaRow;
  breaches: readonly TicketBreach[];
}

/**
 * What the SLA of a ticket comes to as of an instant, by everything known of it, also what is dated later: readers hide
 * facts that lie ahead of them. Nothing in it changes with time alone until `next_due_at`: so a row evaluated earlier
 * equals one evaluated now.
 */
export function slaRowOf(
  record: TicketRecord,
  delivered: Delivered,
  policies: CompiledPolicies,
  asOf: number,
): TicketVerdict {
  const history = deriveHistory(record.snapshot, delivered, record.recorded);
  const at = Math.max(asOf, history.events.at(-1)!.at);
  const sla = evaluateSla(history, policies, at);
  if (!sla) throw new RangeError(`ticket ${record.id} of ${record.source} was evaluated before it was created`);
  const { firstResponse, resolution, nextResponse } = sla;
  // The end is also what decided that a half is not measured: before it, it was open.
  const decidedAt = (metric: MetricSla) => metric.decidedAt ?? (metric.reason === 'ended' ? sla.endedAt : null);
  const nextTerms = policies.timeline(history.account).find((terms) => terms.validFrom > at)?.validFrom ?? null;
  const latestCycle = nextResponse.at(-1);
  const row = {
    state: sla.state,
    decided_at:
      sla.decidedAt ??
      (sla.state === 'not-measured' ? latest([decidedAt(firstResponse), decidedAt(resolution)]) : null),
    first_response_state: firstResponse.state,
    first_response_due_at: firstResponse.dueAt,
    first_response_risk_at: firstResponse.riskAt,
    first_response_decided_at: decidedAt(firstResponse),
    first_response_at: firstResponse.fulfilledAt,
    first_response_us: takenUs(firstResponse),
    resolution_state: resolution.state,
    resolution_due_at: resolution.dueAt,
    resolution_risk_at: resolution.riskAt,
    resolution_decided_at: decidedAt(resolution),
    resolution_at: resolution.fulfilledAt,
    resolution_us: takenUs(resolution),
    next_response_state: latestCycle?.state ?? null,
    next_response_cycle: latestCycle?.cycle ?? null,
    next_response_asked_at: latestCycle?.startedAt ?? null,
    next_response_due_at: earliest(nextResponse.map((cycle) => cycle.dueAt)),
    next_response_risk_at: latestCycle?.riskAt ?? null,
    next_response_at: latestCycle?.fulfilledAt ?? null,
    next_response_breaches: nextResponse.filter((cycle) => cycle.breachedAt !== null).length,
    next_response_breached_at: latest(nextResponse.map((cycle) => cycle.breachedAt)),
    next_due_at: earliest([sla.nextDueAt, nextTerms]),
  };
  return { row, breaches: breachesOf(sla) };
}

const metricNames = {
  firstResponse: 'first-response',
  nextResponse: 'next-response',
  resolution: 'resolution',
} as const satisfies Record<MetricSla['metric'], MetricName>;

/** Every target of a ticket that has passed, and when it was met all the same, or the ticket ended. */
function breachesOf({ firstResponse, resolution, nextResponse, endedAt }: TicketSla): TicketBreach[] {
  return [firstResponse, resolution, ...nextResponse].flatMap(({ metric, cycle, breachedAt, fulfilledAt, riskAt }) => {
    if (breachedAt === null) return [];
    const over = earliest([fulfilledAt, endedAt]);
    const ended = over === null ? null : Math.max(breachedAt, over);
    return [{ metric: metricNames[metric], cycle, breached: breachedAt, ended, risk: riskAt }];
  });
}

function takenUs({ fulfilledAt, elapsedSeconds }: MetricSla): number | null {
  return fulfilledAt === null || elapsedSeconds === null ? null : Math.round(elapsedSeconds * 1e6);
}

function earliest(instants: readonly (number | null)[]): number | null {
  const known = instants.filter((at) => at !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function latest(instants: readonly (number | null)[]): number | null {
  const known = instants.filter((at) => at !== null);
  return known.length === 0 ? null : Math.max(...known);
}
