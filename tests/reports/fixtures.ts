import type { ChartRenderer } from '../../src/charts/renderer.ts';
import type { Figure, Item, Report } from '../../src/reports/report.ts';
import { aSpec } from '../charts/specs.ts';

/** A report by hand; everything can be overridden. */
export function aFinishedReport(overrides: Partial<Report> = {}): Report {
  return {
    version: 1,
    template: 'weekly',
    id: 'weekly-2026-11-15-abcdef0',
    title: 'Weekly report',
    company: 'Example Corp',
    language: 'en',
    locale: 'en',
    paper: 'A4',
    period: { from: '2026-11-09', to: '2026-11-16', shown: 'Mon 9 – Sun 15 Nov 2026', timezone: 'UTC' },
    asOf: 'as of 16 Nov 2026 08:00',
    madeAt: '2026-11-16T08:00:00Z',
    scope: '',
    summary: ['The target was missed: SLA 87.7 % (target 90 %).'],
    strip: [aFigure()],
    sections: [{ id: 'support', title: 'Support', items: [anItem()] }],
    restatements: [],
    quality: { streams: [], pending: 0, rejected: [], missing: [] },
    definitions: [{ kpi: 'sla', title: 'SLA', formula: 'met / all', owner: 'Customer Success', target: '90 %' }],
    ...overrides,
  };
}

export function aFigure(overrides: Partial<Figure> = {}): Figure {
  return {
    kpi: 'sla',
    title: 'Ticket SLA compliance',
    value: 0.877,
    shown: '87.7 %',
    mark: '▲',
    change: 'up 1.4 points vs 2–8 Nov (better)',
    verdict: 'better',
    target: 'target 90 %',
    met: false,
    receipt: 'k7f3a2',
    trend: { values: [0.9, null, 0.91, 0.877], unfinished: [3], altText: 'SLA by week: latest 87.7 %.' },
    ...overrides,
  };
}

export function anItem(overrides: Partial<Item> = {}): Item {
  return {
    kpi: 'sla',
    title: 'Ticket SLA compliance by priority',
    words: 'sla 2026-11-09..2026-11-15 by priority',
    sentence: 'Ticket SLA compliance: 87.7 %, up 1.4 points vs 2–8 Nov (better) (9–15 Nov 2026).',
    value: 0.877,
    shown: '87.7 %',
    facts: [{ name: 'Cases', value: '263 of 300' }],
    notes: ['Few cases: only 12.'],
    chart: aSpec({ altText: 'Bars: Critical 91.7 %, High 90.2 %.' }),
    table: {
      caption: 'the numbers',
      header: ['Priority', 'SLA'],
      rows: [
        ['Critical', '91.7 %'],
        ['High', '90.2 %'],
      ],
      numeric: [false, true],
    },
    receipt: 'm2n3p4',
    ...overrides,
  };
}

/** Charts without drawing: a picture that says its title; `broken` ones reject. */
export function fakeCharts({ broken = false } = {}): Pick<ChartRenderer, 'svg' | 'sparkline'> {
  return {
    svg: (spec) =>
      broken ? Promise.reject(new Error('the pen broke')) : Promise.resolve(`<svg><text>${spec.title}</text></svg>`),
    sparkline: () => (broken ? Promise.reject(new Error('the pen broke')) : Promise.resolve(Buffer.from('png'))),
  };
}
