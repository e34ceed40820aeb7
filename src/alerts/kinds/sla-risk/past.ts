import sql from 'sql-template-tag';
import type { Queryable } from '../../../db/db.ts';
import { readAs } from '../../../db/viewer.ts';
import { readNames } from '../names.ts';
import type { AlertRoom, PastEpisode } from '../room.ts';
import {
  instant,
  type MetricName,
  ms,
  realTickets,
  type Ticket,
  type TicketRow,
  ticketColumns,
  ticketJoins,
  ticketOf,
} from './read.ts';
import { cutOf } from './select.ts';
import { metricWords } from './tell.ts';

/** What became of a clock that came near its target. Instants are epoch milliseconds. */
interface PastClock {
  ticket: Ticket;
  metric: MetricName;
  cycle: number;
  startedAt: number;
  riskAt: number | null;
  breachedAt: number | null;
  /** Due, of one that runs. */
  dueAt: number | null;
  /** Answered, resolved or ended; null: it still runs, or waits. */
  endedAt: number | null;
}

const notes = [
  'A ticket is counted by the team, priority and account it has now.',
  'Of a ticket that paused or changed its priority near its target, only the last time it was at risk is kept; of questions after the first response, only those of the latest one and those that were breached.',
];
const predictionNote =
  'That a breach was predicted is kept of tickets that were breached or still run, not of those answered in time.';

/** When it would have fired, from the stored facts: every breach with its time, and when its ticket came to be at risk. */
export const pastOfRisk: AlertRoom<'sla-risk'>['past'] = async (
  { settings, viewer },
  { from, to },
  { db, tenant: { tenantId }, now },
) => {
  const { keep, before, at_risk: atRisk } = settings;
  const period = { from: from.epochMilliseconds, to: Math.min(to.epochMilliseconds, now.epochMilliseconds) };
  return readAs(db, { tenantId, viewer }, async (reader) => {
    const wanted = { team: settings.team ?? [], account: settings.account ?? [] };
    const cut = cutOf(settings, await readNames(reader, tenantId, wanted));
    if (cut.kind === 'unknown') return cut;
    const found = await readPast(reader, tenantId, { ...period, keepMs: keep * 1000 });
    const episodes = found.filter(cut.holds).flatMap((clock): PastEpisode[] => {
      const episode = episodeOf(clock, { atRisk, beforeMs: before * 1000, keepMs: keep * 1000 });
      if (!episode || episode.from >= period.to || (episode.to !== null && episode.to <= period.from)) return [];
      const isOver = episode.to !== null && episode.to <= period.to;
      const at = Temporal.Instant.fromEpochMilliseconds;
      return [
        {
          labels: { ticket: clock.ticket.key, metric: clock.metric },
          name: `${clock.ticket.id} ${metricWords[clock.metric]}`,
          ...{ from: at(episode.from), to: isOver ? at(episode.to!) : null },
        },
      ];
    });
    const sorted = episodes.toSorted((a, b) => Temporal.Instant.compare(a.from, b.from));
    return { kind: 'episodes', episodes: sorted, notes: atRisk ? notes : [...notes, predictionNote] };
  });
};

function episodeOf(
  { startedAt, riskAt, breachedAt, dueAt, endedAt }: PastClock,
  { atRisk, beforeMs, keepMs }: { atRisk: boolean; beforeMs: number; keepMs: number },
): { from: number; to: number | null } | null {
  // What passed without having been at risk passed at once: by a new priority, or while it waited.
  const isAtOnce = breachedAt !== null && (riskAt === null || riskAt === breachedAt);
  const passes = isAtOnce ? null : (breachedAt ?? dueAt);
  const predicted = passes === null ? null : Math.max(passes - beforeMs, startedAt);
  const begins = [atRisk ? riskAt : null, predicted, breachedAt].filter((at) => at !== null);
  if (begins.length === 0) return null;
  const from = Math.min(...begins);
  const ends = [endedAt, breachedAt === null ? null : breachedAt + keepMs].filter((at) => at !== null);
  return { from, to: ends.length === 0 ? null : Math.max(from, Math.min(...ends)) };
}

async function readPast(
  reader: Queryable,
  tenantId: number,
  { from, to, keepMs }: { from: number; to: number; keepMs: number },
): Promise<PastClock[]> {
  const tickets = new Map<string, Ticket>();
  type Row = TicketRow & {
    metric: MetricName;
    cycle: number;
    started: number | null;
    risk: number | null;
    due: number | null;
    breached: number | null;
    ended: number | null;
  };
  const rows = await reader.query<Row>(sql`
    select ${ticketColumns(tenantId)}, c.metric, c.cycle, ${ms(sql`c.started_at`)} as started, ${ms(sql`c.risk_at`)} as risk,
      ${ms(sql`c.due_at`)} as due, ${ms(sql`c.breached_at`)} as breached, ${ms(sql`c.ended_at`)} as ended
    from (
      select source, id, metric, cycle, null::timestamptz as started_at, risk_at, null::timestamptz as due_at, breached_at, ended_at
      from crm.sla_breaches
      where tenant_id = ${tenantId} and breached_at >= ${instant(from - keepMs)} and breached_at < ${instant(to)}
      union all
      select v.source, v.id, m.metric, m.cycle, m.started_at, m.risk_at, m.due_at, null, m.ended_at
      from crm.ticket_sla v
      cross join lateral (
        values
          ('first-response', 1, null::timestamptz, v.first_response_state, v.first_response_risk_at, v.first_response_due_at, v.first_response_decided_at),
          ('resolution', 1, null, v.resolution_state, v.resolution_risk_at, v.resolution_due_at, v.resolution_decided_at),
          ('next-response', v.next_response_cycle, v.next_response_asked_at, v.next_response_state, v.next_response_risk_at,
            v.next_response_due_at, v.next_response_at)
      ) as m (metric, cycle, started_at, state, risk_at, due_at, ended_at)
      where v.tenant_id = ${tenantId} and m.risk_at < ${instant(to)}
        and (m.state = 'pending' or (m.state in ('met', 'not-measured') and m.ended_at >= ${instant(from)}))
    ) as c
    ${ticketJoins(tenantId, 'c')}
    where ${realTickets(tenantId)}`);
  return rows.map((row) => {
    const { metric, cycle, risk, due, breached, ended } = row;
    const ticket = ticketOf(tickets, row);
    const startedAt = row.started ?? (metric === 'next-response' ? (risk ?? breached ?? 0) : row.created);
    return { ticket, metric, cycle, startedAt, riskAt: risk, dueAt: due, breachedAt: breached, endedAt: ended };
  });
}
