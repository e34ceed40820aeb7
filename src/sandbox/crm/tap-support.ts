import { isoTime } from '../company/company.ts';
import { recommendationsOf, type SurveyAnswer, satisfactionOf } from '../company/surveys.ts';
import { ticketEventsOf } from '../company/ticket-events.ts';
import { ticketAt } from '../company/tickets.ts';
import type { Json } from '../json.ts';
import { inOrder, type TapRecord, type TapStream, text, time, truth, whole } from './tap-stream.ts';
import type { World } from './world.ts';

const orNull = (at: number | undefined) => (at === undefined ? null : isoTime(at));

/** A ticket as it was when it last changed: the CRM's verdict on its SLA is said at changes only. Undefined before it exists. */
export function ticketRecord(life: Parameters<typeof ticketAt>[0], now: number): TapRecord | undefined {
  const updatedAt = ticketAt(life, now)?.updatedAt;
  const ticket = updatedAt === undefined ? undefined : ticketAt(life, updatedAt + 0.001);
  if (!ticket) return undefined;
  const record: Json = {
    id: ticket.id,
    created_at: isoTime(ticket.createdAt),
    updated_at: isoTime(ticket.updatedAt),
    priority: ticket.priority,
    status: ticket.status,
    first_response_at: orNull(ticket.firstResponseAt),
    resolved_at: orNull(ticket.resolvedAt),
    closed_at: orNull(ticket.closedAt),
    reopened: ticket.reopenedCount,
    sla_met: ticket.slaMet ?? null,
    operator: ticket.operatorId,
    team: ticket.teamId,
    account: ticket.accountId,
    channel: ticket.channel,
    category: ticket.category,
  };
  return { updatedAt: ticket.updatedAt, record };
}

export const ticketFields = {
  ...{ id: 'id', created_at: 'created_at', updated_at: 'updated_at', priority: 'priority', status: 'status' },
  ...{ first_response_at: 'first_response_at', resolved_at: 'resolved_at', closed_at: 'closed_at' },
  ...{ reopened_count: 'reopened', sla_met: 'sla_met', operator_id: 'operator', team_id: 'team' },
  ...{ account_id: 'account', channel: 'channel', category: 'category' },
} as const;

/** The help desk: tickets, what happened to them, and what customers said. */
export function supportStreams(world: World): TapStream[] {
  const { tickets } = world;
  return [
    {
      name: 'tickets',
      entity: 'ticket',
      keys: ['id'],
      replication: 'INCREMENTAL',
      columns: {
        ...{ id: text, created_at: time, updated_at: time, priority: text, status: text, first_response_at: time },
        ...{ resolved_at: time, closed_at: time, reopened: whole, sla_met: truth, operator: text, team: text },
        ...{ account: text, channel: text, category: text },
      },
      fields: ticketFields,
      records: (now, since) =>
        inOrder(
          [...tickets.since(since, now)].flatMap((life) => {
            const found = ticketRecord(life, now);
            return found && found.updatedAt >= since ? found : [];
          }),
          'id',
        ),
    },
    {
      name: 'ticket_events',
      entity: 'ticket_event',
      keys: ['id'],
      replication: 'INCREMENTAL',
      columns: { id: text, ticket: text, at: time, kind: text, old: text, new: text, operator: text, updated_at: time },
      fields: {
        id: 'id',
        ticket_id: 'ticket',
        at: 'at',
        kind: 'kind',
        old: 'old',
        new: 'new',
        operator_id: 'operator',
      },
      records: (now, since) =>
        inOrder(
          [...tickets.since(since, now)].flatMap(ticketEventsOf).flatMap((event) => {
            if (event.at < since || event.at >= now) return [];
            const at = isoTime(event.at);
            const { id, ticketId: ticket, kind, operatorId: operator } = event;
            const record = {
              id,
              ticket,
              at,
              kind,
              old: event.old ?? null,
              new: event.new ?? null,
              operator,
              updated_at: at,
            };
            return { updatedAt: event.at, record };
          }),
          'id',
        ),
    },
    {
      name: 'surveys',
      entity: 'survey',
      keys: ['id'],
      replication: 'INCREMENTAL',
      columns: {
        ...{ id: text, kind: text, score: whole, answered_at: time, account: text, operator: text, team: text },
        ...{ ticket: text, comment: text, updated_at: time },
      },
      fields: {
        ...{ id: 'id', kind: 'kind', score: 'score', answered_at: 'answered_at', account_id: 'account' },
        ...{ operator_id: 'operator', team_id: 'team', ticket_id: 'ticket', comment: 'comment' },
      },
      records: (now, since) =>
        inOrder(
          [...answersOf(world, now, since)]
            .filter(({ answeredAt }) => answeredAt >= since && answeredAt < now)
            .map((answer) => ({ updatedAt: answer.answeredAt, record: surveyRecord(answer) })),
          'id',
        ),
    },
  ];
}

function surveyRecord(answer: SurveyAnswer): Json {
  const at = isoTime(answer.answeredAt);
  const { id, kind, score, accountId, operatorId, teamId, ticketId, comment } = answer;
  return {
    ...{ id, kind, score, answered_at: at, account: accountId, operator: operatorId ?? null, team: teamId ?? null },
    ...{ ticket: ticketId ?? null, comment: comment ?? null, updated_at: at },
  };
}

/** Everything that could have been answered since, and a little more. */
function* answersOf({ company, tickets }: World, now: number, since: number): Generator<SurveyAnswer> {
  for (const life of tickets.since(since, now)) {
    const answer = satisfactionOf(company.founding, life);
    if (answer) yield answer;
  }
  // The recommendation survey of a month is answered within it, and a few days later at most; the first is a whole month's.
  const founded = company.dateOf(0);
  const first = Math.max(0, company.dayAt(Math.max(since, company.start)) - 31);
  const last = company.dateOf(company.dayAt(now)).toPlainYearMonth();
  let month = company.dateOf(first).toPlainYearMonth();
  if (founded.day > 1 && month.equals(founded.toPlainYearMonth())) month = month.add({ months: 1 });
  for (; Temporal.PlainYearMonth.compare(month, last) <= 0; month = month.add({ months: 1 }))
    yield* recommendationsOf(company.founding, month);
}
