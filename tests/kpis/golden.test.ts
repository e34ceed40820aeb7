import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import { insertTickets, makeTenant, useDatabase } from '../database.ts';
import { type Asker, ask, askOutcome, settle } from './asking.ts';

/*
 * One small company, worked out by hand. Zone UTC, weeks from Monday; the question is asked on Monday 2026-11-16 12:00.
 * The default period is 9 to 15 November (the week), compared with 2 to 8 November (the week before).
 *
 * id   source  created           ended                    priority  team  operator  account  channel  flag
 * w1   import  09 08:00          resolved 09 10:00 (2 h)  critical  1     anna      acme     chat     met
 * w2   import  09 09:00          resolved 11 09:00 (48 h) high      1     ben       acme     email    missed
 * w3   import  10 00:00          resolved 10 00:00 (0 s)  low       2     -         -        email    met
 * w4   import  10 10:00          resolved 10 09:00 (-1 h) medium    2     -         -        email    -
 * w5   import  11 12:00          closed 12 12:00, never resolved    high  -  -  -  chat     missed
 * w6   import  12 06:00          open again (reopened)    critical  1     anna      acme     chat     -
 * w7   zendesk 13 06:00          open                     -         1     anna      acme     chat     met
 * w8   import  10 07:00          open                     high      2     ben       ghost    email    met
 * w9   import  15 23:59:59.999999  open                   low       2     -         -        chat     -
 * p1   import  03 06:00          resolved 05 06:00 (48 h) low       2     -         -        chat     met
 * o1   import  01 06:00          resolved 09 00:00 (7 d 18 h) high  1     ben       acme     chat     missed
 * o2   import  01 07:00          open                     high      1     ben       acme     chat     missed
 * o3   import  1 October 06:00   open                     low       2     -         -        email    met
 * o4   import  1 October 05:00   resolved 2 October        low       2     -         -        email    met
 * n1   import  16 00:00 (today)  open                     high      2     -         -        chat     met
 * n2   import  16 13:00 (after the question)  open        high      2     -         -        chat     met
 * x1   import  10 05:00  deleted
 * x2   import  10 05:00  of the account marked as demo in the source
 * x3   import  10 05:00  of the account named as demo in the configuration
 *
 * Team 1 of import is "Tier 1", team 2 is "Tier 2"; team 1 of zendesk is "Desk". Operator anna of import is "Anna",
 * anna of zendesk is unnamed. Account ghost has no record, account acme of zendesk neither.
 *
 * Created in the week: w1 to w9 = 9; the week before: p1 = 1.
 * Flags of the week: met w1 w3 w7 w8 = 4, missed w2 w5 = 2, unflagged w4 w6 w9 = 3: 4 / 6. The week before: 1 / 1.
 * Resolved in the week: w1 7,200 s, w2 172,800 s, w3 0 s, o1 669,600 s; w4 is negative and left out.
 *   average (7,200 + 172,800 + 0 + 669,600) / 4 = 212,400; median (7,200 + 172,800) / 2 = 90,000; 90th percentile: rank
 *   0.9 x 3 = 2.7, between the third and the fourth: (172,800 + 669,600) / 2 = 421,200. The week before: p1 172,800.
 *   Round the clock, business time is the same. By the default targets w1 and w3 were resolved in time, w2 and o1 not.
 * Open at the end of the 15th: w6 (3 d), w7 (2 d), w8 (5 d), w9 (0 d), o2 (14 d), o3 (45 d) = 6.
 * Open at the end of the 8th: o1, o2, o3 = 3.
 */
const database = useDatabase();
const asker: Asker = { db: undefined as never, tenantId: 0, timezone: 'UTC', now: '2026-11-16T12:00:00Z' };

