import { describe, expect, test } from 'vitest';
import { checkSpec } from '../../src/charts/check-spec.ts';
import { chartFromResult } from '../../src/charts/from-result.ts';
import type { BreakdownRow, KpiResult, SeriesPoint } from '../../src/domain/kpi-result.ts';
import { days } from './specs.ts';

function aPoint(at: string, value: SeriesPoint['value'], complete = true): SeriesPoint {
  return { at, value, complete };
}

function aRow(key: string | null, value: BreakdownRow['value'], label = key ?? 'Other'): BreakdownRow {
  return { key, label, value, share: null };
}

const week = [0.878, 0.9, null, 0.86, 0.93, 0.9, 0.912];

function aResult(overrides: Partial<KpiResult> = {}): KpiResult {
  return {
    kpi: 'sla',
    version: 1,
    title: 'Ticket SLA compliance',
    kind: 'cohort',
    unit: 'ratio',
    better: 'up',
    value: 0.9,
    period: {
      from: '2026-11-09',
      to: '2026-11-16',
      timezone: 'Asia/Jakarta',
      label: 'last 7 days',
      complete: true,
      mature: true,
    },
    filters: {},
    scope: 'all',
    parts: {},
    comparison: null,
    target: { value: 0.9, met: true },
    series: { grain: 'day', points: days(7).map((at, i) => aPoint(at, week[i]!)) },
    attention: null,
    records: null,
    distribution: {
      title: 'Time to first response',
      bands: [
        { label: '< 1 min', count: 30 },
        { label: '> 1 min', count: 10 },
      ],
    },
    breakdown: {
      by: 'priority',
      rows: [aRow('medium', 0.91, 'Medium'), aRow('critical', 0.02, 'Critical'), aRow('', null, '')],
      other: aRow(null, 0.5),
    },
    freshness: {
      asOf: '2026-11-16T01:25:00Z',
      stale: false,
      pending: 0,
      sources: [
        { source: 'crm', stream: 'ticket', asOf: null },
        { source: 'crm', stream: 'message', asOf: null },
      ],
    },
    requires: [],
    notes: [],
    receipt: null,
    ...overrides,
  };
}

const line = { locale: 'en', preferred: 'line' } as const;

