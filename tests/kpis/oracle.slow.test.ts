import fc from 'fast-check';
import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import type { Measure } from '../../src/domain/kpi-result.ts';
import { addDays, addUnits } from '../../src/domain/period.ts';
import { kpis } from '../../src/kpis/index.ts';
import { insertTickets, makeTenant, useDatabase } from '../database.ts';
import { type Asker, ask, settle } from './asking.ts';
import { localDate, type OracleAnswer, type OracleScope, type OracleTicket, oracleOf } from './oracle.ts';

const database = useDatabase();
const runs = 30 * Number(process.env.CREMA_PROPERTY_RUNS ?? 1);
/** Shrinking stops before the test's own time is up, so that a failure is always shown with its example. */
const timeLimit = 60_000 * Number(process.env.CREMA_PROPERTY_RUNS ?? 1);
const seed = Number(process.env.CREMA_PROPERTY_SEED ?? 20_261_120);

const zones = ['UTC', 'America/New_York', 'America/Santiago', 'Asia/Kolkata', 'Pacific/Auckland', 'Pacific/Kiritimati'];
/** Around the time changes of New York and Auckland; dense, so that days and instants collide. */
const first = Temporal.Instant.from('2026-10-20T00:00:00Z');
const hours = 24 * 28;

const micro = (hour: number, micros: number) => Number(first.epochNanoseconds / 1000n) + hour * 3_600_000_000 + micros;
const instant = fc
  .tuple(fc.integer({ min: 0, max: hours }), fc.constantFrom(0, 0, 1, 1_799_999_999, 1_800_000_000, 3_599_999_999))
  .map(([hour, micros]) => micro(hour, micros));
const end = fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 3, arbitrary: instant });

const ticket = fc.record({
  source: fc.constantFrom('import', 'zendesk'),
  created: instant,
  resolved: end,
  /** Resolved in the very moment it was created. */
  atOnce: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  answered: end,
  closed: end,
  priority: fc.constantFrom('critical', 'high', null),
  team: fc.constantFrom('1', '2', null),
  operator: fc.constantFrom('anna', 'ben', null),
  flag: fc.constantFrom(true, false, null),
  demo: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  deleted: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

const question = fc.record({
  now: instant,
  from: fc.integer({ min: -2, max: 29 }),
  days: fc.integer({ min: 1, max: 20 }),
  filters: fc.constantFrom<readonly (readonly ['priority' | 'team', string])[]>(
    [],
    [['priority', 'CRITICAL']],
    [['priority', 'none']],
    [['team', '1']],
    [['team', 'import team 2']],
    [
      ['team', 'none'],
      ['priority', 'high'],
    ],
    [
      ['priority', 'high'],
      ['priority', 'none'],
    ],
  ),
  grain: fc.constantFrom('day', 'week', 'month'),
});

/** What the filters above mean. */
const matchers = (filters: readonly (readonly [string, string])[]) => (row: OracleTicket) => {
  const one = ([dimension, text]: readonly [string, string]): boolean => {
    if (dimension === 'priority') return row.priority === (text === 'none' ? null : text.toLowerCase());
    if (text === 'import team 2') return row.team === '2' && row.source === 'import';
    return row.team === (text === 'none' ? null : text);
  };
  return ['priority', 'team'].every((name) => {
    const wanted = filters.filter(([dimension]) => dimension === name);
    return wanted.length === 0 || wanted.some(one);
  });
};

test(
  'every KPI of tickets equals a walk over them, for any zone, period, filter, grain and moment',
  async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...zones),
        fc.constantFrom(1, 6, 7),
        fc.array(ticket, { minLength: 1, maxLength: 40 }),
        fc.array(question, { minLength: 3, maxLength: 3 }),
        instant,
        async (timezone, weekStart, generated, questions, sweptAt) => {
          const rows: OracleTicket[] = generated.map(({ atOnce, ...row }, n) => ({
            ...row,
            id: String(n),
            resolved: atOnce ? row.created : row.resolved,
          }));
          const asker = await load(`run-${++run}`, timezone, weekStart, rows, sweptAt);
          for (const asked of questions) await agree(asker, rows, asked);
        },
      ),
      { numRuns: runs, seed, interruptAfterTimeLimit: timeLimit - 20_000 },
    );
  },
  timeLimit,
);