beforeAll(async () => {
  const { db } = database;
  asker.db = db;
  asker.tenantId = await makeTenant(db, 'golden');
  const { tenantId } = asker;
  await db.run(sql`update ops.tenants set demo_accounts = '{shown}' where tenant_id = ${tenantId}`);
  await db.run(sql`
    insert into crm.accounts (tenant_id, source, id, name, demo, version)
    values (${tenantId}, 'import', 'acme', 'Acme', false, 1), (${tenantId}, 'import', 'toy', 'Toy', true, 1)`);
  await db.run(sql`
    insert into crm.teams (tenant_id, source, id, name, version)
    values (${tenantId}, 'import', '1', 'Tier 1', 1), (${tenantId}, 'import', '2', 'Tier 2', 1),
      (${tenantId}, 'zendesk', '1', 'Desk', 1)`);
  await db.run(sql`
    insert into crm.operators (tenant_id, source, id, name, version)
    values (${tenantId}, 'import', 'anna', 'Anna', 1), (${tenantId}, 'zendesk', 'anna', null, 1)`);
  const on = (day: string, time: string) => `2026-11-${day}T${time}Z`;
  const [tier1, tier2] = [{ team_id: '1' }, { team_id: '2' }];
  const anna = { operator_id: 'anna', account_id: 'acme', channel: 'chat' };
  const ben = { operator_id: 'ben', account_id: 'acme' };
  const [chat, email] = [{ channel: 'chat' }, { channel: 'email' }];
  const resolved = { status: 'resolved' };
  const [open, met, missed] = [{ status: 'open' }, { sla_met: true }, { sla_met: false }];
  await insertTickets(db, tenantId, [
    {
      id: 'w1',
      created_at: on('09', '08:00'),
      resolved_at: on('09', '10:00'),
      priority: 'critical',
      ...tier1,
      ...anna,
      ...met,
      ...resolved,
    },
    {
      id: 'w2',
      created_at: on('09', '09:00'),
      resolved_at: on('11', '09:00'),
      priority: 'high',
      ...tier1,
      ...ben,
      ...email,
      ...missed,
      ...resolved,
    },
    {
      id: 'w3',
      created_at: on('10', '00:00'),
      resolved_at: on('10', '00:00'),
      priority: 'low',
      ...tier2,
      ...email,
      ...met,
      ...resolved,
    },
    {
      id: 'w4',
      created_at: on('10', '10:00'),
      resolved_at: on('10', '09:00'),
      priority: 'medium',
      ...tier2,
      ...email,
      ...resolved,
    },
    {
      id: 'w5',
      created_at: on('11', '12:00'),
      closed_at: on('12', '12:00'),
      priority: 'high',
      ...chat,
      ...missed,
      status: 'closed',
    },
    { id: 'w6', created_at: on('12', '06:00'), priority: 'critical', ...tier1, ...anna, ...open },
    { id: 'w7', source: 'zendesk', created_at: on('13', '06:00'), ...tier1, ...anna, ...met, ...open },
    {
      id: 'w8',
      created_at: on('10', '07:00'),
      priority: 'high',
      ...tier2,
      ...ben,
      account_id: 'ghost',
      ...email,
      ...met,
      ...open,
    },
    { id: 'w9', created_at: on('15', '23:59:59.999999'), priority: 'low', ...tier2, ...chat, ...open },
    {
      id: 'p1',
      created_at: on('03', '06:00'),
      resolved_at: on('05', '06:00'),
      priority: 'low',
      ...tier2,
      ...chat,
      ...met,
      ...resolved,
    },
    {
      id: 'o1',
      created_at: on('01', '06:00'),
      resolved_at: on('09', '00:00'),
      priority: 'high',
      ...tier1,
      ...ben,
      ...chat,
      ...missed,
      ...resolved,
    },
    { id: 'o2', created_at: on('01', '07:00'), priority: 'high', ...tier1, ...ben, ...chat, ...missed, ...open },
    { id: 'o3', created_at: '2026-10-01T06:00Z', priority: 'low', ...tier2, ...email, ...met, ...open },
    {
      id: 'o4',
      created_at: '2026-10-01T05:00Z',
      resolved_at: '2026-10-02T05:00Z',
      priority: 'low',
      ...tier2,
      ...email,
      ...met,
      ...resolved,
    },
    { id: 'n1', created_at: on('16', '00:00'), priority: 'high', ...tier2, ...chat, ...met, ...open },
    { id: 'n2', created_at: on('16', '13:00'), priority: 'high', ...tier2, ...chat, ...met, ...open },
    { id: 'x1', created_at: on('10', '05:00'), deleted_at: on('11', '05:00'), ...met, ...open },
    { id: 'x2', created_at: on('10', '05:00'), account_id: 'toy', ...met, ...open },
    { id: 'x3', created_at: on('10', '05:00'), account_id: 'shown', ...met, ...open },
  ]);
  await settle(asker, { import: '2026-11-16T14:00:00Z', zendesk: '2026-11-16T14:00:00Z' });
});

/** Histograms answer within 1 %. */
const about = (seconds: number) => expect.closeTo(seconds, -Math.log10(seconds * 0.02));

