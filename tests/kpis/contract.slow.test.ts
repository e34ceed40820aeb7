import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import { chartOfAnswer } from '../../src/answers/chart.ts';
import { csvOf, tableOf } from '../../src/answers/table.ts';
import { headline } from '../../src/answers/wording.ts';
import { checkSpec } from '../../src/charts/check-spec.ts';
import type { KpiResult } from '../../src/domain/kpi-result.ts';
import type { GroupId } from '../../src/kpis/groups.ts';
import { kpis } from '../../src/kpis/index.ts';
import type { Kpi } from '../../src/kpis/kpi.ts';
import { wilson } from '../../src/stats/intervals.ts';
import { insertTickets, makeTenant, type TicketValues, useDatabase } from '../database.ts';
import { type Asked, type Asker, ask, settle } from './asking.ts';
import { copyOf, insertMixed, type MixedRecords, mixedRecords } from './contract/records.ts';

/* What holds for every KPI of the catalogue, also for those to come. */
const database = useDatabase();

const tenantIn = async (timezone: string, now: string, slug: string): Promise<Asker> => ({
  db: database.db,
  tenantId: await makeTenant(database.db, slug, { timezone }),
  timezone,
  now,
});

/** Every number in a result, wherever it stands. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

/** Of Crema's own streams, now and not in the past, tells one KPI: tests/kpis/freshness.test.ts. */
const ofRecords = kpis.filter(({ id }) => id !== 'freshness');

/** Made once for all KPIs of a group, which only read them: a tenant with the group's records, and the same with others. */
const tenants = new Map<string, Promise<Asker>>();

function tenantOf(group: GroupId, kind: 'plain' | 'demo' | 'other'): Promise<Asker> {
  const slug = `${kind}-${group}`;
  const made = tenants.get(slug) ?? makeMixed(slug, kind, mixedRecords(group));
  tenants.set(slug, made);
  return made;
}

/** `demo`: with deleted records and those of demo accounts beside them. `other`: and with those of another account. */
async function makeMixed(slug: string, kind: 'plain' | 'demo' | 'other', mixed: MixedRecords): Promise<Asker> {
  const { db } = database;
  const asker = await tenantIn('America/New_York', '2026-11-20T15:00:00Z', slug);
  const { tenantId } = asker;
  await insertMixed(db, tenantId, mixed);
  if (kind === 'plain')
    await db.run(
      sql`insert into crm.teams (tenant_id, source, id, version) values (${tenantId}, 'import', 'quiet', 1)`,
    );
  else {
    await db.run(sql`update ops.tenants set demo_accounts = '{d1}' where tenant_id = ${tenantId}`);
    await db.run(sql`
      insert into crm.accounts (tenant_id, source, id, name, demo, version)
      values (${tenantId}, 'import', 'd2', 'Demo', true, 1), (${tenantId}, 'zendesk', 'd2', 'Real', false, 1)`);
    if (!mixed.deletedCounted)
      await insertMixed(db, tenantId, copyOf(mixed, 'x', { deleted_at: '2026-11-01T00:00:00Z' }));
    await insertMixed(db, tenantId, copyOf(mixed, 'd1', { account_id: 'd1' }));
    await insertMixed(db, tenantId, copyOf(mixed, 'd2', { account_id: 'd2', source: 'import' }));
    if (kind === 'other')
      await insertMixed(db, tenantId, copyOf(mixed, 'd2-z', { account_id: 'd2', source: 'zendesk' }));
  }
  await settle(asker, { import: asker.now, zendesk: asker.now });
  return asker;
}

/** Questions of tenants that only change where a test says so, each asked once: several laws look at one answer. */
const answers = new Map<string, Promise<KpiResult>>();

function known(asker: Asker, id: string, asked: Asked): Promise<KpiResult> {
  const question = JSON.stringify([asker.tenantId, id, asked]);
  const given = answers.get(question) ?? ask(asker, id, asked);
  answers.set(question, given);
  return given;
}

/** CREMA_PROPERTY_RUNS above 1 holds every row against its own question; otherwise some of each kind are. */
const isThorough = Number(process.env.CREMA_PROPERTY_RUNS ?? 1) > 1;

/** The first rows, the last ones, and that of what has no value. */
function someOf<Row extends { key?: string | null }>(rows: readonly Row[]): readonly Row[] {
  if (isThorough || rows.length <= 8) return rows;
  return rows.filter(({ key }, index) => key === '' || index < 4 || index >= rows.length - 3);
}

let empty: Promise<Asker> | undefined;

