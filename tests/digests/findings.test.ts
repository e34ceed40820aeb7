import { describe, expect, test } from 'vitest';
import type { AskedLine } from '../../src/digests/ask-lines.ts';
import { campaign } from '../../src/digests/findings/campaign.ts';
import { driver } from '../../src/digests/findings/driver.ts';
import type { Finding, FindingContext } from '../../src/digests/findings/finding.ts';
import { ranked } from '../../src/digests/findings/index.ts';
import { target } from '../../src/digests/findings/target.ts';
import { unusual } from '../../src/digests/findings/unusual.ts';
import type { BreakdownRow, KpiResult, SeriesPoint } from '../../src/domain/kpi-result.ts';
import { kpiOf } from '../../src/kpis/index.ts';
import type { KpiQuestion } from '../../src/kpis/question.ts';
import { aResult } from '../slack/results.ts';

const period = { from: '2026-11-20', to: '2026-11-21' };
const before = { from: '2026-11-13', to: '2026-11-14' };

function aLine(id: string, result: Partial<KpiResult>, days: readonly SeriesPoint[] = []): AskedLine {
  const kpi = kpiOf(id)!;
  const whole = aResult({
    ...{
      kpi: id,
      title: kpi.title,
      unit: kpi.unit,
      kind: kpi.kind,
      better: kpi.better,
      target: null,
      comparison: null,
    },
    period: { ...aResult().period, ...period },
    ...result,
  });
  const question: KpiQuestion = { period: null, by: null, filters: [], versus: null, grain: null };
  return { kpi, question, result: whole, history: { ...whole, series: { grain: 'day', points: [...days] } } };
}

function comparison(value: number, change: number, verdict: 'better' | 'worse' | 'lower' | 'higher') {
  return { period: { ...before, label: 'before' }, value, change, changeRatio: change / value, verdict };
}

function context(lines: readonly AskedLine[], asked: FindingContext['ask'] = async () => null): FindingContext {
  return {
    ...{ period, before, locale: 'en', timezone: 'UTC', late: [], lines, digestOnly: [] },
    ask: asked,
    attend: async () => null,
  };
}

/** The last one is of 20 November. */
function days(values: readonly (Partial<SeriesPoint> & { value: number | null })[]): SeriesPoint[] {
  return values.map((point, index) => ({
    at: Temporal.PlainDate.from('2026-11-20')
      .subtract({ days: values.length - 1 - index })
      .toString(),
    complete: true,
    ...point,
  }));
}

const plain = (texts: readonly { text: string }[]) => texts.map(({ text }) => text.replaceAll(/[\u00a0\u202f]/g, ' '));

describe('a target', () => {
  const missed = { value: 0.86, target: { value: 0.9, met: false } };

  test('that is missed and was met in the days compared with is worth a look', async () => {
    const found = await target.find(
      context([aLine('sla', { ...missed, comparison: comparison(0.95, -0.09, 'worse') })]),
    );
    expect(plain(found)).toEqual(['Ticket SLA compliance missed its target: 86.0 %, target 90 % (95.0 % before).']);
    expect(found[0]).toMatchObject({ key: 'target:sla', category: 1 });
  });

  test('that was met on the day before, too; not when it was missed before, met now, or when nobody can tell', async () => {
    const worse = { ...missed, comparison: comparison(0.85, 0.01, 'better') };
    const dayBefore = (denominator: number) =>
      days([{ value: 0.93, numerator: 0.93 * denominator, denominator }, { value: 0.86 }]);
    expect(await target.find(context([aLine('sla', worse, dayBefore(100))]))).toHaveLength(1);
    expect(await target.find(context([aLine('sla', worse, dayBefore(20))]))).toEqual([]);
    expect(await target.find(context([aLine('sla', worse)]))).toEqual([]);
    const met = { ...missed, comparison: comparison(0.95, -0.09, 'worse') };
    expect(await target.find(context([aLine('sla', { ...met, target: { value: 0.9, met: true } })]))).toEqual([]);
    expect(await target.find(context([aLine('sla', { ...met, target: { value: 0.9, met: null } })]))).toEqual([]);
    expect(await target.find(context([aLine('sla', { ...met, interval: { low: 0.7, high: 0.95 } })]))).toEqual([]);
    expect(await target.find(context([aLine('tickets', { ...met, target: { value: 1, met: false } })]))).toEqual([]);
    // Of a number that is of a week, a day says nothing.
    const week = { ...worse, period: { ...aResult().period, from: '2026-11-09', to: '2026-11-16' } };
    expect(await target.find(context([aLine('sla', week, dayBefore(100))]))).toEqual([]);
  });
});

describe('an unusual day', () => {
  const usual = Array.from({ length: 84 }, (_, index) => ({ value: 100 + ((index * 7) % 13) }));

  test('is told with what such a weekday usually has', async () => {
    const found = await unusual.find(context([aLine('tickets', { value: 34 }, days([...usual, { value: 34 }]))]));
    expect(plain(found)).toEqual([
      'Tickets created: 34 on Friday 20 Nov, unusually few; a Friday usually has about 106.',
    ]);
    expect(found[0]).toMatchObject({ key: 'unusual:tickets:few', category: 2 });
  });

  test.each([
    ['as usual', days([...usual, { value: 104 }])],
    ['not over', days([...usual, { value: 34, complete: false }])],
    ['not decided', days([...usual, { value: 34, mature: false }])],
    ['of too few weeks', days([...usual.slice(-49), { value: 34 }])],
    ['small', days([...usual.map(() => ({ value: 1 })), { value: 6 }])],
  ])('is not one that is %s', async (_, history) => {
    expect(await unusual.find(context([aLine('tickets', { value: 34 }, history)]))).toEqual([]);
  });

  test('is not looked for in levels', async () => {
    const history = days([...usual, { value: 34 }]);
    expect(await unusual.find(context([aLine('backlog', { value: 34 }, history)]))).toEqual([]);
  });
});