describe('the week', () => {
  test('tickets: nine, against one', async () => {
    expect(await ask(asker, 'tickets')).toMatchObject({
      period: { from: '2026-11-09', to: '2026-11-16', label: 'last 7 days', complete: true, mature: true },
      value: 9,
      comparison: {
        period: { from: '2026-11-02', to: '2026-11-09' },
        value: 1,
        change: 8,
        changeRatio: 8,
        verdict: 'higher',
      },
      freshness: { asOf: '2026-11-16T12:00:00Z', stale: false, pending: 0 },
    });
  });

  test('sla-reported: four of six, three without a flag, too few to judge', async () => {
    const result = await ask(asker, 'sla-reported');
    expect(result).toMatchObject({
      value: 4 / 6,
      numerator: 4,
      denominator: 6,
      parts: { unflagged: 3 },
      comparison: { value: 1, change: 4 / 6 - 1, verdict: 'few-cases' },
      target: { value: 0.9, met: false },
    });
    expect(result.interval?.low).toBeCloseTo(0.3, 2);
    expect(result.interval?.high).toBeCloseTo(0.9032, 3);
  });

  test('resolution-time: dated by resolution, zero counts, negative is left out and said', async () => {
    const result = await ask(asker, 'resolution-time');
    expect(result.parts).toEqual({
      average: 212_400,
      median: about(90_000),
      p90: about(421_200),
      business_median: about(90_000),
      within_target: 0.5,
      count: 4,
      negative: 1,
    });
    expect(result).toMatchObject({
      value: result.parts.median,
      comparison: { value: about(172_800), verdict: 'few-cases' },
    });
    expect(result.notes.join(' ')).toContain('1 ticket was');
    expect(result.distribution?.bands.filter((band) => band.count > 0)).toEqual([
      { label: '< 15 min', count: 1 },
      { label: '1–4 h', count: 1 },
      { label: '1–3 d', count: 1 },
      { label: '7–30 d', count: 1 },
    ]);
  });

  test('backlog: six open of known ages, against three', async () => {
    expect(await ask(asker, 'backlog')).toMatchObject({
      value: 6,
      parts: { under_1d: 1, under_3d: 1, under_7d: 2, under_30d: 1, over_30d: 1 },
      comparison: { value: 3, change: 3, verdict: 'too-close' },
    });
  });
});

describe('day by day', () => {
  const values = async (id: string, period = '7d') =>
    (await ask(asker, id, { period })).series.points.map((point) => point.value);

  test.each([
    ['tickets', [2, 3, 1, 1, 1, 0, 1]],
    ['sla-reported', [1 / 2, 1, 0, null, 1, null, null]],
    // End of 9th: o2 o3 w2; 10th + w8; 11th - w2 + w5; 12th - w5 + w6; 13th + w7; 14th; 15th + w9.
    ['backlog', [3, 4, 4, 4, 5, 5, 6]],
  ])('%s', async (id, expected) => {
    expect(await values(id)).toEqual(expected);
  });

  test('resolution-time', async () => {
    expect(await values('resolution-time')).toEqual([about(338_400), 0, about(172_800), null, null, null, null]);
  });

  test('one day has one point', async () => {
    expect(await values('tickets', '2026-11-10')).toEqual([3]);
  });
});

describe('broken down', () => {
  const rows = async (id: string, by: 'priority' | 'team' | 'operator' | 'account' | 'channel' | 'status', more = {}) =>
    (await ask(asker, id, { by, ...more })).breakdown!.rows.map((row) => [row.key, row.label, row.value]);

  test('by priority, with those that have none', async () => {
    expect(await rows('tickets', 'priority')).toEqual([
      ['high', 'High', 3],
      ['critical', 'Critical', 2],
      ['low', 'Low', 2],
      ['', 'No priority', 1],
      ['medium', 'Medium', 1],
    ]);
    expect(await rows('sla-reported', 'priority')).toEqual([
      ['high', 'High', 1 / 3],
      ['', 'No priority', 1],
      ['critical', 'Critical', 1],
      ['low', 'Low', 1],
      // Its only ticket has no flag.
      ['medium', 'Medium', null],
    ]);
  });

  test('by team: the same id in two sources stays two teams', async () => {
    expect(await rows('tickets', 'team')).toEqual([
      ['2', 'Tier 2', 4],
      ['import/1', 'Tier 1 (import)', 3],
      ['', 'No team', 1],
      ['zendesk/1', 'Desk (zendesk)', 1],
    ]);
  });

  test('by account: records of accounts nobody described count under their id', async () => {
    expect(await rows('tickets', 'account')).toEqual([
      ['', 'No account', 4],
      ['import/acme', 'Acme (import)', 3],
      ['zendesk/acme', 'acme (zendesk)', 1],
      ['ghost', 'ghost', 1],
    ]);
  });

  test('having none is one row, whatever the source', async () => {
    const two: Asker = { ...asker, tenantId: await makeTenant(database.db, 'two-sources') };
    await insertTickets(database.db, two.tenantId, [
      { id: 'a', created_at: '2026-11-10T10:00:00Z' },
      { id: 'a', created_at: '2026-11-11T10:00:00Z', source: 'zendesk' },
    ]);
    await settle(two, { import: two.now, zendesk: two.now });
    for (const by of ['team', 'operator', 'account'] as const)
      expect((await ask(two, 'tickets', { by })).breakdown?.rows).toMatchObject([{ key: '', value: 2 }]);
  });

  test('backlog by team, at the end of the period', async () => {
    expect(await rows('backlog', 'team')).toEqual([
      ['2', 'Tier 2', 3],
      ['import/1', 'Tier 1 (import)', 2],
      ['zendesk/1', 'Desk (zendesk)', 1],
    ]);
  });

  test('resolution-time by channel', async () => {
    expect(await rows('resolution-time', 'channel')).toEqual([
      ['chat', 'Chat', about(338_400)],
      ['email', 'Email', about(86_400)],
    ]);
  });
});