describe.each(ofRecords.map((kpi) => [kpi.id, kpi] as const))('%s', (id, kpi) => {
  let asker: Asker;
  const mixed = mixedRecords(kpi.group);
  beforeAll(async () => {
    asker = await tenantOf(kpi.group, 'plain');
  });

  test('declares itself in full', () => {
    for (const text of [kpi.title, kpi.question, kpi.formula, kpi.needs, kpi.owner]) expect(text).not.toBe('');
    if ('select' in kpi.datedBy) expect(kpi.rollups).toContain(kpi.datedBy);
    expect(kpi.examples.length).toBeGreaterThan(0);
    expect(new Set(kpi.dimensions).size).toBe(kpi.dimensions.length);
  });

  test('without any data there is no value, and nothing pretends to be one', async () => {
    empty ??= tenantIn('UTC', '2026-11-20T15:00:00Z', 'empty');
    for (const period of [undefined, 'today', 'all', '2026-Q1']) {
      const result = await ask(await empty, id, { ...(period ? { period } : {}), by: kpi.dimensions[0]! });
      expect(result.value).toBeNull();
      expect(Object.values(result.parts).every((part) => part === null)).toBe(true);
      expect(result.series.points.every((point) => point.value === null)).toBe(true);
      expect(result.breakdown?.rows).toEqual([]);
      expect(result.period.complete).toBe(false);
      expect(result.freshness).toMatchObject({ asOf: null, sources: [] });
      if (period !== 'all') expect(result.comparison?.verdict).toBe('no-baseline');
      expect(numbersIn(result).every(Number.isFinite)).toBe(true);
    }
  });

  test('shows every declared part and no other, in rows too', async () => {
    const declared = Object.keys(kpi.parts).sort();
    const result = await known(asker, id, { period: '30d', by: kpi.dimensions[0]! });
    expect(Object.keys(result.parts).sort()).toEqual(declared);
    for (const row of result.breakdown!.rows) expect(Object.keys(row.parts ?? {}).sort()).toEqual(declared);
    if (!mixed.quiet) return;
    const quiet = await ask(asker, id, { period: '30d', filters: [[mixed.quiet, 'quiet']] });
    expect(Object.keys(quiet.parts).sort()).toEqual(declared);
    expect(quiet.value).toBe(kpi.unit === 'count' ? 0 : null);
  });

  test('says the same twice', async () => {
    const asked = { period: 'all', by: kpi.dimensions[0]! } as const;
    expect(await ask(asker, id, asked)).toEqual(await known(asker, id, asked));
  });

  test('has only finite numbers, and values in the range of their unit', async () => {
    for (const period of ['7d', '30d', 'all', 'today', 'last month', 'ytd']) {
      const result = await known(asker, id, { period, by: kpi.dimensions[0]! });
      expect(numbersIn(result).every(Number.isFinite)).toBe(true);
      const values = [result, ...result.series.points, ...result.breakdown!.rows].map((measure) => measure.value);
      for (const value of values) {
        if (value === null) continue;
        const [least, most] = rangeOf(kpi);
        expect(Number(value)).toBeGreaterThanOrEqual(least);
        expect(Number(value)).toBeLessThanOrEqual(most);
      }
    }
  });

  test.each(kpi.dimensions)('by %s: shares make one, counts make the whole', async (by) => {
    const result = await known(asker, id, { period: '2026-10-01..2026-11-19', by });
    const { rows, other } = result.breakdown!;
    const all = other ? [...rows, other] : rows;
    expect(rows.length).toBeGreaterThan(1);
    const most = kpi.board ? 100 : 20;
    expect(rows.length).toBeLessThanOrEqual(most);
    expect(other === null).toBe(rows.length < most);
    // Things that stand in several rows count in each of them.
    if (kpi.additive === false) {
      for (const row of all) expect(Number(row.share ?? 0)).toBeLessThanOrEqual(1);
    } else expect(sum(all.map((row) => row.share))).toBeCloseTo(1, 9);
    if (isSum(kpi, result)) expect(sumOf(kpi, all)).toBe(Number(result.value));
    if (result.numerator !== undefined) {
      const average = result.numerator / result.denominator!;
      if (kpi.unit === 'money') expect(Math.abs(Number(result.value) - average)).toBeLessThanOrEqual(0.005001);
      else expect(Number(result.value)).toBe(average);
      expect(sum(all.map((row) => row.numerator))).toBe(result.numerator);
      expect(sum(all.map((row) => row.denominator))).toBe(result.denominator);
    }
    for (const [name, part] of Object.entries(kpi.parts)) {
      if (part.unit === 'count' && part.additive !== false && name !== 'unflagged' && name !== 'negative')
        expect(sum(all.map((row) => row.parts?.[name]))).toBe(result.parts[name]);
    }
    // Ranked rows go by their value; those without a rank, and all others, the largest first.
    const score = ({ value, numerator, denominator }: (typeof rows)[number]) =>
      kpi.board?.ranked?.cautious ? wilson(numerator!, denominator!).low : Number(value);
    const values = rows.flatMap((row) => (typeof row.rank === 'number' ? [score(row)] : []));
    expect(values).toEqual(values.toSorted((a, b) => (kpi.better === 'down' ? a - b : b - a)));
    const shares = rows.filter((row) => typeof row.rank !== 'number').map((row) => row.share ?? 0);
    expect(shares).toEqual(shares.toSorted((a, b) => b - a));
  });

  test('each row is what the filter of its value answers', async () => {
    const period = '2026-10-10..2026-11-10';
    const by = kpi.dimensions[0]!;
    const { rows } = (await ask(asker, id, { period, by })).breakdown!;
    for (const row of someOf(rows)) {
      const filtered = await ask(asker, id, { period, filters: [[by, row.key === '' ? 'none' : row.key!]] });
      expect(filtered.value).toBe(row.value);
      expect(filtered.parts).toEqual(row.parts);
    }
  });

  test('has rows without being asked for them where it is a board, and only there', async () => {
    const { breakdown } = await ask(asker, id, { period: '30d' });
    expect(breakdown?.by).toBe(kpi.board?.by ?? kpi.defaultBy);
    for (const name of kpi.board?.columns ?? []) expect(['value', ...Object.keys(kpi.parts)]).toContain(name);
    for (const [name] of kpi.board?.narrow ?? []) expect(kpi.board!.columns).toContain(name);
    for (const row of breakdown?.rows ?? []) expect('rank' in row).toBe(kpi.board?.ranked !== undefined);
  });

  test.each(['day', 'week', 'month'] as const)('its %ss cover the period and add up', async (grain) => {
    const result = await ask(asker, id, { period: '2026-10-07..2026-11-18', grain });
    const { points } = result.series;
    if (kpi.kind === 'stock') expect(points.at(-1)?.value).toBe(result.value);
    else if (isSum(kpi, result)) expect(sumOf(kpi, points)).toBe(Number(result.value));
    // Of what is not additive each bucket is one of its own.
    if (result.numerator !== undefined && kpi.additive !== false) {
      expect(sum(points.map((point) => point.numerator))).toBe(result.numerator);
      expect(sum(points.map((point) => point.denominator))).toBe(result.denominator);
    }
    expect(points).toHaveLength({ day: 43, week: 7, month: 2 }[grain]);
    // Cut by the period's edges, a week or month is not a whole one.
    expect(points.filter((point) => !point.complete)).toHaveLength({ day: 0, week: 2, month: 2 }[grain]);
  });

  test('each point is what its own period answers', async () => {
    const { points } = (await ask(asker, id, { period: '2026-10-12..2026-11-01', grain: 'week' })).series;
    for (const point of points) {
      const end = Temporal.PlainDate.from(point.at).add({ days: 6 });
      expect((await ask(asker, id, { period: `${point.at}..${end}` })).value).toBe(point.value);
    }
  });

  test('its picture can be drawn, over time and by every dimension, and its numbers told', async () => {
    const day = '2026-11-18';
    for (const by of [undefined, ...kpi.dimensions]) {
      // Of a single day, with the dimensions at the ends of the list: those between them are drawn by the same code.
      const isOfDayToo = isThorough || by === undefined || by === kpi.dimensions[0] || by === kpi.dimensions.at(-1);
      for (const period of ['2026-10-01..2026-11-19', ...(isOfDayToo ? [day] : [])]) {
        const result = await known(asker, id, { period, ...(by ? { by } : {}) });
        const spec = chartOfAnswer(result, 'en');
        expect(spec === null || result.value !== null).toBe(true);
        if (spec) expect(() => checkSpec(spec)).not.toThrow();
        if (spec) expect(spec.altText).not.toMatch(/NaN|undefined|Infinity/);
        const { header, rows } = tableOf(result, 'en');
        for (const row of rows) expect(row).toHaveLength(header.length);
        expect(csvOf(result).trimEnd().split('\n').length).toBeGreaterThan(0);
        expect(headline(result, 'en')).not.toMatch(/NaN|undefined|Infinity/);
      }
    }
  });

  test('an unfinished period is partial and its last point incomplete', async () => {
    for (const period of ['today', '2026-11', '2026', '2026-11-18..2026-11-25']) {
      const result = await known(asker, id, period === 'today' ? { period, by: kpi.dimensions[0]! } : { period });
      expect(result.period).toMatchObject({ complete: false, mature: false });
      expect(['partial', 'no-baseline']).toContain(result.comparison?.verdict);
      expect(result.series.points.at(-1)?.complete).toBe(false);
      expect(result.series.points.at(-1)!.at <= '2026-11-20').toBe(true);
    }
    expect((await known(asker, id, { period: '2026-11' })).comparison?.verdict).toBe('partial');
  });

  test('its points say which of them are not all decided, where that takes days', async () => {
    const period = '2026-11-01..2026-11-20';
    const slow = { ...kpi, maturesAfterDays: 5 };
    const undecided = async (grain: 'day' | 'week' | 'month') =>
      (await ask(asker, slow, { period, grain })).series.points.filter((point) => !point.mature).map(({ at }) => at);
    // On the 20th, what had ended when the 15th began is decided.
    expect(await undecided('day')).toEqual(['15', '16', '17', '18', '19', '20'].map((day) => `2026-11-${day}`));
    // Longer buckets come of the same code: one KPI of each kind and group is asked for them.
    const alike = ofRecords.find((one) => one.kind === kpi.kind && one.group === kpi.group);
    if (alike !== kpi && !isThorough) return;
    expect(await undecided('week')).toEqual(['2026-11-09', '2026-11-16']);
    expect(await undecided('month')).toEqual(['2026-11-01']);
    const { points } = (await ask(asker, { ...kpi, maturesAfterDays: 0 }, { period })).series;
    expect(points.some((point) => 'mature' in point)).toBe(false);
  });

  test('a finished one is judged, with a verdict of its direction', async () => {
    const result = await ask(asker, id, { period: '2026-11-01..2026-11-14' });
    const directed = kpi.better === 'neither' ? ['higher', 'lower'] : ['better', 'worse'];
    // Sums of money of which no single amounts are known are judged by nobody.
    const plain = kpi.unit === 'money' ? ['higher', 'lower'] : [];
    expect([...directed, ...plain, 'same', 'too-close']).toContain(result.comparison?.verdict);
    expect(result.period).toMatchObject({ complete: true, mature: true });
  });

  test('waiting changes are said and do not hold the answer up', async () => {
    const [rollup] = kpi.rollups;
    if (!rollup) return;
    await database.db.run(sql`
      insert into ops.dirty (tenant_id, rollup, bucket)
      select ${asker.tenantId}, ${rollup.id}, d::date from unnest(array['2026-11-01', '2026-11-01', '2026-11-02']) as d`);
    expect((await ask(asker, id)).freshness.pending).toBe(2);
    await database.db.run(sql`delete from ops.dirty where tenant_id = ${asker.tenantId}`);
  });

  test('records of demo accounts and deleted ones do not count, unknown accounts do', async () => {
    const answer = async (kind: 'plain' | 'demo' | 'other') =>
      comparable(await ask(await tenantOf(kpi.group, kind), id, { period: 'last month', by: 'account' }));
    const plain = await answer('plain');
    expect(await answer('demo')).toEqual(plain);
    expect(await answer('other')).not.toEqual(plain);
  });
});

