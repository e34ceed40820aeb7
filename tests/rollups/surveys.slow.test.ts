import fc from 'fast-check';
import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { entities } from '../../src/domain/entities.ts';
import { deleteRecords } from '../../src/ingest/delete.ts';
import type { DimensionId } from '../../src/kpis/dimensions.ts';
import { drain } from '../../src/rollups/engine.ts';
import type { TenantZone } from '../../src/rollups/rollup.ts';
import { surveyDaily } from '../../src/rollups/survey-daily.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { ask } from '../kpis/asking.ts';
import { type SurveyState, writeSurveys } from './writing.ts';

/*
 * Answers that change after the fact: scores corrected, days moved, operators and teams reassigned, states late or
 * repeated, deletions before and after them. What the aggregate and the two KPIs then say is what counting the answers one by
 * one says, kept beside in plain JavaScript.
 */
const database = useDatabase();
const factor = Number(process.env.CREMA_PROPERTY_RUNS ?? 1);
const seed = Number(process.env.CREMA_PROPERTY_SEED ?? 20_261_120);
const timeLimit = 60_000 * factor;
const at = Temporal.Instant.from('2026-11-20T00:00:00Z');

const ids = ['1', '2', '3', '4', '5', '6', '7', '8'];
const source = fc.constantFrom('import', 'zendesk');
const instant = fc
  .tuple(
    fc.constantFrom('2026-10-30', '2026-10-31', '2026-11-01', '2026-11-02'),
    fc.constantFrom('00:00:00', '03:59:59.999999', '04:00:00', '05:00:00', '18:30:00'),
  )
  .map(([day, time]) => `${day}T${time}Z`);

const state: fc.Arbitrary<SurveyState> = fc
  .record({
    id: fc.constantFrom(...ids),
    version: fc.integer({ min: 1, max: 12 }),
    kind: fc.constantFrom('csat', 'nps', 'nps', 'unmapped'),
    any: fc.nat(10),
    answered_at: instant,
    account_id: fc.constantFrom('acme', 'blue', null),
    operator_id: fc.constantFrom('x', 'y', null),
    team_id: fc.constantFrom('a', 'b', null),
  })
  .map(({ any, ...rest }) => ({ ...rest, score: rest.kind === 'csat' ? 1 + (any % 5) : any }));

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      source,
      states: fc.uniqueArray(state, { selector: ({ id }) => id, minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      source,
      deleted: fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1, maxLength: 3 }),
      version: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 3, arbitrary: fc.constant('drain' as const) },
);

interface Known {
  version: number;
  /** null: deleted. */
  state: SurveyState | null;
}

/** What is known of each answer, by source and id, after everything that was delivered. */
function modelOf(steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]) {
  const known = new Map<string, Known>();
  for (const one of steps) {
    if (one === 'drain') continue;
    if ('states' in one) {
      for (const delivered of one.states) {
        const before = known.get(`${one.source}/${delivered.id}`);
        const isNewer = !before || delivered.version > before.version;
        if (isNewer || (delivered.version === before.version && before.state))
          known.set(`${one.source}/${delivered.id}`, { version: delivered.version, state: delivered });
      }
    } else {
      for (const id of one.deleted) {
        const before = known.get(`${one.source}/${id}`);
        if (!before || one.version >= before.version)
          known.set(`${one.source}/${id}`, { version: one.version, state: null });
      }
    }
  }
  return [...known].flatMap(([key, { state: last }]) => (last ? [{ ...last, source: key.split('/')[0]! }] : []));
}

type Answer = ReturnType<typeof modelOf>[number];

const localDay = ({ answered_at }: Answer, timezone: string) =>
  Temporal.Instant.from(answered_at).toZonedDateTimeISO(timezone).toPlainDate().toString();

/** The aggregate's rows as lines of text with their counts, by counting. */
function countedRows(answers: readonly Answer[], timezone: string): Record<string, number> {
  const rows: Record<string, number> = {};
  for (const answer of answers) {
    const { source: from, kind, score, account_id, operator_id, team_id } = answer;
    const key = [
      localDay(answer, timezone),
      from,
      kind,
      score,
      account_id ?? '',
      operator_id ?? '',
      team_id ?? '',
    ].join('|');
    rows[key] = (rows[key] ?? 0) + 1;
  }
  return rows;
}