describe('filters', () => {
  const value = async (dimension: 'priority' | 'team' | 'operator' | 'account', text: string) => {
    const result = await ask(asker, 'tickets', { filters: [[dimension, text]] });
    return [result.value, result.filters[dimension]];
  };

  test.each([
    ['priority', 'HIGH', 3, 'High'],
    ['priority', 'none', 1, 'No priority'],
    ['team', 'tier 1', 3, 'Tier 1'],
    ['team', 'DESK', 1, 'Desk'],
    ['team', 'No team', 1, 'No team'],
    ['operator', 'anna', 3, 'Anna'],
    ['operator', 'none', 4, 'Unassigned'],
    ['account', 'ghost', 1, 'ghost'],
  ] as const)('%s:%s', async (dimension, text, count, label) => {
    expect(await value(dimension, text)).toEqual([count, label]);
  });

  test('an id that two sources use means both', async () => {
    expect((await value('team', '1'))[0]).toBe(4);
  });

  test('two values of one dimension are alternatives, two dimensions are conditions', async () => {
    const both = await ask(asker, 'tickets', {
      filters: [
        ['priority', 'high'],
        ['priority', 'low'],
      ],
    });
    expect(both).toMatchObject({ value: 5, filters: { priority: 'High, Low' } });
    const narrowed = await ask(asker, 'tickets', {
      filters: [
        ['priority', 'high'],
        ['team', 'Tier 2'],
      ],
    });
    expect(narrowed.value).toBe(1);
  });

  test('a team that is there and had no tickets is a zero, not an unknown word', async () => {
    await database.db.run(sql`
      insert into crm.teams (tenant_id, source, id, name, version) values (${asker.tenantId}, 'import', '9', 'Tier 9', 1)`);
    expect(await value('team', 'tier 9')).toEqual([0, 'Tier 9']);
  });

  test('an empty value is no value, for names and for plain words', async () => {
    for (const dimension of ['priority', 'channel', 'status', 'team', 'operator', 'account'] as const)
      expect(await askOutcome(asker, 'tickets', { filters: [[dimension, ' ']] })).toMatchObject({
        kind: 'unknown-value',
      });
  });

  test('an unknown value is answered with the known ones', async () => {
    const outcome = await askOutcome(asker, 'tickets', { filters: [['priority', 'urgent']] });
    expect(outcome).toEqual({
      kind: 'unknown-value',
      dimension: 'priority',
      value: 'urgent',
      known: ['Critical', 'High', 'Medium', 'Low'],
    });
  });

  test('filters cut the comparison, the series and the breakdown too', async () => {
    const result = await ask(asker, 'tickets', { filters: [['team', 'Tier 2']], by: 'channel' });
    expect(result.value).toBe(4);
    expect(result.comparison).toMatchObject({ value: 1 });
    expect(result.series.points.map((point) => point.value)).toEqual([0, 3, 0, 0, 0, 0, 1]);
    expect(result.breakdown?.rows.map((row) => [row.key, row.value])).toEqual([
      ['email', 3],
      ['chat', 1],
    ]);
  });
});