describe('calendars', () => {
  /** A ticket every hour of a stretch, each resolved half an hour later. */
  const hourly = (from: string, hours: number): TicketValues[] =>
    Array.from({ length: hours }, (_, n) => {
      const created = Temporal.Instant.from(from).add({ hours: n });
      return {
        id: `h${n}`,
        created_at: created.toString(),
        resolved_at: created.add({ minutes: 29, seconds: 59 }).toString(),
        sla_met: true,
      };
    });

  test.each([
    // Clocks go forward at 02:00 in New York: 23 hours; back at 02:00: 25.
    ['America/New_York', '2026-03-08', 23, '2026-03-06T00:00:00Z'],
    ['America/New_York', '2026-11-01', 25, '2026-10-30T00:00:00Z'],
    // In Santiago the day begins at 01:00 where clocks go forward, and its last hour comes twice where they go back.
    ['America/Santiago', '2026-09-06', 23, '2026-09-04T00:00:00Z'],
    ['America/Santiago', '2026-04-04', 25, '2026-04-02T00:00:00Z'],
    ['Asia/Kolkata', '2026-03-29', 24, '2026-03-27T00:00:00Z'],
    ['UTC', '2024-02-29', 24, '2024-02-27T00:00:00Z'],
  ])('in %s, %s has %i hours', async (timezone, date, hours, from) => {
    const asker = await tenantIn(timezone, '2026-12-01T12:00:00Z', `${timezone}-${date}`);
    await insertTickets(database.db, asker.tenantId, hourly(from, 6 * 24));
    await settle(asker, { import: asker.now });
    const day = async (id: string) => ask(asker, id, { period: date });
    expect((await day('tickets')).value).toBe(hours);
    expect((await day('sla-reported')).denominator).toBe(hours);
    expect((await day('resolution-time')).parts.count).toBe(hours);
    expect((await day('backlog')).value).toBe(0);
    expect((await day('tickets')).series.points).toMatchObject([{ at: date, value: hours, complete: true }]);
  });

  test('asked in the hour that comes twice, only what has happened counts', async () => {
    const asker = await tenantIn('America/New_York', '2026-11-01T06:30:00Z', 'twice');
    await insertTickets(database.db, asker.tenantId, hourly('2026-11-01T04:00:00Z', 6));
    await settle(asker, { import: asker.now });
    // 00:00, 01:00 and 01:00 again, local time; the first three hours of the day.
    expect((await ask(asker, 'tickets', { period: 'today' })).value).toBe(3);
    expect((await ask(asker, 'tickets', { period: 'today', now: '2026-11-01T05:30:00Z' })).value).toBe(2);
  });

  test('month ends: the last instant belongs to the month, the next one does not', async () => {
    const asker = await tenantIn('Asia/Kolkata', '2026-12-15T00:00:00Z', 'month-ends');
    await insertTickets(
      database.db,
      asker.tenantId,
      ['2024-02-29T18:29:59.999999Z', '2024-02-29T18:30:00Z', '2026-09-30T18:29:59Z', '2026-09-30T18:30:00Z'].map(
        (created_at, n) => ({ id: String(n), created_at }),
      ),
    );
    await settle(asker, { import: asker.now });
    const count = async (period: string) => (await ask(asker, 'tickets', { period })).value;
    expect([await count('2024-02'), await count('2024-03'), await count('2024-02-29')]).toEqual([1, 1, 1]);
    expect([await count('2026-Q3'), await count('2026-Q4'), await count('2026-09'), await count('2026-10')]).toEqual([
      1, 1, 1, 1,
    ]);
  });

  test('a leap day is compared with the last day of February', async () => {
    const asker = await tenantIn('UTC', '2024-03-10T00:00:00Z', 'leap');
    await insertTickets(database.db, asker.tenantId, [
      { id: 'a', created_at: '2023-01-01T00:00:00Z' },
      { id: 'b', created_at: '2023-02-28T12:00:00Z' },
      { id: 'c', created_at: '2024-02-28T12:00:00Z' },
      { id: 'd', created_at: '2024-02-29T12:00:00Z' },
    ]);
    await settle(asker, { import: asker.now });
    for (const period of ['2024-02-28', '2024-02-29', '2024-02'])
      expect((await ask(asker, 'tickets', { period, versus: 'year' })).comparison).toMatchObject({ value: 1 });
  });
});