async function storedRows({ tenantId }: TenantZone): Promise<Record<string, number>> {
  const rows = await database.db.query<{ key: string; answers: number }>(sql`
    select concat_ws('|', day, source, kind, score, account_id, operator_id, team_id) as key, answers
    from mart.survey_daily where tenant_id = ${tenantId}`);
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  return Object.fromEntries(rows.map(({ key, answers }) => [key, answers]));
}

/** csat and nps of some answers from their definitions. */
const oracles = {
  csat: (answers: readonly Answer[]) => {
    const scores = answers.filter(({ kind }) => kind === 'csat').map(({ score }) => score);
    return scores.length === 0 ? null : scores.reduce((sum, score) => sum + score, 0) / scores.length;
  },
  nps: (answers: readonly Answer[]) => {
    const scores = answers.filter(({ kind }) => kind === 'nps').map(({ score }) => score);
    const promoters = scores.filter((score) => score > 8).length;
    const detractors = scores.filter((score) => score < 7).length;
    return scores.length === 0 ? null : (100 * (promoters - detractors)) / scores.length;
  },
};

let tenants = 0;

test(
  'whatever is corrected, moved, repeated and deleted, aggregate, csat and nps are what counting one by one gives',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata'),
        fc.array(step, { minLength: 1, maxLength: 14 }),
        async (timezone, steps) => {
          const { db } = database;
          const tenantId = await makeTenant(db, `t${++tenants}`, { timezone });
          const tenant = { tenantId, timezone };
          const run = { tenant, at };
          for (const one of steps) {
            if (one === 'drain') await drain(db, surveyDaily, tenant, at);
            else if ('states' in one) await db.tx((tx) => writeSurveys(tx, run, one.states, { source: one.source }));
            else {
              const { source: from, deleted, version } = one;
              await db.tx((tx) =>
                deleteRecords(tx, run, { entity: entities.survey, source: from, ids: deleted, version }),
              );
            }
          }
          await drain(db, surveyDaily, tenant, at);
          const answers = modelOf(steps);
          expect(await storedRows(tenant)).toEqual(countedRows(answers, timezone));
          await agree(tenant, answers);
        },
      ),
      { seed, numRuns: 25 * factor, interruptAfterTimeLimit: timeLimit - 20_000 },
    );
  },
  timeLimit,
);

/** Total, days and every dimension: each row is its own answers, and the rows' sums are the whole's. */
async function agree({ tenantId, timezone }: TenantZone, answers: readonly Answer[]): Promise<void> {
  const asker = { db: database.db, tenantId, timezone, now: at.toString() };
  const dimensions = { csat: ['team', 'operator', 'account'], nps: ['account', 'team'] } as const;
  for (const kpi of ['csat', 'nps'] as const) {
    for (const by of dimensions[kpi]) {
      const result = await ask(asker, kpi, { period: '2026-10-29..2026-11-03', by });
      expect(result.value).toBe(oracles[kpi](answers));
      for (const point of result.series.points)
        expect(point.value).toBe(oracles[kpi](answers.filter((answer) => localDay(answer, timezone) === point.at)));
      const { rows } = result.breakdown!;
      for (const row of rows) {
        const [from, key] = row.key!.includes('/') ? (row.key!.split('/') as [string, string]) : [null, row.key!];
        const own = answers.filter((answer) => idOf(answer, by) === key && (from === null || answer.source === from));
        expect(row.value).toBe(oracles[kpi](own));
      }
      const sum = (pick: (row: (typeof rows)[number]) => number | undefined) =>
        rows.reduce((total, row) => total + (pick(row) ?? 0), 0);
      expect(sum((row) => row.denominator)).toBe(result.denominator);
      expect(sum((row) => row.numerator)).toBe(result.numerator);
      for (const part of kpi === 'nps' ? ['promoters', 'passives', 'detractors', 'answers'] : ['answers'])
        expect(sum((row) => row.parts?.[part] ?? 0)).toBe(result.parts[part] ?? 0);
    }
  }
}

function idOf({ team_id, operator_id, account_id }: Answer, by: DimensionId): string {
  return { team: team_id, operator: operator_id, account: account_id }[by as 'team'] ?? '';
}
