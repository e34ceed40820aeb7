import { beforeAll, describe, expect, test } from 'vitest';
import { insertSurveys, makeTenant, type SurveyValues, useDatabase } from '../database.ts';
import { type Asker, ask, settle } from './asking.ts';

/*
 * Answers by month, asked on 10 December 2026 in UTC. Recommendation, 60 answers a month:
 *   September  20 promoters, 25 passives, 15 detractors: 100 x (20 - 15) / 60 = 8.33
 *   October    24, 24, 12: 100 x 12 / 60 = 20, not surely more than September
 *   November   45, 10, 5: 100 x 40 / 60 = 66.67, surely more than October
 * Satisfaction begins in October: 40 answers of 3.5 on average, in November 40 of 4.5; and 5 in December so far.
 */
const database = useDatabase();
const asker: Asker = { db: undefined as never, tenantId: 0, timezone: 'UTC', now: '2026-12-10T12:00:00Z' };

let answered = 0;
const given = (month: string, kind: string, scores: Readonly<Record<number, number>>): SurveyValues[] =>
  Object.entries(scores).flatMap(([score, count]) =>
    Array.from({ length: count }, (_, n) => ({
      id: `s${++answered}`,
      ...{ kind, score: Number(score), account_id: n % 2 === 0 ? 'acme' : 'blue' },
      answered_at: `${month}-${String(1 + (n % 9)).padStart(2, '0')}T10:00:00Z`,
    })),
  );

beforeAll(async () => {
  asker.db = database.db;
  asker.tenantId = await makeTenant(database.db, 'surveyed');
  await insertSurveys(database.db, asker.tenantId, [
    ...given('2026-09', 'nps', { 10: 8, 9: 12, 8: 20, 7: 5, 6: 9, 0: 6 }),
    ...given('2026-10', 'nps', { 10: 24, 8: 24, 3: 12 }),
    ...given('2026-11', 'nps', { 9: 45, 7: 10, 6: 5 }),
    ...given('2026-10', 'csat', { 3: 20, 4: 20 }),
    ...given('2026-11', 'csat', { 4: 20, 5: 20 }),
    ...given('2026-12', 'csat', { 1: 1, 2: 1, 5: 3 }),
    ...given('2026-11', 'unmapped', { 1: 50 }),
  ]);
  await settle(asker, { import: asker.now });
});

describe('nps', () => {
  test('last month is compared with the month before it', async () => {
    expect(await ask(asker, 'nps', { period: 'last month' })).toMatchObject({
      ...{ value: 4000 / 60, unit: 'points', parts: { promoters: 45, passives: 10, detractors: 5, answers: 60 } },
      period: { from: '2026-11-01', to: '2026-12-01', complete: true },
      comparison: {
        ...{ period: { from: '2026-10-01', to: '2026-11-01' }, value: 20, change: 4000 / 60 - 20, verdict: 'better' },
      },
    });
  });

  test('a difference that the answers may have by chance is not judged', async () => {
    expect((await ask(asker, 'nps', { period: '2026-10' })).comparison).toMatchObject({
      ...{ value: 500 / 60, verdict: 'too-close' },
    });
    expect((await ask(asker, 'nps', { period: '2026-11', versus: '2026-09' })).comparison?.verdict).toBe('better');
  });

  test('has the parts of every bucket, which its picture stacks', async () => {
    const { series } = await ask(asker, 'nps', { period: '2026-10-01..2026-11-30', grain: 'month' });
    expect(series.points.map(({ value, parts }) => [value, parts])).toEqual([
      [20, { promoters: 24, passives: 24, detractors: 12, answers: 60 }],
      [4000 / 60, { promoters: 45, passives: 10, detractors: 5, answers: 60 }],
    ]);
  });

  test('no proportion is made of a score at or below zero', async () => {
    const negative: Asker = { ...asker, tenantId: await makeTenant(database.db, 'negative') };
    await insertSurveys(database.db, negative.tenantId, [
      ...given('2026-10', 'nps', { 9: 10, 3: 30 }),
      ...given('2026-11', 'nps', { 9: 35, 3: 5 }),
    ]);
    await settle(negative, { import: negative.now });
    expect((await ask(negative, 'nps', { period: '2026-11' })).comparison).toMatchObject({
      ...{ value: -50, change: 125, changeRatio: null, verdict: 'better' },
    });
  });
});

describe('csat', () => {
  test('is the average, with shares of the satisfied and the dissatisfied, over all five scores', async () => {
    expect(await ask(asker, 'csat', { period: 'mtd' })).toMatchObject({
      ...{ value: 18 / 5, outOf: 5, numerator: 18, denominator: 5 },
      parts: { satisfied: 3 / 5, dissatisfied: 2 / 5, answers: 5 },
      distribution: { bands: [1, 1, 0, 0, 3].map((count, index) => ({ label: String(index + 1), count })) },
      notes: ['Few cases: only 5.'],
    });
  });

  test('is judged by the means of the scores', async () => {
    expect((await ask(asker, 'csat', { period: '2026-11' })).comparison).toMatchObject({
      ...{ value: 3.5, change: 1, verdict: 'better' },
    });
    expect((await ask(asker, 'csat', { period: 'mtd' })).comparison?.verdict).toBe('few-cases');
  });

  test('knows nothing of the days on which only the other survey was answered', async () => {
    const all = await ask(asker, 'csat', { period: 'all' });
    expect(all.period).toMatchObject({ from: '2026-10-01', to: '2026-12-04' });
    expect(all.parts.answers).toBe(85);
    expect((await ask(asker, 'csat', { period: '2026-09' })).value).toBeNull();
    expect((await ask(asker, 'csat', { period: '2026-10' })).comparison?.verdict).toBe('no-baseline');
    expect((await ask(asker, 'nps', { period: 'all' })).period.from).toBe('2026-09-01');
  });

  test('that no source delivers is not measured, though it delivers the other survey', async () => {
    const other: Asker = { ...asker, tenantId: await makeTenant(database.db, 'nps-only') };
    await insertSurveys(database.db, other.tenantId, given('2026-11', 'nps', { 9: 3 }));
    await settle(other, { import: other.now });
    const period = '2026-11';
    expect(await ask(other, 'csat', { period })).toMatchObject({
      ...{ value: null, requires: ['no answers to satisfaction surveys in source import'] },
    });
    expect(await ask(other, 'nps', { period })).toMatchObject({ value: 100, requires: [] });
    const { rows } = (await ask(other, 'nps', { period, by: 'account' })).breakdown!;
    expect(rows.map(({ key, value }) => [key, value])).toEqual([
      ['acme', 100],
      ['blue', 100],
    ]);
  });
});