describe('a series', () => {
  test('is a line with its target, its gaps and the measure, period and source in words', () => {
    const spec = chartFromResult(aResult(), line)!;
    expect(spec).toMatchObject({
      kind: 'line',
      title: 'Ticket SLA compliance, % by day',
      subtitle: '9–15 Nov 2026, Asia/Jakarta',
      footer: 'Source: crm · as of 16 Nov 2026, 08:25',
      format: 'percent',
      axis: 'day',
      target: { value: 0.9, label: 'target 90 %' },
      incomplete: [],
    });
    expect(spec.series[0]!.values).toEqual(week);
    expect(spec.labels).toEqual(days(7));
    expect(() => checkSpec(spec)).not.toThrow();
  });

  test('says latest, lowest, highest and the way there for those who do not see it', () => {
    expect(chartFromResult(aResult(), line)!.altText).toBe(
      'Line chart of Ticket SLA compliance, 9–15 Nov 2026, Asia/Jakarta: latest 91.2 % (15 Nov), ' +
        'lowest 86.0 % (12 Nov), highest 93.0 % (13 Nov), up from 87.8 % (9 Nov). The target 90 % is marked.',
    );
  });

  test('an incomplete bucket is marked and is not the latest value', () => {
    const points = days(4).map((at, i) => aPoint(at, [10, 20, 15, 3][i]!, i < 3));
    const spec = chartFromResult(
      aResult({ unit: 'count', kind: 'flow', title: 'Tickets', series: { grain: 'day', points } }),
      line,
    )!;
    expect(spec.incomplete).toEqual([3]);
    expect(spec.title).toBe('Tickets per day');
    expect(spec.altText).toContain('latest 15 (11 Nov), lowest 10 (9 Nov)');
    expect(spec.altText).toContain('not complete');
  });

  test('a bucket that is not all decided is hatched, said, and not the latest value', () => {
    const points = days(5).map((at, i) => ({ ...aPoint(at, [0.9, 0.92, 0.7, 0.8, 0.2][i]!, i < 4), mature: i < 2 }));
    const spec = chartFromResult(aResult({ series: { grain: 'day', points } }), line)!;
    expect(spec).toMatchObject({ immature: [2, 3, 4], incomplete: [4] });
    expect(spec.altText).toContain('latest 92.0 % (10 Nov), lowest 90.0 % (9 Nov)');
    expect(spec.altText).toMatch(/11 Nov to 12 Nov, hatched: not all cases are decided yet\.$/);
    expect(chartFromResult(aResult(), line)).not.toHaveProperty('immature');
    const stacked = points.map((point) => ({ ...point, parts: { met: 9, missed: 1 } }));
    const parts = ['met', 'missed'].map((part) => ({ part, label: part }));
    const options = { locale: 'en', kind: 'series', preferred: 'stacked', parts } as const;
    expect(chartFromResult(aResult({ series: { grain: 'day', points: stacked } }), options)).toMatchObject({
      kind: 'stacked',
      immature: [2, 3, 4],
      incomplete: [4],
    });
  });

  test('the target of a period is not drawn across its days, that of a level is', () => {
    const target = { value: 100, met: null };
    expect(chartFromResult(aResult({ unit: 'count', kind: 'flow', target }), line)!.target).toBeNull();
    const stock = chartFromResult(aResult({ unit: 'count', kind: 'stock', title: 'Backlog', target }), line)!;
    expect(stock.target).toEqual({ value: 100, label: 'target 100' });
    expect(stock.title).toBe('Backlog at the end of each day');
  });

  test.each([
    ['duration', [3600, 7200, 9000], 'duration', [3600, 7200, 9000], 'Time by day'],
    ['hours', [1, 2, 2.5], 'duration', [3600, 7200, 9000], 'Time by day'],
    ['days', [1, 2, 3], 'duration', [86_400, 172_800, 259_200], 'Time by day'],
    ['score', [4.1, 4.2, 4.3], 'number', [4.1, 4.2, 4.3], 'Time, score by day'],
    ['points', [40, -42, 45], 'points', [40, -42, 45], 'Time, points by day'],
    ['money', ['1250.50', '99.90', '0.00'], 'number', [1250.5, 99.9, 0], 'Time, EUR per day'],
  ] as const)('%s is drawn in its own way', (unit, values, format, drawn, title) => {
    const points = days(3).map((at, i) => aPoint(at, values[i]!));
    const spec = chartFromResult(
      aResult({ unit, title: 'Time', currency: 'EUR', kind: 'flow', target: null, series: { grain: 'day', points } }),
      line,
    )!;
    expect(spec).toMatchObject({ format, title });
    expect(spec.series[0]!.values).toEqual(drawn);
  });

  test('a score says what it is of', () => {
    const points = days(3).map((at) => aPoint(at, 4.2));
    const result = aResult({ unit: 'score', outOf: 5, title: 'Satisfaction', series: { grain: 'day', points } });
    expect(chartFromResult(result, line)!.title).toBe('Satisfaction, score of 5, by day');
  });

  test('one or two points are bars, since they make no line', () => {
    const points = days(2).map((at) => aPoint(at, 5));
    expect(chartFromResult(aResult({ series: { grain: 'day', points } }), line)!.kind).toBe('bar');
  });

  test('hours keep their hour, and filters are said', () => {
    const points = [0, 1, 2].map((h) => aPoint(`2026-11-09T0${h}:00`, h));
    const spec = chartFromResult(
      aResult({ unit: 'count', filters: { channel: 'whatsapp' }, series: { grain: 'hour', points } }),
      line,
    )!;
    expect(spec.axis).toBe('hour');
    expect(spec.subtitle).toBe('9–15 Nov 2026, Asia/Jakarta, channel: whatsapp');
    expect(spec.altText).toContain('latest 2 (9 Nov 02:00)');
    expect(() => checkSpec(spec)).not.toThrow();
  });
});

describe('a series of parts', () => {
  const parts = [
    { part: 'promoters', label: 'Promoters' },
    { part: 'detractors', label: 'Detractors' },
  ];
  const stacked = { locale: 'en', kind: 'series', preferred: 'stacked', parts } as const;
  const points = (counts: readonly (readonly [number | null, number | null])[]) =>
    counts.map(([promoters, detractors], i) => ({
      ...aPoint(days(7)[i]!, promoters === null ? null : 100, i < counts.length - 1),
      parts: { promoters, detractors, answers: 99 },
    }));
  const score = (counts: Parameters<typeof points>[0]) =>
    aResult({
      unit: 'points',
      title: 'Net promoter score',
      target: { value: 50, met: true },
      series: { grain: 'day', points: points(counts) },
    });

  test('is stacked from the parts that are named, counted, without the target of the value', () => {
    const spec = chartFromResult(
      score([
        [3, 1],
        [0, 2],
        [null, null],
      ]),
      stacked,
    )!;
    expect(spec).toMatchObject({
      kind: 'stacked',
      title: 'Net promoter score: promoters, detractors per day',
      format: 'count',
      target: null,
      incomplete: [2],
      series: [
        { key: 'promoters', label: 'Promoters', values: [3, 0, null] },
        { key: 'detractors', label: 'Detractors', values: [1, 2, null] },
      ],
    });
    expect(spec.altText).toContain('total latest 2 (10 Nov)');
    expect(spec.altText).toContain('Promoters 0, Detractors 2');
    expect(() => checkSpec(spec)).not.toThrow();
  });

  test('of nothing is no chart', () => {
    expect(
      chartFromResult(
        score([
          [0, 0],
          [null, null],
        ]),
        stacked,
      ),
    ).toBeNull();
  });

  test('is a line where a line is preferred', () => {
    expect(
      chartFromResult(
        score([
          [3, 1],
          [0, 2],
          [1, 1],
        ]),
        { ...stacked, preferred: 'line' },
      )!.kind,
    ).toBe('line');
  });
});