describe('asked of a moment', () => {
  test('today holds what has happened so far, and is not judged', async () => {
    expect(await ask(asker, 'tickets', { period: 'today' })).toMatchObject({
      value: 1,
      period: { complete: false },
      comparison: { value: 2, verdict: 'partial' },
    });
    expect((await ask(asker, 'backlog', { period: 'today' })).value).toBe(7);
    expect((await ask(asker, 'tickets', { period: 'today', now: '2026-11-16T13:00:00Z' })).value).toBe(2);
  });

  test('in the past, later facts are hidden', async () => {
    const now = '2026-11-11T10:00:00Z';
    expect((await ask(asker, 'tickets', { period: '2026-11-09..2026-11-15', now })).value).toBe(5);
    // w8, o2, o3; w2 was resolved at 09:00, w5 not yet created.
    expect((await ask(asker, 'backlog', { period: 'today', now })).value).toBe(3);
    // Half past eight: w2 is still open.
    expect((await ask(asker, 'backlog', { period: 'today', now: '2026-11-11T08:30:00Z' })).value).toBe(4);
    expect((await ask(asker, 'resolution-time', { period: 'today', now: '2026-11-11T08:30:00Z' })).value).toBeNull();
    expect((await ask(asker, 'resolution-time', { period: 'today', now })).parts.count).toBe(1);
  });

  test('what ends in the very moment of the question has ended', async () => {
    expect((await ask(asker, 'backlog', { period: 'today', now: '2026-11-11T09:00:00Z' })).value).toBe(3);
    expect((await ask(asker, 'backlog', { period: 'today', now: '2026-11-11T08:59:59.999999Z' })).value).toBe(4);
  });

  test('a level needs a baseline on its day only, a count over the whole stretch before', async () => {
    const period = '2026-10-02..2026-10-08';
    // At the end of 1 October o3 and o4 were open, a week later o3.
    expect((await ask(asker, 'backlog', { period })).comparison).toMatchObject({ value: 2, verdict: 'too-close' });
    expect((await ask(asker, 'tickets', { period })).comparison).toMatchObject({ value: 2, verdict: 'no-baseline' });
  });

  test('a period to come has no value', async () => {
    for (const id of ['tickets', 'backlog', 'sla-reported', 'resolution-time'])
      expect((await ask(asker, id, { period: '2027-01' })).value).toBeNull();
  });

  test('counts over stretches of quite different length are compared per day, and say so', async () => {
    const { value, comparison, notes } = await ask(asker, 'tickets', { period: '7d', versus: '30d' });
    const expected = (Number(comparison?.value) * 7) / 30;
    expect(comparison?.change).toBeCloseTo(Number(value) - expected, 9);
    expect(comparison?.changeRatio).toBeCloseTo(Number(value) / expected - 1, 9);
    expect(notes).toContain('Compared per day: this period has 7 days, the other 30.');
    const months = await ask(asker, 'tickets', { period: '2026-10', versus: '2026-09' });
    expect(months.notes).toEqual([]);
  });

  test('a level filtered by its latest status is not compared with the past', async () => {
    const result = await ask(asker, 'backlog', { filters: [['status', 'open']] });
    expect(result.comparison).toBeNull();
    expect(result.notes.join()).toContain('latest status');
    expect((await ask(asker, 'backlog')).comparison).not.toBeNull();
  });

  test('a comparison with a period that is not over is not judged', async () => {
    const result = await ask(asker, 'tickets', { period: '7d', versus: '2026-11' });
    expect(result.comparison).toMatchObject({ value: 13, verdict: 'partial' });
  });

  test('a source that lags leaves the period incomplete and the answer stale', async () => {
    const lagging: Asker = { ...asker, tenantId: await makeTenant(database.db, 'lagging') };
    await insertTickets(database.db, lagging.tenantId, [
      { id: 'a', created_at: '2026-11-01T10:00:00Z' },
      { id: 'b', created_at: '2026-11-10T10:00:00Z', source: 'zendesk' },
    ]);
    await settle(lagging, { import: '2026-11-16T12:00:00Z', zendesk: '2026-11-12T00:00:00Z' });
    expect(await ask(lagging, 'tickets')).toMatchObject({
      period: { from: '2026-11-05', to: '2026-11-12', complete: true },
      freshness: { stale: true, asOf: '2026-11-12T00:00:00Z' },
    });
    expect(await ask(lagging, 'tickets', { period: 'yesterday' })).toMatchObject({
      value: null,
      period: { complete: false },
      comparison: { verdict: 'no-baseline' },
    });
  });
});

test('all: since the first record, with nothing to compare it with', async () => {
  const result = await ask(asker, 'tickets', { period: 'all' });
  expect(result).toMatchObject({ value: 15, period: { from: '2026-10-01', to: '2026-11-17' }, comparison: null });
  expect(result.series.points.map((point) => point.value).reduce<number>((sum, value) => sum + Number(value), 0)).toBe(
    15,
  );
});