describe('a change', () => {
  const rows = (counts: Record<string, [numerator: number, denominator: number]>): BreakdownRow[] =>
    Object.entries(counts).map(([key, [numerator, denominator]]) => ({
      ...{ key, label: key, share: null, numerator, denominator, value: numerator / denominator },
    }));
  const asking =
    (now: Record<string, [number, number]>, then: Record<string, [number, number]>, by = 'priority') =>
    async (_: unknown, question: Partial<KpiQuestion>) => {
      const dates = question.period as unknown as { from: string };
      const shown = question.by === by ? rows(dates.from === before.from ? then : now) : [];
      return aResult({ breakdown: { by: String(question.by), rows: shown, other: null } });
    };
  const moved = aLine('sla', { value: 0.75, comparison: comparison(0.9, -0.15, 'worse') });

  test('is told with the value that it is made of, exactly', async () => {
    const ask = asking({ high: [60, 100], low: [90, 100] }, { high: [90, 100], low: [90, 100] });
    expect(plain(await driver.find(context([moved], ask)))).toEqual([
      'Ticket SLA compliance is down 15.0 points: priority high accounts for 15.0 points of it, by its own rate; it is 50.0 % of all.',
    ]);
  });

  test.each([
    ['spread evenly', { high: [75, 100], low: [75, 100] }, { high: [90, 100], low: [90, 100] }],
    ['of few cases', { high: [0, 20], low: [90, 100] }, { high: [20, 20], low: [90, 100] }],
    ['of one value only', { high: [75, 100] }, { high: [90, 100] }],
  ] as const)('is not when it is %s', async (_, now, then) => {
    const ask = asking(now as never, then as never);
    expect(await driver.find(context([moved], ask))).toEqual([]);
  });

  test('is not when chance explains it, or when it is small', async () => {
    const ask = asking({ high: [60, 100], low: [90, 100] }, { high: [90, 100], low: [90, 100] });
    const close = { ...comparison(0.9, -0.15, 'worse'), verdict: 'too-close' as const };
    expect(await driver.find(context([aLine('sla', { comparison: close })], ask))).toEqual([]);
    expect(await driver.find(context([aLine('sla', { comparison: comparison(0.9, -0.01, 'worse') })], ask))).toEqual(
      [],
    );
  });

  test('of a count is made of counts', async () => {
    const count = (values: Record<string, number>): BreakdownRow[] =>
      Object.entries(values).map(([key, value]) => ({ key, label: key, share: null, value }));
    const ask = async (_: unknown, question: Partial<KpiQuestion>) => {
      const isBefore = (question.period as unknown as { from: string }).from === before.from;
      const shown =
        question.by !== 'channel' ? [] : count(isBefore ? { chat: 40, email: 60 } : { chat: 130, email: 70 });
      return aResult({ breakdown: { by: String(question.by), rows: shown, other: null } });
    };
    const line = aLine('tickets', { value: 200, comparison: comparison(100, 100, 'higher') });
    expect(plain(await driver.find(context([line], ask)))).toEqual([
      'Tickets created is up 100: channel chat accounts for 90 of it; it is 56.7 % of all.',
    ]);
  });
});

test('a campaign below the usual of its account is worth a look', async () => {
  const row = { value: 0.021, numerator: 21, denominator: 1000, share: null };
  const ask = async () =>
    aResult({
      breakdown: {
        by: 'campaign',
        rows: [
          { ...row, key: 'c1', label: 'Autumn', status: 'below usual' },
          { ...row, key: 'c2', label: 'Winter', status: 'as usual' },
        ],
        other: null,
      },
    });
  const found = await campaign.find(context([], ask));
  expect(plain(found)).toEqual([
    'Campaign Autumn is below the usual of its account: 2.1 % of 1,000 delivered were replied to.',
  ]);
});

describe('of several findings', () => {
  const finding = (kind: Finding['kind'], id: string | null, more: Partial<Finding> = {}): Finding => ({
    ...{
      kind,
      key: `${kind}:${id}`,
      kpi: id === null ? null : kpiOf(id)!,
      category: 1,
      size: 1,
      text: kind,
      words: null,
    },
    ...more,
  });

  test('the most important comes first, and a number is told once, with what its change is made of', () => {
    const order = ranked([
      finding('late', null),
      finding('driver', 'sla'),
      finding('attention', null),
      finding('unusual', 'tickets', { size: 5 }),
      finding('unusual', 'messages', { category: 2 }),
      finding('unusual', 'sla'),
      finding('target', 'sla'),
      finding('driver', 'csat'),
    ]);
    expect(order.map((one) => [one.finding.key, one.with?.key])).toEqual([
      ['target:sla', 'driver:sla'],
      ['unusual:messages', undefined],
      ['unusual:tickets', undefined],
      ['driver:csat', undefined],
      ['attention:null', undefined],
      ['late:null', undefined],
    ]);
  });
});