describe('a breakdown', () => {
  test('is bars, largest first, the rest last and grey, no data kept as a gap', () => {
    const spec = chartFromResult(aResult(), { locale: 'en', preferred: 'bar' })!;
    expect(spec).toMatchObject({
      kind: 'bar',
      axis: 'category',
      title: 'Ticket SLA compliance, % by priority',
      muted: [3],
    });
    expect(spec.labels).toEqual(['Medium', 'Critical', 'Not set', 'Other']);
    expect(spec.series[0]!.values).toEqual([0.91, 0.02, null, 0.5]);
    expect(spec.altText).toContain('Medium 91.0 %, Critical 2.0 %, Not set no data, Other 50.0 %.');
  });

  test('of many keeps the nine largest and says so', () => {
    const rows = Array.from({ length: 20 }, (_, i) => aRow(`op${i}`, 100 - i));
    const spec = chartFromResult(
      aResult({
        unit: 'count',
        kind: 'flow',
        title: 'Tickets',
        breakdown: { by: 'operator', rows, other: aRow(null, 70) },
      }),
      { locale: 'en', preferred: 'bar' },
    )!;
    expect(spec.labels).toHaveLength(9);
    expect(spec.labels[0]).toBe('op0');
    expect(spec.subtitle).toBe('9–15 Nov 2026, Asia/Jakarta, the 9 with most cases of 20 and more');
    expect(spec.target).toBeNull();
  });
});

describe('a breakdown asked for as a doughnut', () => {
  const rows = [aRow('email', 30, 'E-mail'), aRow('', 10, ''), aRow('whatsapp', 50, 'WhatsApp')];
  const doughnut = { locale: 'en', kind: 'breakdown', preferred: 'doughnut' } as const;
  const counted = (overrides: Partial<KpiResult> = {}) =>
    aResult({
      unit: 'count',
      kind: 'flow',
      title: 'Tickets',
      value: 100,
      breakdown: { by: 'channel', rows, other: aRow(null, 10) },
      ...overrides,
    });

  test('is one where its rows add up to the result, with keys for its colours and the parts in words', () => {
    const spec = chartFromResult(counted(), doughnut)!;
    expect(spec).toMatchObject({
      kind: 'doughnut',
      title: 'Tickets by channel',
      labels: ['E-mail', 'Not set', 'WhatsApp', 'Other'],
      keys: ['email', '', 'whatsapp', '(other)'],
      muted: [3],
      target: null,
    });
    expect(spec.altText).toBe(
      'Doughnut chart of Tickets by channel, 9–15 Nov 2026, Asia/Jakarta: total 100, of which ' +
        'WhatsApp 50 (50.0 %), E-mail 30 (30.0 %), Not set 10 (10.0 %), Other 10 (10.0 %).',
    );
    expect(() => checkSpec(spec)).not.toThrow();
  });

  test('says the currency of money', () => {
    const money = { by: 'owner', rows: [aRow('a', '10.10'), aRow('b', '0.20')], other: null };
    const spec = chartFromResult(
      counted({ unit: 'money', currency: 'EUR', value: '10.30', breakdown: money }),
      doughnut,
    )!;
    expect(spec).toMatchObject({ kind: 'doughnut', unit: 'EUR' });
  });

  test.each<[string, Partial<KpiResult>]>([
    ['rows that count a thing twice', { value: 90 }],
    ['a ratio', { unit: 'ratio', value: 0.9 }],
    ['nothing at all', { value: 0, breakdown: { by: 'channel', rows: [aRow('email', 0)], other: null } }],
    [
      'a part below zero',
      { value: 5, breakdown: { by: 'channel', rows: [aRow('a', 10), aRow('b', -5)], other: null } },
    ],
  ])('stays bars for %s', (_, overrides) => {
    expect(chartFromResult(counted(overrides), doughnut)!.kind).toBe('bar');
  });
});

test('one series has nothing to stack, to group or to slice: it is bars over time', () => {
  for (const preferred of ['stacked', 'grouped', 'doughnut'] as const) {
    expect(chartFromResult(aResult(), { locale: 'en', kind: 'series', preferred })!.kind).toBe('bar');
  }
});

