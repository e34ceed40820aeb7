import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import type { BreakdownRow, KpiResult } from '../../src/domain/kpi-result.ts';
import { insertSurveys, insertTickets, makeTenant, type TicketValues, useDatabase } from '../database.ts';
import { type Asked, type Asker, ask, settle } from './asking.ts';

/*
 * One help desk, worked out by hand. Zone UTC, round the clock, asked on Friday 2026-11-20 12:00. Every ticket is of
 * priority high: first response within 2 h, resolution within 24 h.
 *
 * Created on 2 November 08:00, resolved 2 h later where they are, first response after the time given:
 *   anna 12, all resolved, 30 min each: rate 1, SLA 12 / 12
 *   ben  12, all resolved, six after 1 h and six after 3 h: rate 1, SLA 6 / 12; the 3 h ones are resolved after 4 h
 *   carl 10, nine resolved, 1 h each: rate 0.9, SLA 9 / 10
 *   finn 10, as carl
 *   gus  10, five resolved, 1 h each: rate 0.5, SLA 5 / 10
 *   dora  9, all resolved, 30 min each: rate 1, SLA 9 / 9; too few to be ranked
 *   3 of nobody, open: one of team 1, two of no team
 * Created before: zora's of 1 November 12:00, resolved a day later; and open since 1 October ben 4, carl 2, eve 2.
 * Satisfaction: anna 5 and 4, and 1 before the week; dora 3; zora 2.
 *
 * Assigned in the week 12 + 12 + 10 + 10 + 10 + 9 = 63, resolved 12 + 12 + 9 + 9 + 5 + 9 = 56.
 *
 * Team 1: anna (online), ben (away), carl, dora, eve (has left), fay (has left, no tickets), hal (joined on the 15th).
 * Team 2: finn, iris (no tickets). No team: gus, zora, and sue, who leads ben and carl but no team.
 * Open at the end of the 8th: ben 4, carl 1 + 2 = 3, eve 2, finn 1, gus 5 = 15, and 3 of nobody.
 * Medians on the 8th: team 1 over 0 0 2 3 4 = 2; team 2 over 0 1 = 0.5. On the 19th hal is one more of team 1: 0 0 0 2 3 4 = 1.
 */
const database = useDatabase();
const asker: Asker = { db: undefined as never, tenantId: 0, timezone: 'UTC', now: '2026-11-20T12:00:00Z' };
const week = '2026-11-02..2026-11-08';

const teams: Readonly<Record<string, string | null>> = {
  ...{ anna: '1', ben: '1', carl: '1', dora: '1', eve: '1', fay: '1', hal: '1' },
  ...{ finn: '2', iris: '2', gus: null, zora: null, sue: null },
};
const nameOf = (id: string) => id.charAt(0).toUpperCase() + id.slice(1);

function ticketsOf(operator: string, count: number, resolved: number, answeredAfter: (n: number) => number) {
  const created = Temporal.Instant.from('2026-11-02T08:00:00Z');
  return Array.from({ length: count }, (_, n): TicketValues => {
    const answered = answeredAfter(n);
    return {
      ...{ id: `${operator}-${n}`, operator_id: operator, team_id: teams[operator]!, priority: 'high' },
      created_at: created.toString(),
      first_response_at: created.add({ minutes: answered }).toString(),
      resolved_at: n < resolved ? created.add({ hours: answered > 120 ? 4 : 2 }).toString() : null,
    };
  });
}

function openSince(operator: string, count: number): TicketValues[] {
  return Array.from({ length: count }, (_, n) => ({
    ...{ id: `${operator}-old-${n}`, operator_id: operator, team_id: teams[operator]!, priority: 'high' },
    created_at: '2026-10-01T08:00:00Z',
  }));
}

