import type { ChartConfiguration, ChartDataset } from 'chart.js';
import { describe, expect, test } from 'vitest';
import { chartKinds } from '../../src/charts/kinds/index.ts';
import { grey, hues } from '../../src/charts/palette.ts';
import { spread } from '../../src/charts/parts/end-labels.ts';
import type { ChartSpec } from '../../src/charts/spec.ts';
import { aSpec, days, months, pictures } from './specs.ts';

const build = (spec: ChartSpec): ChartConfiguration => chartKinds[spec.kind](spec, '"Noto Sans"');
const plugins = (spec: ChartSpec) => build(spec).plugins!.map((plugin) => plugin.id);
const scale = (spec: ChartSpec, id: string) => build(spec).options!.scales![id] as { min: number; max: number };
const lines = (spec: ChartSpec) => build(spec).data.datasets as ChartDataset<'line'>[];
const bars = (spec: ChartSpec) => build(spec).data.datasets as ChartDataset<'bar'>[];
const dash = (spec: ChartSpec, p0DataIndex: number, p1DataIndex: number) => {
  const segment = lines(spec)[0]!.segment as { borderDash: (at: object) => number[] | undefined };
  return segment.borderDash({ p0DataIndex, p1DataIndex });
};

const several = (count: number, last: number | null = 5) =>
  Array.from({ length: count }, (_, i) => ({ key: `k${i}`, label: `Name ${i}`, values: [1, 2, 3, 4, 5, 6, last] }));

describe('every kind', () => {
  test.each(Object.entries(pictures))('%s: same spec, same configuration, spec untouched', (_, spec) => {
    const before = structuredClone(spec);
    expect(JSON.stringify(build(spec))).toBe(JSON.stringify(build(spec)));
    expect(spec).toEqual(before);
  });

  test.each(Object.entries(pictures))('%s: nothing moves and nothing resizes itself', (_, spec) => {
    expect(build(spec).options).toMatchObject({ animation: false, responsive: false, events: [] });
  });

  test('the same key has the same colour in lines, areas and bars', () => {
    const series = [{ key: 'whatsapp', label: 'WhatsApp', values: [1, 2, 3, 4, 5, 6, 7] }];
    for (const kind of ['line', 'area', 'bar'] as const) {
      expect(build(aSpec({ kind, series, format: 'count' })).data.datasets[0]!.borderColor).toBe(hues.green.fill);
    }
  });
});

describe('bars', () => {
  const spec = aSpec({
    kind: 'bar',
    format: 'count',
    series: [{ key: 'value', label: 'n', values: [90, 91, 92, 93, 94, 95, 96] }],
  });

  test('start at zero however close the values are', () => {
    expect(scale(spec, 'y').min).toBe(0);
    expect(scale({ ...spec, kind: 'area' }, 'y').min).toBe(0);
    expect(scale({ ...spec, kind: 'line' }, 'y').min).toBeGreaterThan(0);
  });

  test('lie beside names and stand over time', () => {
    expect(build(spec).options!.indexAxis).toBeUndefined();
    expect(build(pictures['bar-names']!).options!.indexAxis).toBe('y');
  });

  test('of shares span none to all', () => {
    expect(scale(pictures['bar-target']!, 'x')).toMatchObject({ min: 0, max: 1 });
  });

  test('of incomplete buckets are pale and hatched, the rest is grey', () => {
    const colors = bars({ ...spec, incomplete: [6], muted: [0] })[0]!.backgroundColor as string[];
    expect(colors[0]).toBe(grey.fill);
    expect(colors[1]).toBe(hues.blue.fill);
    expect(colors[6]).not.toBe(hues.blue.fill);
    expect(plugins(spec)).toContain('hatch');
  });

  test('below zero are in view', () => {
    const change = aSpec({
      kind: 'bar',
      axis: 'category',
      format: 'count',
      labels: ['a', 'b'],
      series: [{ key: 'value', label: 'n', values: [40, -30] }],
    });
    expect(scale(change, 'x').min).toBeLessThanOrEqual(-30);
  });

  test('of a histogram carry count and share', () => {
    expect(plugins(pictures.histogram!)).toContain('bar-values');
    expect(scale(pictures.histogram!, 'y').min).toBe(0);
  });
});

describe('lines', () => {
  test('are dotted to and from an incomplete bucket only', () => {
    const spec = aSpec({ incomplete: [3, 6] });
    expect(dash(spec, 0, 1)).toBeUndefined();
    expect(dash(spec, 2, 3)).toBeDefined();
    expect(dash(spec, 3, 4)).toBeDefined();
    expect(dash(spec, 5, 6)).toBeDefined();
  });

  test('leave gaps open and show a lone value as a dot', () => {
    const [dataset] = lines(
      aSpec({
        labels: days(30),
        series: [{ key: 'value', label: 'n', values: days(30).map((_, i) => (i === 4 || i === 6 ? null : 1)) }],
      }),
    );
    expect(dataset!.spanGaps).toBe(false);
    const radius = dataset!.pointRadius as number[];
    expect(radius[5]).toBeGreaterThan(2);
    expect(radius[10]).toBe(0);
  });

  test('have the target in view even when no value comes near it', () => {
    const { min, max } = scale(aSpec({ target: { value: 0.5, label: 'target 50 %' } }), 'y');
    expect(min).toBeLessThanOrEqual(0.5);
    expect(max).toBeGreaterThanOrEqual(0.93);
  });

  test('are named at their ends, without a legend', () => {
    const spec = aSpec({ format: 'count', series: several(6) });
    expect(plugins(spec)).toContain('end-labels');
    expect(build(spec).options!.plugins!.legend!.display).toBe(false);
  });

  test('get a legend where one of them does not reach the end', () => {
    const spec = aSpec({
      format: 'count',
      series: [...several(2), { key: 'late', label: 'Late', values: [1, 2, 3, 4, 5, 6, null] }],
    });
    expect(build(spec).options!.plugins!.legend!.display).toBe(true);
  });

  test('of one series need neither', () => {
    expect(build(aSpec()).options!.plugins!.legend!.display).toBe(false);
  });

  test('print the newest complete value, at its point when an incomplete one follows', () => {
    expect(plugins(aSpec())).toContain('end-labels');
    expect(plugins(aSpec({ incomplete: [6] }))).toContain('point-label');
  });

  test('with a single point keep it off the edge', () => {
    expect(build(pictures['line-one-point']!).options!.scales!.x).toMatchObject({ offset: true });
  });
});

test('areas of several series are stacked, with the sum in view', () => {
  const spec = aSpec({ kind: 'area', format: 'count', series: several(3) });
  expect(scale(spec, 'y').max).toBeGreaterThanOrEqual(18);
  expect(build(spec).options!.scales!.y).toMatchObject({ stacked: true });
});

test('a month axis has ticks for a year without crowding', () => {
  const spec = aSpec({
    axis: 'month',
    labels: months(12),
    series: [{ key: 'value', label: 'n', values: months(12).map((_, i) => i / 20) }],
  });
  expect(build(spec).data.labels).toHaveLength(12);
});

describe('labels at the line ends', () => {
  test('stay where they are while they are apart', () => {
    expect(spread([10, 50, 90], 18, 0, 100)).toEqual([10, 50, 90]);
  });

  test('move apart in order and within the plot', () => {
    const moved = spread([95, 96, 97], 18, 0, 100);
    expect(moved).toEqual([64, 82, 100]);
    expect(spread([0, 0, 0], 18, 0, 100)).toEqual([0, 18, 36]);
  });
});
