import { expect, inject, test } from 'vitest';
import { benchRollups } from '../../src/bench/rollups/bench.ts';
import { createDb } from '../../src/db/db.ts';
import { kpis } from '../../src/kpis/index.ts';
import { silentLog } from '../../src/lib/log.ts';

test('the rollups benchmark measures late changes, growth and questions, and everything is as if counted from the records', async () => {
  const url = inject('serverUrl');
  const db = createDb({ url, applicationName: 'crema test', log: silentLog });
  const lines: string[] = [];
  const size = {
    ...{ messages: 20_000, days: 400, operators: 20, present: 10 },
    ...{ tickets: 500, leads: 500, campaigns: 30, rounds: 1 },
  };
  // It throws where a KPI on aggregates is another number than from the records.
  const figures = await benchRollups({ db, url }, { quick: true, size, line: (line) => void lines.push(line) }).finally(
    () => db.end(),
  );
  const { rebuilt, growth, late, verified, answers, activeUsers, catalogue } = figures;
  expect(figures.messages).toBeGreaterThan(19_500);

  expect(verified).toMatchObject({ days: null, differingCells: 0, differingFacts: 0 });
  expect(verified.cells).toBeGreaterThan(figures.messages);
  expect(rebuilt.reloadedAndRebuiltMs).toBeGreaterThan(rebuilt.ms);

  expect(growth.rows).toBe(20);
  for (const { short, long, ratio } of [growth.writeMs, growth.sweepMs, growth.drainMs, growth.ms])
    expect(ratio).toBeCloseTo(long / short, 1);

  expect(late.map(({ days, runs }) => [days, runs])).toEqual([
    [8, 1],
    [30, 1],
    [400, 1],
  ]);
  // A change of the last days makes those days again in each of seven aggregates, and one anywhere nearly all of them.
  const [recent, month, anywhere] = late.map(({ buckets }) => buckets);
  expect(recent).toBeLessThanOrEqual(7 * 9);
  expect(month).toBeGreaterThan(recent!);
  expect(month).toBeLessThanOrEqual(7 * 31);
  expect(anywhere).toBeGreaterThan(4 * 150);
  for (const { rows, chats, changedFacts } of late) {
    expect(rows).toBe(Math.round(figures.messages / 100));
    expect(chats).toBeGreaterThan(0);
    expect(changedFacts).toBeGreaterThan(0);
  }

  expect(answers.map(({ kpi }) => kpi)).toEqual(['messages', 'conversations', 'response-time']);
  for (const { values } of answers) for (const value of Object.values(values)) expect(value).toBeGreaterThan(0);
  expect(activeUsers.days).toBe(372);
  expect(activeUsers.person_days).toBeGreaterThan(activeUsers.days);

  expect(catalogue.kpis.map(({ kpi }) => kpi).toSorted()).toEqual(kpis.map(({ id }) => id).toSorted());
  // No snapshot was taken, and a year ago nothing was known of how fresh the streams were.
  const empty = catalogue.kpis.filter(({ hasData }) => !hasData).map(({ kpi }) => kpi);
  expect(empty.toSorted()).toEqual(['freshness', 'pipeline']);
  expect(lines.length).toBeGreaterThan(10);
});
