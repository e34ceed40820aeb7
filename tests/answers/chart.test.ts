import { expect, test } from 'vitest';
import { chartOfAnswer } from '../../src/answers/chart.ts';
import { aLeaderboard, aWorkload } from '../slack/results.ts';

test('a KPI that is a table only has no picture', () => {
  expect(chartOfAnswer(aLeaderboard(), 'en')).toBeNull();
});

test('a board of several rows is drawn as bars, of a single one as it came about', () => {
  const several = aWorkload();
  expect(chartOfAnswer(several, 'en')).toMatchObject({
    kind: 'bar',
    labels: ['Operator 1', 'Operator 2', 'Operator 3'],
  });
  const rows = several.breakdown!.rows.slice(0, 2);
  const oneTeam = { ...several, breakdown: { ...several.breakdown!, rows } };
  expect(chartOfAnswer(oneTeam, 'en')?.target).toEqual({ value: 6.5, label: 'team median 6.5' });
  const single = { ...several, breakdown: { ...several.breakdown!, rows: rows.slice(0, 1) } };
  expect(chartOfAnswer(single, 'en')).toMatchObject({ kind: 'area', axis: 'day' });
});