beforeAll(async () => {
  const { db } = database;
  asker.db = db;
  asker.tenantId = await makeTenant(db, 'boards');
  const { tenantId } = asker;
  await db.run(sql`
    insert into crm.teams (tenant_id, source, id, name, version)
    values (${tenantId}, 'import', '1', 'Tier 1', 1), (${tenantId}, 'import', '2', 'Tier 2', 1)`);
  for (const [id, team] of Object.entries(teams)) {
    await db.run(sql`
      insert into crm.operators (tenant_id, source, id, name, email, role, team_id, active, status, created_at, supervisor_ids, version)
      values (
        ${tenantId}, 'import', ${id}, ${nameOf(id)}, ${`${id}@example.com`}, ${id === 'sue' ? 'supervisor' : 'agent'}, ${team},
        ${!['eve', 'fay'].includes(id)}, ${({ anna: 'online', ben: 'away' } as Record<string, string>)[id] ?? null},
        ${id === 'hal' ? '2026-11-15T09:00:00Z' : '2026-01-01T00:00:00Z'}, ${['ben', 'carl'].includes(id) ? ['sue'] : []}, 1)`);
  }
  await insertTickets(db, tenantId, [
    ...ticketsOf('anna', 12, 12, () => 30),
    ...ticketsOf('ben', 12, 12, (n) => (n < 6 ? 60 : 180)),
    ...ticketsOf('carl', 10, 9, () => 60),
    ...ticketsOf('finn', 10, 9, () => 60),
    ...ticketsOf('gus', 10, 5, () => 60),
    ...ticketsOf('dora', 9, 9, () => 30),
    ...[1, 2, 3].map((n) => ({ id: `n-${n}`, created_at: '2026-11-03T08:00:00Z', team_id: n === 1 ? '1' : null })),
    ...[...openSince('ben', 4), ...openSince('carl', 2), ...openSince('eve', 2)],
    { id: 'z', operator_id: 'zora', created_at: '2026-11-01T12:00:00Z', resolved_at: '2026-11-02T12:00:00Z' },
  ]);
  const score = (operator_id: string, value: number, answered_at = '2026-11-04T10:00:00Z') => ({
    ...{ id: `${operator_id}-${value}`, kind: 'csat', score: value, answered_at, operator_id },
    team_id: teams[operator_id]!,
  });
  await insertSurveys(db, tenantId, [
    ...[score('anna', 5), score('anna', 4), score('anna', 1, '2026-10-20T10:00:00Z')],
    ...[score('dora', 3), score('zora', 2)],
  ]);
  await settle(asker, { import: asker.now });
  await db.run(sql`
    insert into ops.people (tenant_id, person_id, role, source, operator_id, team_ids)
    values (${tenantId}, 'agent-ben', 'agent', 'import', 'ben', '{}'), (${tenantId}, 'lead-of-1', 'supervisor', 'import', null, '{1}')`);
  await db.run(sql`
    insert into ops.slack_users (tenant_id, slack_user_id, standing, name, email, checked_at)
    values (${tenantId}, 'U0SUE', 'member', 'Sue', 'sue@example.com', ${asker.now})`);
});

const board = (kpi: string, asked: Asked = {}) => ask(asker, kpi, { period: week, ...asked });
const rowsOf = ({ breakdown }: KpiResult) => breakdown!.rows;
const labels = (result: KpiResult) => rowsOf(result).map(({ label }) => label);
const row = (result: KpiResult, label: string): BreakdownRow => rowsOf(result).find((one) => one.label === label)!;
const within = (value: unknown, seconds: number) =>
  expect(Math.abs(Number(value) - seconds)).toBeLessThanOrEqual(seconds / 100);

