import { describe, expect, test } from 'vitest';
import { describeGrouped, describeMultiples, describeSeries, describeStacked } from '../../src/charts/describe.ts';
import { aSpec, days, multiplesOf } from './specs.ts';

const where = '9–15 Nov 2026, Asia/Jakarta';
const parts = aSpec({
  kind: 'stacked',
  format: 'count',
  labels: days(3),
  series: [
    { key: 'missed', label: 'Missed', values: [1, 2, 3] },
    { key: 'met', label: 'Met', values: [10, 20, 9] },
  ],
});
const named = { ...parts, axis: 'category' as const, labels: ['Ada', 'Grace', 'Alan'] };

describe('stacked bars in words', () => {
  test('are the totals and the parts of the newest', () => {
    expect(describeStacked(parts, 'tickets due')).toBe(
      `Stacked bar chart of tickets due, ${where}: total latest 12 (11 Nov), lowest 11 (9 Nov), ` +
        'highest 22 (10 Nov), up from 11 (9 Nov). 11 Nov: Met 9, Missed 3.',
    );
  });

  test('leave the newest one out while it is not all decided, and say so', () => {
    const text = describeStacked({ ...parts, immature: [2] }, 'tickets due');
    expect(text).toContain('total latest 22 (10 Nov)');
    expect(text).toContain('10 Nov: Met 20, Missed 2. 11 Nov, hatched: not all cases are decided yet.');
  });

  test('beside names are every total with its parts; with an unknown part there is none', () => {
    const [missed, met] = named.series;
    const gap = { ...named, series: [{ ...missed!, values: [1, null, 3] }, met!] };
    expect(describeStacked(gap, 'tickets')).toBe(
      `Stacked bar chart of tickets, ${where}: Ada 11 (Met 10, Missed 1); ` +
        'Grace no data (Met 20, Missed no data); Alan 12 (Met 9, Missed 3).',
    );
  });

  test('without any value have no total', () => {
    const none = parts.series.map((one) => ({ ...one, values: [null, null, null] }));
    expect(describeStacked({ ...parts, series: none }, 'tickets')).toMatch(/: no total\.$/);
  });
});

describe('grouped bars in words', () => {
  test('are each series over time', () => {
    expect(describeGrouped({ ...parts, kind: 'grouped' }, 'tickets')).toBe(
      `Grouped bar chart of tickets, ${where}. Met: latest 9 (11 Nov), lowest 9 (11 Nov), highest 20 (10 Nov), ` +
        'down from 10 (9 Nov). Missed: latest 3 (11 Nov), lowest 1 (9 Nov), highest 3 (11 Nov), up from 1 (9 Nov).',
    );
  });

  test('beside names are each name with all of its values', () => {
    const target = { value: 5, label: 'target 5' };
    expect(describeGrouped({ ...named, kind: 'grouped', target }, 'tickets')).toBe(
      `Grouped bar chart of tickets, ${where}. Ada: Met 10, Missed 1. Grace: Met 20, Missed 2. ` +
        'Alan: Met 9, Missed 3. The target 5 is marked.',
    );
  });
});

test('a line says which buckets are shown apart, and both reasons', () => {
  expect(describeSeries(aSpec({ immature: [4, 5], incomplete: [6] }), 'SLA')).toMatch(
    /latest 93\.0.%.*\. 15 Nov: not complete, shown apart\. 13 Nov to 14 Nov, hatched: not all cases are decided yet\.$/,
  );
});

test('small multiples are told one by one, each in its own unit and with what may still change', () => {
  const said = describeMultiples(multiplesOf(7)).replaceAll(/[\u00a0\u202f]/g, ' ');
  expect(said).toMatch(
    /^Small charts of 7 numbers, each on its own scale, Asia\/Jakarta\. Ticket SLA compliance 91\.2 %: /,
  );
  expect(said).toMatch(/Response time 1 h 12 min: latest 1 h \d\d min \(15 Nov\)/);
  expect(said).toContain('Reply rate no data: no data');
});
