import { describe, expect, test } from 'vitest';
import { afterPage, beginPass, isStill, judgePass, type PassCursor } from '../../src/sync/drift.ts';
import { syncJobs } from '../../src/sync/jobs.ts';
import { sourceAt } from './harness.ts';

const start = beginPass(Temporal.Instant.from('2026-11-20T08:00:00Z'));
/** After reading pages of ten with these totals. */
const readTo = (...totals: number[]): PassCursor =>
  totals.reduce((cursor, total) => {
    const hasNext = cursor.page * 10 < total;
    return afterPage(cursor, { total, size: 10, hasNext, unreadable: 0 });
  }, start);

describe('where a pass goes on', () => {
  test('page after page while nothing changes, to the end', () => {
    expect(readTo(25)).toMatchObject({ page: 2 });
    expect(readTo(25, 25, 25)).toMatchObject({ page: 3, ended: true, grown: 0, backs: 0 });
  });

  test('one page back when entries are gone, as many as they may have slipped', () => {
    expect(readTo(45, 45, 44)).toMatchObject({ page: 2, backs: 1 });
    expect(readTo(45, 45, 45, 30)).toMatchObject({ page: 2, backs: 1 });
    expect(readTo(45, 44)).toMatchObject({ page: 1 });
  });

  test('on when entries came: what is pushed back is seen twice', () => {
    expect(readTo(45, 47, 47)).toMatchObject({ page: 4, grown: 2, backs: 0 });
  });

  test('not back for ever', () => {
    const totals = Array.from({ length: 120 }, (_, index) => 1_000 - index);
    expect(readTo(...totals).backs).toBe(50);
  });
});

describe('whether a pass saw everything', () => {
  test.each([
    ['as many as counted', readTo(25, 25, 25), 25, 'whole'],
    ['more, as some were deleted after they were seen', readTo(25, 24), 25, 'whole'],
    ['fewer by what came meanwhile', readTo(25, 26, 26), 25, 'whole'],
    ['fewer than that', readTo(25, 26, 26), 24, 'look again'],
    ['fewer again after a second look', { ...readTo(25, 25, 25), look: 2 as const }, 24, 'missing'],
    ['an unknown number', { ...start, ended: true }, 3, 'whole'],
  ])('%s', (_, cursor, seen, verdict) => expect(judgePass(cursor, seen)).toBe(verdict));

  test('and nothing moved', () => {
    expect(isStill(readTo(25, 25, 25), 25)).toBe(true);
    for (const cursor of [readTo(25, 26, 26), readTo(45, 45, 44), { ...readTo(25), look: 2 as const }])
      expect(isStill(cursor, cursor.total ?? 0)).toBe(false);
  });
});

test('every stream has a job with its cadence, its own minute where it is rare, and its refresh SLA', () => {
  const source = sourceAt('https://crm.example.com', { custom_fields: { segment: 'branch' }, messages: 'webhook' });
  expect(
    syncJobs([source]).map(({ id, cron, misfire, refreshSlaMinutes }) => [id, cron, misfire, refreshSlaMinutes]),
  ).toEqual([
    ['sync:crm:campaigns', '*/5 * * * *', 'latest', 15],
    ['sync:crm:reports', '*/10 * * * *', 'latest', 120],
    ['sync:crm:contacts', '*/15 * * * *', 'latest', 30],
    ['sync:crm:messages', '40 * * * *', 'latest', 2_880],
    ['sync:crm:field-definitions', '51 3 * * *', 'latest', undefined],
    ['sync:crm:custom-fields', '2 * * * *', 'latest', undefined],
  ]);
});