function sum(values: readonly unknown[]): number {
  return values.reduce<number>((total, value) => total + Number(value ?? 0), 0);
}

/** Whether the value is the sum of its rows and buckets: of counts, and of money that is no average. */
function isSum({ unit, additive }: Kpi, { numerator }: KpiResult): boolean {
  return additive !== false && (unit === 'count' || (unit === 'money' && numerator === undefined));
}

/** Of values that add up; amounts to the cent, without the dust of binary fractions. */
function sumOf({ unit }: Kpi, measures: readonly { value: KpiResult['value'] }[]): number {
  const total = sum(measures.map(({ value }) => value));
  return unit === 'money' ? Number(total.toFixed(4)) : total;
}

/** The least and the most a value of the KPI can be. */
/** Shares that are changes: they may be negative, and more than everything. */
const changes = ['contact-growth'];

function rangeOf({ id, unit, outOf }: Kpi): readonly [number, number] {
  if (changes.includes(id)) return [-1, Number.POSITIVE_INFINITY];
  if (unit === 'ratio') return [0, 1];
  if (unit === 'score' && outOf === undefined) return [0, Number.POSITIVE_INFINITY];
  if (unit === 'points') return [-100, 100];
  return unit === 'score' ? [1, outOf!] : [0, Number.POSITIVE_INFINITY];
}

/** What a question is answered with, leaving out what depends on how far the records reach. */
function comparable({ value, numerator, denominator, parts, series, breakdown, distribution }: KpiResult) {
  return { value, numerator, denominator, parts, series, breakdown, distribution };
}