async function load(
  slug: string,
  timezone: string,
  weekStart: number,
  rows: readonly OracleTicket[],
  sweptAt: number,
): Promise<Asker> {
  const { db } = database;
  const tenantId = await makeTenant(db, slug, { timezone, weekStart });
  await db.run(sql`
    insert into crm.accounts (tenant_id, source, id, demo, version)
    values (${tenantId}, 'import', 'demo', true, 1), (${tenantId}, 'zendesk', 'demo', true, 1)`);
  await db.run(sql`
    insert into crm.teams (tenant_id, source, id, name, version)
    values (${tenantId}, 'import', '2', 'Import Team 2', 1), (${tenantId}, 'zendesk', '2', 'Zendesk Team 2', 1)`);
  await db.run(sql`
    insert into crm.teams (tenant_id, source, id, version)
    values (${tenantId}, 'import', '1', 1), (${tenantId}, 'zendesk', '1', 1)`);
  const text = (at: number | null) => (at === null ? null : new Temporal.Instant(BigInt(at) * 1000n).toString());
  await insertTickets(
    db,
    tenantId,
    rows.map((row) => ({
      id: row.id,
      source: row.source,
      created_at: text(row.created)!,
      resolved_at: text(row.resolved),
      first_response_at: text(row.answered),
      closed_at: text(row.closed),
      priority: row.priority,
      team_id: row.team,
      operator_id: row.operator,
      sla_met: row.flag,
      account_id: row.demo ? 'demo' : null,
      deleted_at: row.deleted ? '2026-12-01T00:00:00Z' : null,
    })),
  );
  const asker = { db, tenantId, timezone, weekStart, now: '2026-12-01T00:00:00Z' };
  // Whenever the sweep came by last, the answer as of any moment is the same.
  await settle(asker, { import: asker.now, zendesk: asker.now }, text(sweptAt)!);
  return asker;
}

type Question = typeof question extends fc.Arbitrary<infer T> ? T : never;

async function agree(asker: Asker, rows: readonly OracleTicket[], asked: Question): Promise<void> {
  const now = asked.now;
  const oracle = oracleOf(asker, rows, now);
  const from = addDays('2026-10-20', asked.from);
  const to = addDays(from, asked.days);
  for (const { id, kind, datedBy, board, dimensions } of kpis.filter(
    ({ group, streams }) => group === 'support' && streams.includes('ticket'),
  )) {
    const measure = oracle[id as 'tickets'];
    const filters = asked.filters.filter(([dimension]) => dimensions.includes(dimension));
    const matches = matchers(filters);
    const dated = rows.filter(
      (row) =>
        !row.deleted &&
        (id !== 'first-response-time' || row.answered !== null) &&
        ('at' in datedBy && datedBy.at === 'created_at' ? row.created : row.resolved) !== null,
    );
    const dates = dated
      .map((row) => oracleDate(asker, 'at' in datedBy && datedBy.at === 'created_at' ? row.created : row.resolved!))
      .filter((date) => date <= oracle.today);
    const begins = dates.toSorted()[0];
    /** Where nothing happened, zero is known only for time that has passed since the first record. */
    const expected = (scope: OracleScope): OracleAnswer => {
      const answer = measure(scope);
      const known = begins !== undefined && scope.to > begins && startOf(asker, scope.from) < now;
      return casesOf(answer) || known ? answer : { ...answer, value: null };
    };
    const result = await ask(asker, id, {
      now: new Temporal.Instant(BigInt(now) * 1000n).toString(),
      period: `${from}..${addDays(to, -1)}`,
      filters,
      grain: asked.grain,
      by: 'team',
    });
    const where = `${id} ${from}..${to} ${asker.timezone}`;
    same(result, expected({ from, to, matches }), where);
    const length = asked.days;
    // One day is compared with the same weekday a week before, a stretch with the one before it.
    const before = length === 1 ? addDays(from, -7) : addDays(from, -length);
    same(
      { value: result.comparison!.value },
      { value: expected({ from: before, to: addDays(before, length), matches }).value, parts: {} },
      `${where} before`,
    );
    for (const point of result.series.points) {
      const next = addUnits(point.at, asked.grain, 1);
      const scope = { from: point.at > from ? point.at : from, to: next < to ? next : to, matches };
      same(point, { ...expected(scope), parts: {} }, `${where} at ${point.at}`);
    }
    const covered = new Set(result.series.points.map((point) => point.at));
    expect(covered.size, `${where}: one point per bucket`).toBe(result.series.points.length);
    // On a board whoever has nothing is there too.
    for (const row of board ? [] : result.breakdown!.rows) {
      const [named, team] = row.key!.includes('/') ? row.key!.split('/') : [null, row.key!];
      const answers = (named ? [named] : team === '' ? [null] : ['import', 'zendesk']).map((source) =>
        measure({
          from,
          to,
          matches: (one) => matches(one) && (one.team ?? '') === team && (source === null || one.source === source),
        }),
      );
      // Tickets created before the period and decided in it make a row without cases.
      if (answers.every((answer) => casesOf(answer) === 0) && (row.parts?.decided ?? 0) > 0) continue;
      // A key that names no source is that of the one source with something to count.
      const counted = team === '' ? answers : answers.filter((answer) => casesOf(answer) > 0 || hasUnmeasured(answer));
      expect(counted.length, `${where}: rows of team ${row.key}`).toBeGreaterThan(0);
      if (team !== '') expect(counted.length, `${where}: sources of team ${row.key}`).toBe(1);
      same(row, counted[0]!, `${where} team ${row.key}`);
    }
    if (kind === 'flow')
      expect(result.breakdown!.rows.reduce((total, row) => total + Number(row.value), 0)).toBe(
        Number(result.value ?? 0),
      );
  }
}

