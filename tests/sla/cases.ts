import { evaluateSla } from '../../src/sla/evaluate.ts';
import type { Delivered, TicketEvent } from '../../src/sla/history.ts';
import { compilePolicies, defaultPolicies } from '../../src/sla/policy.ts';
import type { MetricSla, TicketSla } from '../../src/sla/ticket-sla.ts';
import { at, written } from './at.ts';

/** All on Monday 2026-11-02 unless a date is given. */
export const on = (time: string) => at(time.includes('-') ? time : `2026-11-02 ${time}`);
export const created = (priority: string | null, time = '09:00', status: string | null = 'new'): TicketEvent => ({
  kind: 'created',
  at: on(time),
  priority,
  status,
});
export const status = (value: string | null, time: string): TicketEvent => ({
  kind: 'status',
  at: on(time),
  new: value,
});
export const priority = (value: string | null, time: string): TicketEvent => ({
  kind: 'priority',
  at: on(time),
  new: value,
});
export const reply = (time: string, automatic = false): TicketEvent => ({
  kind: 'public_reply',
  at: on(time),
  automatic,
});
export const asks = (time: string, automatic = false): TicketEvent => ({
  kind: 'customer_reply',
  at: on(time),
  automatic,
});
type Plain = 'resolved' | 'closed' | 'reopened' | 'internal_note';
export const event = (kind: Plain, time: string): TicketEvent => ({ kind, at: on(time) });

export const everything: Delivered = { replies: true, customerReplies: true, resolutions: true };
export const evaluate = (
  events: TicketEvent[],
  asOf: string,
  { policies = defaultPolicies, delivered = everything, account = null as string | null } = {},
): TicketSla => evaluateSla({ account, events, delivered }, compilePolicies(policies), on(asOf))!;

/** The part of a result that tests spell out: state, elapsed minutes, due or breached. */
export const brief = ({ state, elapsedSeconds, dueAt, breachedAt }: MetricSla) => [
  state,
  elapsedSeconds === null ? null : elapsedSeconds / 60,
  written(dueAt ?? breachedAt)?.replace('2026-11-02 ', '') ?? null,
];
export type Brief = ReturnType<typeof brief>;