describe('the leaderboard', () => {
  test('ranks by rate, equal rates by SLA; those with fewer than ten follow', async () => {
    const result = await board('leaderboard');
    expect(result).toMatchObject({ value: 56 / 63, numerator: 56, denominator: 63, unit: 'ratio' });
    expect(result.parts).toMatchObject({ assigned: 63, resolved: 56, sla: 50 / 63, csat: 14 / 4 });
    expect(rowsOf(result).map(({ label, rank, value }) => [rank, label, value])).toEqual([
      [1, 'Anna', 1],
      [2, 'Ben', 1],
      [3, 'Carl', 0.9],
      [3, 'Finn', 0.9],
      [5, 'Gus', 0.5],
      [null, 'Dora', 1],
      [null, 'Zora', null],
    ]);
    expect(result.notes).toEqual([
      'Ranked by resolution rate, equal ones by SLA: 5 operators with 10 cases or more.',
      '2 with fewer follow without a rank.',
      '5 of the ranked have fewer than 30: close ranks say little.',
      '3 tickets unassigned.',
      'Medians are within 1 % of the exact ones.',
    ]);
  });

  test('has for everybody what can be said of them, and nothing where there is no data', async () => {
    const result = await board('leaderboard');
    expect(row(result, 'Anna').parts).toMatchObject({ assigned: 12, resolved: 12, sla: 1, csat: 4.5 });
    within(row(result, 'Anna').parts?.first_response, 1800);
    within(row(result, 'Anna').parts?.resolution, 7200);
    // Six of an hour and six of three, six of two hours and six of four: half way between.
    expect(row(result, 'Ben').parts).toMatchObject({ sla: 0.5, csat: null });
    within(row(result, 'Ben').parts?.first_response, 7200);
    within(row(result, 'Ben').parts?.resolution, 10_800);
    // Nothing was assigned to Zora in the week, but a ticket resolved and an answer given.
    expect(row(result, 'Zora').parts).toMatchObject({
      assigned: 0,
      resolved: 0,
      first_response: null,
      sla: null,
      csat: 2,
    });
    within(row(result, 'Zora').parts?.resolution, 86_400);
  });

  test('of a team ranks its operators; by team ranks teams, but not having none', async () => {
    const tier2 = await board('leaderboard', { filters: [['team', 'tier 2']] });
    expect(rowsOf(tier2).map(({ label, rank }) => [rank, label])).toEqual([[1, 'Finn']]);
    const byTeam = await board('leaderboard', { by: 'team' });
    expect(
      rowsOf(byTeam).map(({ label, rank, numerator, denominator }) => [rank, label, numerator, denominator]),
    ).toEqual([
      [1, 'Tier 1', 42, 43],
      [2, 'Tier 2', 9, 10],
      [null, 'No team', 5, 10],
    ]);
  });

  test('has no ranks for a row that the question has picked', async () => {
    const [only, ...others] = rowsOf(await board('leaderboard', { filters: [['operator', 'carl']] }));
    expect(others).toEqual([]);
    expect(only).toMatchObject({ label: 'Carl', value: 0.9 });
    expect(only).not.toHaveProperty('rank');
  });

  test('shows an agent the own row without a rank, a supervisor the ranks within the team', async () => {
    const own = await board('leaderboard', { viewer: 'agent-ben' });
    expect(own).toMatchObject({ scope: 'own', numerator: 12, denominator: 12 });
    expect(labels(own)).toEqual(['Ben']);
    expect(rowsOf(own)[0]).not.toHaveProperty('rank');
    expect(own.notes.some((note) => note.startsWith('Ranked'))).toBe(false);
    const led = await board('leaderboard', { viewer: 'lead-of-1' });
    expect(rowsOf(led).map(({ label, rank }) => [rank, label])).toEqual([
      [1, 'Anna'],
      [2, 'Ben'],
      [3, 'Carl'],
      [null, 'Dora'],
    ]);
    expect(led.notes).toContain('1 ticket unassigned.');
  });

  test('of a source without resolutions has no rate, rather than one of 0', async () => {
    const bare: Asker = { ...asker, tenantId: await makeTenant(asker.db, 'bare') };
    await insertTickets(asker.db, bare.tenantId, [
      { id: '1', created_at: '2026-11-03T08:00:00Z', operator_id: 'anna', priority: 'high' },
    ]);
    await settle(bare, { import: asker.now });
    const result = await ask(bare, 'leaderboard', { period: week });
    expect(result).toMatchObject({ value: null, requires: ['no resolution times in source import'] });
    expect(result.parts).toMatchObject({ assigned: 1, resolved: null });
  });
});