function oracleDate(asker: Asker, at: number): string {
  return localDate(at, asker.timezone);
}

/** Records that are counted beside the cases: undecided, without a flag, negative. */
function hasUnmeasured({ parts }: OracleAnswer): boolean {
  return ['pending', 'not_measured', 'unflagged', 'negative'].some((name) => (parts[name] ?? 0) > 0);
}

/** How many cases an answer rests on. */
function casesOf({ value, denominator, parts }: OracleAnswer): number {
  return parts.count ?? denominator ?? value ?? 0;
}

function startOf(asker: Asker, date: string): number {
  return Number(Temporal.PlainDate.from(date).toZonedDateTime(asker.timezone).epochNanoseconds / 1000n);
}

/** Exact, but for what is read from a histogram: that may be 1 % off, and under a second is shown as none. */
function same(actual: Measure, expected: OracleAnswer, where: string): void {
  const inexact = /^(resolution-time|first-response-time|leaderboard)/.test(where);
  const medians = where.startsWith('leaderboard') ? ['first_response', 'resolution'] : ['value', 'median', 'p90'];
  const check = (found: unknown, wanted: number | null | undefined, what: string) => {
    if (inexact && typeof wanted === 'number' && medians.includes(what)) {
      expect(Math.abs(Number(found) - wanted), `${where}: ${what} ${found} for ${wanted}`).toBeLessThanOrEqual(
        Math.max(1, wanted * 0.01 + 1e-6),
      );
    } else if (what === 'average' && typeof wanted === 'number') {
      expect(found, `${where}: ${what}`).toBeCloseTo(wanted, 5);
    } else expect(found, `${where}: ${what}`).toBe(wanted);
  };
  check(actual.value, expected.value, 'value');
  if (expected.denominator !== undefined) {
    check(actual.numerator, expected.numerator, 'numerator');
    check(actual.denominator, expected.denominator, 'denominator');
  }
  for (const [name, part] of Object.entries(expected.parts)) {
    // Where there is no value at all, a part of zero is unknown too.
    if (actual.value === null && part === 0) expect([0, null], `${where}: ${name}`).toContain(actual.parts?.[name]);
    else check(actual.parts?.[name], part, name);
  }
}
