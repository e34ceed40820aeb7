import type { SurveyValues, TicketValues } from '../../database.ts';
import type { MixedRecords } from './records.ts';

/** Operators of one source are not those of the other; teams and accounts of tickets have the same ids in both. */
const ownId = (source: string, id: string) => (source === 'zendesk' ? `z${id}` : id);

/** Tickets spread over the days of October and November 2026, of all kinds. */
const mixed: TicketValues[] = Array.from({ length: 400 }, (_, n) => {
  const source = n % 5 === 0 ? 'zendesk' : 'import';
  const created = Temporal.Instant.from('2026-10-01T00:30:00Z').add({ minutes: n * 217 });
  const resolved = created.add({ minutes: (n * n * 37) % 20_000 });
  return {
    ...{ id: `t${n}`, source },
    created_at: created.toString(),
    resolved_at: n % 3 === 0 ? null : resolved.toString(),
    first_response_at: n % 4 === 0 ? null : created.add({ minutes: (n * 31) % 700 }).toString(),
    priority: ['critical', 'high', 'medium', 'low', null][n % 5]!,
    status: ['open', 'resolved', 'closed'][n % 3]!,
    channel: ['email', 'chat', null][n % 3]!,
    team_id: [null, '1', '2', '3'][n % 4]!,
    // More operators than a breakdown shows one by one.
    operator_id: n % 29 === 0 ? null : ownId(source, `op${n % 29}`),
    account_id: n % 7 === 0 ? null : `a${n % 7}`,
    sla_met: [true, false, null][(n * 7) % 3]!,
  };
});

/** Answers of both kinds over the same days. Ids of one source are no ids of the other. */
const mixedSurveys: SurveyValues[] = Array.from({ length: 800 }, (_, n) => {
  const source = n % 5 === 0 ? 'zendesk' : 'import';
  const kind = n % 2 === 0 ? 'csat' : 'nps';
  const own = (id: string) => ownId(source, id);
  return {
    ...{ id: `s${n}`, source, kind },
    answered_at: Temporal.Instant.from('2026-10-01T00:30:00Z')
      .add({ minutes: n * 108 })
      .toString(),
    score: kind === 'csat' ? 1 + (((n * 7) % 11) % 5) : (n * 3) % 11,
    team_id: n % 7 === 0 ? null : own(String(n % 3)),
    operator_id: n % 29 === 0 ? null : own(`op${n % 29}`),
    account_id: n % 11 === 0 ? null : own(`a${n % 7}`),
  };
});

export const supportRecords: MixedRecords = {
  tables: [
    { table: 'crm.tickets', rows: mixed },
    { table: 'crm.surveys', rows: mixedSurveys },
  ],
  quiet: 'team',
};
