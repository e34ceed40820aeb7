import { describe, expect, test } from 'vitest';
import { checkSpec } from '../../src/charts/check-spec.ts';
import type { ChartSpec } from '../../src/charts/spec.ts';
import { aSpec, days, pictures } from './specs.ts';

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

  test('every problem is said at once, with the chart it is about', () => {
    expect(() => checkSpec(aSpec({ incomplete: [9], series: [] }))).toThrow(/SLA compliance.*no series; index 9/);
  });

  test('what can be drawn passes', () => {
    for (const spec of Object.values(pictures)) expect(() => checkSpec(spec)).not.toThrow();
  });
});
