import type { ChartConfiguration, ChartDataset } from 'chart.js';
import { describe, expect, test } from 'vitest';
import { chartKinds } from '../../src/charts/kinds/index.ts';
import { grey, hues, inSeriesOrder } from '../../src/charts/palette.ts';
import { pastLine } from '../../src/charts/parts/bar-values.ts';
import { spread } from '../../src/charts/parts/end-labels.ts';
import { heatScale } from '../../src/charts/parts/heat-scale.ts';
import { slicesOf } from '../../src/charts/slices.ts';
import type { ChartSpec } from '../../src/charts/spec.ts';
import { unfinishedOf } from '../../src/charts/unfinished.ts';
import { formatShare } from '../../src/charts/value-format.ts';
import { formatPercent } from '../../src/domain/format.ts';
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

describe('unfinished buckets', () => {
  test('are said by their reason; one that is both has not ended', () => {
    const found = unfinishedOf(aSpec({ immature: [4, 5, 6], incomplete: [6] }));
    expect([...found].sort()).toEqual([
      [4, 'immature'],
      [5, 'immature'],
      [6, 'incomplete'],
    ]);
  });

  test('that mature are pale bars, as incomplete ones are', () => {
    const colors = bars(aSpec({ kind: 'bar', immature: [5], incomplete: [6] }))[0]!.backgroundColor as string[];
    expect(colors[5]).toBe(colors[6]);
    expect(colors[5]).not.toBe(colors[4]);
  });

  test('that mature are dashed otherwise than incomplete ones, and paler', () => {
    const spec = aSpec({ immature: [5], incomplete: [6] });
    expect(dash(spec, 3, 4)).toBeUndefined();
    expect(dash(spec, 4, 5)).toBeDefined();
    expect(dash(spec, 4, 5)).not.toEqual(dash(spec, 5, 6));
    const { borderColor } = lines(spec)[0]!.segment as unknown as { borderColor: (at: object) => string | undefined };
    expect(borderColor({ p0DataIndex: 4, p1DataIndex: 5 })).toMatch(/^#/);
    expect(borderColor({ p0DataIndex: 5, p1DataIndex: 6 })).toBeUndefined();
  });

  test('that mature are not the value a line is labelled with', () => {
    expect(plugins(aSpec({ immature: [6] }))).toContain('point-label');
    expect(plugins(aSpec({ immature: [0, 1, 2, 3, 4, 5, 6] }))).not.toContain('point-label');
  });
});

describe('stacked bars', () => {
  const spec = pictures['stacked-days']!;

  test('are stacked in the order of their keys, whatever the order of the series', () => {
    const names = (one: ChartSpec) => build(one).data.datasets.map(({ label }) => label);
    expect(names(spec)).toEqual(['Met', 'Missed']);
    expect(names({ ...spec, series: [...spec.series].reverse() })).toEqual(['Met', 'Missed']);
    expect(build(spec).options!.scales!.y).toMatchObject({ stacked: true });
    expect(build(spec).options!.scales!.x).toMatchObject({ stacked: true });
  });

  test('have the highest total and the target in view, from zero', () => {
    const one = aSpec({ kind: 'stacked', format: 'count', series: several(3) });
    expect(scale(one, 'y')).toMatchObject({ min: 0 });
    expect(scale(one, 'y').max).toBeGreaterThanOrEqual(18);
    expect(scale({ ...one, target: { value: 90, label: 't' } }, 'y').max).toBeGreaterThanOrEqual(90);
  });

  test('are named beside the last stack where there is room, else in a legend', () => {
    const legend = (one: ChartSpec) => build(one).options!.plugins!.legend!.display;
    expect(legend(spec)).toBe(false);
    const flat = { ...spec, series: spec.series.map((one) => ({ ...one, values: [...one.values.slice(0, -1), 1] })) };
    expect(legend(flat)).toBe(true);
    expect(legend(pictures['stacked-names']!)).toBe(true);
    const few = spec.series.map((one) => ({ ...one, values: one.values.slice(0, 3) }));
    expect(legend({ ...spec, labels: spec.labels.slice(0, 3), series: few, immature: [], incomplete: [] })).toBe(true);
  });

  test('lie beside names', () => {
    expect(build(pictures['stacked-names']!).options!.indexAxis).toBe('y');
  });

  test('of one series need no names', () => {
    const one = aSpec({ kind: 'stacked', format: 'count', series: several(1) });
    expect(build(one).options!.plugins!.legend!.display).toBe(false);
  });
});

describe('grouped bars', () => {
  test('stand in the order of their keys, `other` last', () => {
    const order = inSeriesOrder(['other', 'zulu', 'low', 'alpha', 'critical'].map((key) => ({ key })));
    expect(order.map(({ key }) => key)).toEqual(['critical', 'low', 'alpha', 'zulu', 'other']);
    const series = ['b', 'a'].map((key) => ({ key, label: key, values: [1, 2, 3, 4, 5, 6, 7] }));
    expect(build(aSpec({ kind: 'grouped', series })).data.datasets.map(({ label }) => label)).toEqual(['a', 'b']);
  });

  test('beside names have an axis where there is no room for a value at each', () => {
    const grouped = (names: number) =>
      aSpec({
        kind: 'grouped',
        axis: 'category',
        format: 'count',
        labels: Array.from({ length: names }, (_, i) => `name ${i}`),
        series: several(3).map((one) => ({ ...one, values: one.values.slice(0, names) })),
      });
    const ticks = (spec: ChartSpec) => (build(spec).options!.scales!.x as { ticks: { display?: boolean } }).ticks;
    expect(ticks(grouped(3)).display).toBe(false);
    expect(ticks(grouped(6)).display).toBeUndefined();
  });
});

describe('a doughnut', () => {
  const rings = (spec: ChartSpec) => build(spec).data.datasets as ChartDataset<'doughnut'>[];
  const sliced = (values: (number | null)[], more: Partial<ChartSpec> = {}) =>
    aSpec({
      kind: 'doughnut',
      axis: 'category',
      format: 'count',
      labels: values.map((_, i) => `name ${i}`),
      series: [{ key: 'value', label: 'n', values }],
      ...more,
    });
  const said = (spec: ChartSpec) => slicesOf(spec).slices.map(({ label, value }) => `${label}: ${value}`);

  test('begins with its largest slice, and slices of one size keep the order of their keys', () => {
    expect(said(sliced([5, 20, 5, null, 0]))).toEqual(['name 1: 20', 'name 0: 5', 'name 2: 5', 'name 4: 0']);
    expect(rings(sliced([5, 20]))[0]!.data).toEqual([20, 5]);
  });

  test('has five slices and then the rest, in grey', () => {
    const { slices, total } = slicesOf(sliced([7, 6, 5, 4, 3, 2, 1]));
    expect(slices.map(({ value }) => value)).toEqual([7, 6, 5, 4, 3, 3]);
    expect(slices.at(-1)).toMatchObject({ label: 'Other', shade: grey });
    expect(total).toBe(28);
    expect(slices.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  test('puts what is no name of its own last, however large, under its own label if it is alone', () => {
    const rest = { muted: [0], labels: ['All others', 'B', 'C'] };
    expect(said(sliced([90, 1, 2], rest))).toEqual(['C: 2', 'B: 1', 'All others: 90']);
    expect(said(sliced([90, 1, 2], { ...rest, muted: [0, 1] }))).toEqual(['C: 2', 'Other: 91']);
  });

  test('colours slices by key, not by place', () => {
    const keys = { keys: ['email', 'whatsapp'] };
    expect(rings(sliced([1, 2], keys))[0]!.backgroundColor).toEqual([hues.green.fill, hues.blue.fill]);
    expect(rings(sliced([2, 1], keys))[0]!.backgroundColor).toEqual([hues.blue.fill, hues.green.fill]);
  });

  test('of one slice is a whole ring without a seam', () => {
    expect(rings(sliced([4]))[0]!.borderWidth).toBe(0);
    expect(rings(sliced([4, 0]))[0]!.borderWidth).toBe(0);
    expect(rings(sliced([4, 1]))[0]!.borderWidth).toBe(2);
  });

  test('never prints something as nothing nor less than all as all', () => {
    expect(formatShare(0, 'en')).toBe(formatPercent(0, 'en'));
    expect(formatShare(0.0001, 'en')).toBe(`< ${formatPercent(0.001, 'en')}`);
    expect(formatShare(0.9999, 'en')).toBe(`> ${formatPercent(0.999, 'en')}`);
    expect(formatShare(1, 'en')).toBe(formatPercent(1, 'en'));
  });
});

describe('a text at a bar', () => {
  test('stays where it is while the target is away from it', () => {
    expect(pastLine(100, 140, 80, 1)).toBe(0);
    expect(pastLine(100, 140, 160, 1)).toBe(0);
    expect(pastLine(100, 140, undefined, 1)).toBe(0);
  });

  test('is moved past a line that crosses or touches it, away from its bar', () => {
    for (const line of [98, 100, 120, 140, 142]) {
      expect(100 + pastLine(100, 140, line, 1)).toBeGreaterThan(line);
      expect(140 + pastLine(100, 140, line, -1)).toBeLessThan(line);
    }
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

describe('a step line', () => {
  test('holds each level until the next date', () => {
    expect(lines(pictures.step!)[0]!.stepped).toBe('before');
    expect(dash(pictures.step!, 58, 59)).toEqual([3, 3]);
  });
});

describe('the scale of a heatmap', () => {
  const of = (...values: (number | null)[]) =>
    heatScale(aSpec({ kind: 'heatmap', series: [{ key: 'row', label: 'Row', values }] }));

  test('is darker the more there is', () => {
    const scale = of(0, 10, 20, 30, 40, 50);
    const light = (value: number) => {
      const color = scale.colorOf(value);
      return [1, 3, 5].reduce((sum, at) => sum + Number.parseInt(color.slice(at, at + 2), 16), 0);
    };
    const shades = Array.from({ length: 51 }, (_, value) => light(value));
    expect(shades).toEqual(shades.toSorted((a, b) => b - a));
    expect(new Set(shades).size).toBe(51);
  });

  test('begins at zero unless that would make all cells alike', () => {
    expect([of(10, 100).low, of(90, 100).low, of(-5, 100).low]).toEqual([0, 90, -5]);
  });

  test('has one shade where all values are the same', () => {
    expect(of(7, 7, null).colorOf(7)).toMatch(/^#[0-9a-f]{6}$/);
    expect(of(0).colorOf(0)).toMatch(/^#[0-9a-f]{6}$/);
  });

  test('is written on in a colour that can be read everywhere', () => {
    const scale = of(0, 100);
    const channel = (part: number) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const luminance = (color: string) =>
      [0.2126, 0.7152, 0.0722].reduce(
        (sum, weight, at) => sum + weight * channel(Number.parseInt(color.slice(1 + 2 * at, 3 + 2 * at), 16) / 255),
        0,
      );
    for (let value = 0; value <= 100; value++) {
      const [a, b] = [luminance(scale.colorOf(value)), luminance(scale.inkOn(value))];
      expect((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)).toBeGreaterThan(4);
    }
  });
});