describe('the workload', () => {
  const loads = (result: KpiResult) =>
    rowsOf(result).map(({ label, value, parts }) => [label, value, parts?.team_median, parts?.against_median]);
  const onThe8th = [
    ['Gus', 5, null, null],
    ['Ben', 4, 2, 2],
    ['Carl', 3, 2, 1],
    ['Eve', 2, 2, 0],
    ['Finn', 1, 0.5, 0.5],
    ['Anna', 0, 2, -2],
    ['Dora', 0, 2, -2],
    ['Iris', 0, 0.5, -0.5],
  ];

  test('is everybody’s open tickets against the median of the team, idle ones counting as 0', async () => {
    const result = await board('workload');
    expect(result).toMatchObject({ value: 15, parts: { open: 15, unassigned: 3, team_median: null } });
    expect(loads(result)).toEqual(onThe8th);
    // Who is there now says nothing about then.
    expect(rowsOf(result).some((one) => 'status' in one)).toBe(false);
  });

  test('now: whoever has joined since is one of the team, and the CRM says who is there', async () => {
    const result = await ask(asker, 'workload');
    expect(result.value).toBe(15);
    expect(row(result, 'Ben').parts).toMatchObject({ team_median: 1, against_median: 3 });
    expect(row(result, 'Hal')).toMatchObject({ value: 0, parts: { team_median: 1, against_median: -1 } });
    expect(['Anna', 'Ben', 'Carl'].map((name) => row(result, name).status)).toEqual(['online', 'away', undefined]);
  });

  test('of one operator compares with the whole team', async () => {
    const result = await board('workload', { filters: [['operator', 'ben']] });
    expect(loads(result)).toEqual([['Ben', 4, 2, 2]]);
    expect(result).toMatchObject({ value: 4, parts: { open: 4, team_median: 2, against_median: 2, unassigned: 0 } });
  });

  test('of one team is about its tickets and its operators; by team has no single one to compare', async () => {
    const result = await board('workload', { filters: [['team', 'tier 1']] });
    expect(loads(result)).toEqual(onThe8th.filter(([name]) => !['Gus', 'Finn', 'Iris'].includes(String(name))));
    expect(result).toMatchObject({ value: 9, parts: { unassigned: 1 } });
    expect(loads(await board('workload', { by: 'team' }))).toEqual([
      ['Tier 1', 9, null, null],
      ['No team', 5, null, null],
      ['Tier 2', 1, null, null],
    ]);
  });

  test('tells nobody the median of records that they may not see', async () => {
    const withheld = 'Medians of teams that you may not see as a whole are not shown.';
    const own = await board('workload', { viewer: 'agent-ben' });
    expect(loads(own)).toEqual([['Ben', 4, null, null]]);
    expect(own).toMatchObject({ scope: 'own', value: 4, notes: [withheld] });
    expect(JSON.stringify(own)).not.toMatch(/Anna|Carl|Dora|Eve|Finn|Gus|Iris/i);
    // Sue leads two of the team, and may not work out what the others have.
    const few = await board('workload', { viewer: 'slack:U0SUE' });
    expect(loads(few)).toEqual([
      ['Ben', 4, null, null],
      ['Carl', 3, null, null],
    ]);
    expect(few.notes).toEqual([withheld]);
    const led = await board('workload', { viewer: 'lead-of-1' });
    expect(loads(led)).toEqual(onThe8th.filter(([name]) => !['Gus', 'Finn', 'Iris'].includes(String(name))));
    expect(led).toMatchObject({ scope: 'teams', notes: [], parts: { unassigned: 1 } });
  });

  test('is over time what it is at each end', async () => {
    const { points } = (await board('workload', { period: '2026-11-01..2026-11-03' })).series;
    // Zora's ticket of the 1st was resolved on the 2nd, when those that stay open came in.
    expect(points.map(({ value }) => value)).toEqual([9, 15, 15]);
  });

  test('where no source says anything of tickets, nobody is said to have none', async () => {
    const bare: Asker = { ...asker, tenantId: await makeTenant(asker.db, 'staff-only') };
    await asker.db.run(sql`
      insert into crm.operators (tenant_id, source, id, name, team_id, active, version)
      values (${bare.tenantId}, 'import', 'anna', 'Anna', '1', true, 1)`);
    const result = await ask(bare, 'workload', { period: week });
    expect(result).toMatchObject({ value: null, breakdown: { by: 'operator', rows: [], other: null } });
  });
});