describe('a distribution', () => {
  test('is a histogram of its named bands with counts and shares in words', () => {
    const spec = chartFromResult(aResult(), { locale: 'en', preferred: 'histogram' })!;
    expect(spec).toMatchObject({
      kind: 'histogram',
      format: 'count',
      title: 'Time to first response: number in each band',
      labels: ['< 1 min', '> 1 min'],
      target: null,
    });
    expect(spec.altText).toContain('< 1 min 30 (75.0 %), > 1 min 10 (25.0 %)');
  });
});

describe('nothing to draw is no chart', () => {
  const empty = aResult({
    series: { grain: 'day', points: [] },
    breakdown: { by: 'team', rows: [], other: null },
    distribution: { title: 'Age', bands: [{ label: '< 1 d', count: 0 }] },
  });

  test.each(['series', 'breakdown', 'distribution'] as const)('%s', (kind) => {
    expect(chartFromResult(empty, { ...line, kind })).toBeNull();
  });

  test('whatever was preferred', () => {
    for (const preferred of ['line', 'area', 'bar', 'stacked', 'grouped', 'histogram', 'doughnut'] as const) {
      expect(chartFromResult(empty, { locale: 'en', preferred })).toBeNull();
    }
  });

  test('points without values, parts the KPI does not have', () => {
    const points = days(7).map((at) => aPoint(at, null));
    expect(chartFromResult(aResult({ series: { grain: 'day', points } }), { ...line, kind: 'series' })).toBeNull();
    expect(chartFromResult(aResult({ breakdown: null }), { ...line, kind: 'breakdown' })).toBeNull();
    expect(chartFromResult(aResult({ distribution: null }), { ...line, kind: 'distribution' })).toBeNull();
  });

  test('zero is a value', () => {
    const points = days(7).map((at) => aPoint(at, 0));
    expect(chartFromResult(aResult({ unit: 'count', series: { grain: 'day', points } }), line)).not.toBeNull();
  });
});

describe('what is preferred', () => {
  test('a part the result does not have is replaced by one it has', () => {
    const bare = aResult({ breakdown: null, distribution: null });
    expect(chartFromResult(bare, { locale: 'en', preferred: 'bar' })).toMatchObject({ kind: 'bar', axis: 'day' });
    expect(chartFromResult(bare, { locale: 'en', preferred: 'histogram' })).toMatchObject({ kind: 'line' });
  });

  test('an asked-for part is not replaced', () => {
    expect(chartFromResult(aResult(), { ...line, kind: 'breakdown' })!.axis).toBe('category');
  });
});

test('late data and unknown age are said in the corner', () => {
  const { freshness } = aResult();
  const sources = ['a', 'b', 'c', 'd'].map((source) => ({ source, stream: 's', asOf: null }));
  expect(chartFromResult(aResult({ freshness: { ...freshness, stale: true, sources } }), line)!.footer).toBe(
    'Source: a, b and 2 more · as of 16 Nov 2026, 08:25, late',
  );
  expect(chartFromResult(aResult({ freshness: { ...freshness, asOf: null } }), line)!.footer).toContain(
    'as of unknown',
  );
});

test('alternative text keeps to what Slack takes', () => {
  const rows = Array.from({ length: 9 }, (_, i) => aRow(`k${i}`, 1, 'name '.repeat(100)));
  const spec = chartFromResult(aResult({ breakdown: { by: 'account', rows, other: null } }), {
    locale: 'en',
    preferred: 'bar',
  })!;
  expect(spec.altText.length).toBeLessThanOrEqual(2000);
});

describe('a reference', () => {
  const rows = (medians: readonly (number | null)[]) =>
    medians.map((median, index) => ({ ...aRow(`op-${index}`, 9 - index), parts: { median } }));
  const drawn = (medians: readonly (number | null)[]) =>
    chartFromResult(
      aResult({ unit: 'count', target: null, breakdown: { by: 'operator', rows: rows(medians), other: null } }),
      { locale: 'en', kind: 'breakdown', preferred: 'bar', reference: { part: 'median', label: 'team median' } },
    );

  test('that all rows share is a line across them, and said', () => {
    const spec = drawn([6.5, 6.5, 6.5]);
    expect(spec?.target).toEqual({ value: 6.5, label: 'team median 6.5' });
    expect(spec?.altText).toContain('The team median 6.5 is marked.');
  });

  test.each([[[6.5, 7]], [[6.5, null]], [[null, null]]])('of %j is no line', (medians) => {
    expect(drawn(medians)?.target).toBeNull();
  });

  test('of 0 is a line too', () => {
    expect(drawn([0, 0])?.target).toEqual({ value: 0, label: 'team median 0' });
  });
});
