import { describe, expect, test } from 'vitest';
import { checkSpec } from '../../src/charts/check-spec.ts';
import type { ChartSpec } from '../../src/charts/spec.ts';
import { aSpec, days, multiplesOf, pictures } from './specs.ts';

describe('a spec that cannot be drawn is refused with the reason', () => {
  test.each<[string, Partial<ChartSpec>, RegExp]>([
    ['no labels', { labels: [], series: [{ key: 'a', label: 'A', values: [] }] }, /no labels/],
    ['no series', { series: [] }, /no series/],
    ['a series of another length', { labels: days(8) }, /series value has 7 values for 8 labels/],
    ['not a number', { labels: days(1), series: [{ key: 'a', label: 'A', values: [Number.NaN] }] }, /a holds NaN/],
    ['infinity', { labels: days(1), series: [{ key: 'a', label: 'A', values: [Infinity] }] }, /a holds Infinity/],
    [
      'seven series',
      { labels: days(1), series: [...'abcdefg'].map((key) => ({ key, label: key, values: [1] })) },
      /7 series, at most 6/,
    ],
    [
      'two series of one key',
      { labels: days(1), series: ['a', 'a'].map((key) => ({ key, label: key, values: [1] })) },
      /not unique/,
    ],
    ['a name on a time axis', { labels: ['Monday', ...days(6)] }, /label "Monday" is no date/],
    ['a bucket that is not there', { incomplete: [7] }, /index 7 is outside/],
    ['a maturing bucket that is not there', { immature: [-1] }, /index -1 is outside/],
    ['keys of another number', { keys: ['a'] }, /1 keys for 7 labels/],
    ['an unknown kind', { kind: 'pie' as never }, /unknown kind pie/],
    ['an unknown locale', { locale: 'not a locale' }, /unknown locale/],
    ['a target that is no number', { target: { value: Number.NaN, label: 'target' } }, /target is NaN/],
    [
      'too many points',
      { labels: days(2001), series: [{ key: 'a', label: 'A', values: Array(2001).fill(1) }] },
      /2001 labels, at most 2000/,
    ],
  ])('%s', (_, overrides, reason) => {
    expect(() => checkSpec(aSpec(overrides))).toThrow(
      expect.objectContaining({ code: 'CHART_SPEC_INVALID', message: expect.stringMatching(reason) }),
    );
  });

  const slices: Partial<ChartSpec> = {
    kind: 'doughnut',
    axis: 'category',
    format: 'count',
    labels: ['A', 'B'],
    series: [{ key: 'value', label: 'n', values: [1, 2] }],
  };
  const valued = (...values: (number | null)[]) => [{ key: 'value', label: 'n', values }];

  test.each<[string, Partial<ChartSpec>, RegExp]>([
    ['of nothing', { series: valued(0, 0) }, /slices add up to 0, so there is no whole/],
    ['without data', { series: valued(null, null) }, /slices add up to 0/],
    ['with a slice below zero', { series: valued(3, -1) }, /holds -1, parts of a total are not negative/],
    ['of two series', { series: [...valued(1, 2), { key: 'b', label: 'b', values: [1, 2] }] }, /shows one series/],
    ['with names that are the same', { labels: ['A', 'A'] }, /keys of the slices are not unique/],
    ['with a target', { target: { value: 1, label: 'target 1' } }, /has no target/],
    ['with a bucket that is not complete', { incomplete: [0] }, /no unfinished buckets/],
    ['with a bucket that is maturing', { immature: [0] }, /no unfinished buckets/],
    ['over time', { axis: 'day', labels: days(2) }, /not the buckets of axis day/],
  ])('a doughnut %s', (_, overrides, reason) => {
    expect(() => checkSpec(aSpec({ ...slices, ...overrides }))).toThrow(reason);
  });

  const stages = { ...slices, kind: 'funnel' } as const;
  test.each<[string, Partial<ChartSpec>, RegExp]>([
    ['to which nobody came', { series: valued(0, null) }, /nobody came to any stage/],
    ['with a stage below zero', { series: valued(3, -1) }, /holds -1/],
    ['of two series', { series: [...valued(1, 2), { key: 'b', label: 'b', values: [1, 2] }] }, /shows one series/],
    ['of nine stages', { labels: [...'abcdefghi'], series: valued(9, 8, 7, 6, 5, 4, 3, 2, 1) }, /9 stages, at most 8/],
    ['with a target', { target: { value: 1, label: 'target 1' } }, /a funnel has no target/],
    ['over time', { axis: 'day', labels: days(2) }, /not the buckets of axis day/],
  ])('a funnel %s', (_, overrides, reason) => {
    expect(() => checkSpec(aSpec({ ...stages, ...overrides }))).toThrow(reason);
  });

  const cells = { ...slices, kind: 'heatmap' } as const;
  const rowsOf = (count: number, ...values: (number | null)[]) =>
    Array.from({ length: count }, (_, row) => ({ key: `row ${row}`, label: `Row ${row}`, values }));
  test.each<[string, Partial<ChartSpec>, RegExp]>([
    ['of more rows than can be read', { series: rowsOf(25, 1, 2) }, /25 rows, at most 24/],
    ['without a value', { series: rowsOf(2, null, null) }, /no cell has a value/],
    [
      'with a window past its rows',
      { window: { rows: [0, 1], columns: [0, 0], label: 'w' } },
      /window 0 to 1 is outside/,
    ],
    ['with a window the wrong way round', { window: { rows: [0, 0], columns: [1, 0], label: 'w' } }, /window 1 to 0/],
    ['with a target', { target: { value: 1, label: 'target 1' } }, /a heatmap has no target/],
    [
      'of more columns than can be read',
      { labels: Array.from({ length: 61 }, String), series: rowsOf(1, ...Array<number>(61).fill(1)) },
      /61 columns, at most 60/,
    ],
  ])('a heatmap %s', (_, overrides, reason) => {
    expect(() => checkSpec(aSpec({ ...cells, ...overrides }))).toThrow(reason);
  });

  const panels = multiplesOf(2);
  test.each<[string, Partial<ChartSpec>, RegExp]>([
    ['of more numbers than can be read', { series: rowsOf(9, ...Array<number>(14).fill(1)) }, /9 panels, at most 8/],
    ['without what each number has for itself', { panels: [] }, /0 panels for 2 series/],
    ['by name', { axis: 'category' }, /small multiples are over time/],
    ['with a target of all', { target: { value: 1, label: 'target 1' } }, /targets of small multiples/],
    [
      'with a day that is not there',
      { panels: panels.panels!.map((panel) => ({ ...panel, about: [13, 14] as [number, number] })) },
      /index 14 is outside/,
    ],
    [
      'with a target that is no number',
      { panels: panels.panels!.map((panel) => ({ ...panel, target: Number.NaN })) },
      /target is NaN/,
    ],
  ])('small multiples %s', (_, overrides, reason) => {
    expect(() => checkSpec({ ...panels, ...overrides })).toThrow(reason);
  });

  test('a heatmap has more rows than other charts have series', () => {
    expect(() => checkSpec(aSpec({ ...cells, series: rowsOf(24, 1, null) }))).not.toThrow();
  });

  test('a doughnut of names that are the same passes with keys of their own', () => {
    expect(() => checkSpec(aSpec({ ...slices, labels: ['A', 'A'], keys: ['1', '2'] }))).not.toThrow();
  });

  test('a stack with a part below zero, which grouped bars may have', () => {
    const below = aSpec({ labels: days(2), format: 'count', series: valued(3, -1) });
    expect(() => checkSpec({ ...below, kind: 'stacked' })).toThrow(/parts of a total are not negative/);
    expect(() => checkSpec({ ...below, kind: 'grouped' })).not.toThrow();
  });

  test('every problem is said at once, with the chart it is about', () => {
    expect(() => checkSpec(aSpec({ incomplete: [9], series: [] }))).toThrow(/SLA compliance.*no series; index 9/);
  });

  test('what can be drawn passes', () => {
    for (const spec of Object.values(pictures)) expect(() => checkSpec(spec)).not.toThrow();
  });
});
