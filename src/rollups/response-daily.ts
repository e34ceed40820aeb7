import sql, { raw } from 'sql-template-tag';
import { durationBin, lnSeconds } from './durations.ts';
import { dimensionValues, type Rollup } from './rollup.ts';

const dimensions = ['channel', 'account_id', 'team_id', 'operator_id'] as const;

/** Bands of response times, counted exactly; bounds in minutes, the upper one exclusive. */
export const responseBands = [
  { name: 'under_1_min', label: '< 1 min', from: 0, to: 1 },
  { name: 'from_1_to_5_min', label: '1–5 min', from: 1, to: 5 },
  { name: 'from_5_to_30_min', label: '5–30 min', from: 5, to: 30 },
  { name: 'from_30_to_60_min', label: '30–60 min', from: 30, to: 60 },
  { name: 'over_60_min', label: '> 60 min', from: 60, to: Number.POSITIVE_INFINITY },
] as const;

const minute = 60_000_000;

/**
 * Replies of persons by the day they were given on, with the distribution of the time they took. Dated by the answer: what
 * was counted for a day stays, and no reply that is still to come changes it. `wait` is the first reply's time since the
 * conversation began.
 */
export const responseDaily: Rollup = {
  id: 'response-daily',
  table: 'mart.response_daily',
  stream: 'conversation',
  entityTable: 'crm.conversation_responses',
  markedBy: 'sweep',
  at: 'answered_at',
  definitionVersion: 1,
  key: ['source', 'clock', 'bin', ...dimensions],
  measures: [
    'answers',
    'assumed',
    'duration_us',
    'log_sum',
    'log_square_sum',
    ...responseBands.map(({ name }) => name),
  ],
  select: (rows) => sql`
    select
      tenant_id, day, source, clock, ${durationBin} as bin, ${dimensionValues(dimensions)},
      count(*)::int as answers,
      (count(*) filter (where assumed))::int as assumed,
      sum(us)::bigint as duration_us,
      sum(round(ln_seconds * 1e6))::bigint as log_sum,
      sum(round(ln_seconds * ln_seconds * 1e6))::bigint as log_square_sum,
      ${raw(responseBands.map(({ name, from, to }) => `(count(*) filter (where us >= ${from * minute}${to === Number.POSITIVE_INFINITY ? '' : ` and us < ${to * minute}`}))::int as ${name}`).join(', '))}
    from (
      select r.*, clock, us, ${lnSeconds} as ln_seconds
      from ${rows}
      cross join lateral (
        values
          ('response', (extract(epoch from answered_at - asked_at) * 1000000)::bigint),
          ('wait', (case when waited_since is not null then greatest(0, extract(epoch from answered_at - waited_since)) * 1000000 end)::bigint)
      ) as elapsed (clock, us)
      where us is not null
    ) as timed
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9`,
};
