import type { Sql } from 'sql-template-tag';
import sql, { raw } from 'sql-template-tag';

/**
 * State of a ticket's SLA (`sla`) or of a half of it, over a row of crm.sla_tickets: as it is stored (`now` undefined),
 * or as of an instant, where a target that has passed by then is missed whether or not the sweep has been by, and what
 * was decided later is still open.
 */
export function slaStateAt(half: 'sla' | 'first_response' | 'resolution', now: Temporal.Instant | undefined): Sql {
  const state = raw(`${half}_state`);
  const decidedAt = raw(half === 'sla' ? 'decided_at' : `${half}_decided_at`);
  const dueAt = raw(half === 'sla' ? 'settles_at' : `${half}_due_at`);
  if (!now) return state;
  const moment = sql`${now.toString()}::timestamptz`;
  return sql`(case
    when ${state} = 'pending' and ${dueAt} <= ${moment} then 'missed'
    when ${decidedAt} > ${moment} then 'pending'
    else ${state}
  end)`;
}

/**
 * Whether a row of crm.sla_tickets may count otherwise as of `now` than it is stored: one of its facts came later, or
 * a target has passed that no sweep has seen. Both by index; of the present only the last seconds' tickets are such.
 */
export function isUnsettled(now: Temporal.Instant): Sql {
  const moment = sql`${now.toString()}::timestamptz`;
  return sql`e.created_at <= ${moment} and (e.last_fact_at > ${moment} or e.next_due_at <= ${moment})`;
}
