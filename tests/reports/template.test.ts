import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkReports } from '../../src/app/reports.ts';
import { parseConfig } from '../../src/config/config.ts';
import { sectionIds } from '../../src/config/reports.ts';
import { addDays, parsePeriod, resolvePeriod } from '../../src/domain/period.ts';
import { kpiIds } from '../../src/kpis/index.ts';
import { periodBefore, phraseOf, stretchTo } from '../../src/reports/period.ts';
import { problemWith, questionFor } from '../../src/reports/questions.ts';
import { builtInSection } from '../../src/reports/sections.ts';
import { templateNames, templateOf } from '../../src/reports/template.ts';

const parse = (text: string) => parseConfig(text, 'crema.yaml', kpiIds);
const week = { from: '2026-11-09', to: '2026-11-16' };

describe('reports in crema.yaml', () => {
  test('need nothing: there are a weekly and a monthly one', () => {
    const { reports } = parse('');
    expect(templateNames(reports)).toEqual(['weekly', 'monthly']);
    expect(templateOf(reports, 'weekly')).toMatchObject({ title: 'Weekly report', span: 'week', paper: 'A4' });
    expect(templateOf(reports, 'monthly')).toMatchObject({ title: 'Monthly report', span: 'month' });
    expect(templateOf(reports, 'weekly').sections.map(({ id }) => id)).toEqual([...sectionIds]);
  });

  test('change what they say and leave the rest as it is', () => {
    const { reports } = parse(`
reports:
  weekly: { title: Our week, paper: Letter, strip: [csat, nps] }
  monthly:
  sales:
    period: month
    sections: [sales, { title: Reps, questions: [pipeline by rep, win-rate 6m] }]
`);
    expect(templateOf(reports, 'weekly')).toMatchObject({ title: 'Our week', paper: 'Letter', strip: ['csat', 'nps'] });
    expect(templateOf(reports, 'monthly').title).toBe('Monthly report');
    const { span, sections } = templateOf(reports, 'sales');
    expect(span).toBe('month');
    expect(sections.map(({ title }) => title)).toEqual(['Sales', 'Reps']);
  });

  test('are refused with the closest of what there is, all problems at once', () => {
    const text = `
reports:
  weekly:
    paper: A5
    strip: [slaa, csat]
    sections: [suport, { title: Own }]
  Own Report: {}
`;
    const refusal = () => parse(text);
    expect(refusal).toThrow(/crema.yaml:4 reports.weekly.paper/);
    expect(refusal).toThrow(/crema.yaml:6 reports.weekly.sections.0: "suport" is no section; did you mean support\?/);
    expect(refusal).toThrow(/reports.weekly.sections.1.questions/);
    expect(refusal).toThrow(/reports.Own Report/);
    expect(() => parse('reports: { weekly: { strip: [slaa] } }')).toThrow(
      /strip.0: "slaa" is no KPI; did you mean sla/,
    );
    expect(() => parse('reports: { weekly: { titel: x } }')).toThrow(
      /"titel" is no setting here; did you mean title\?/,
    );
  });

  test('have questions that can be asked, or are refused with the place', () => {
    const config = parse('reports: { own: { sections: [{ title: T, questions: [sla by priority, backlogg] }] } }');
    expect(() => checkReports(config)).toThrow(
      'reports.own.sections.0.questions.1: "backlogg": "backlogg" is no KPI; did you mean backlog',
    );
  });

  test('are asked for by a name that there is', () => {
    expect(() => templateOf({}, 'wekly')).toThrow('there is no report "wekly"; did you mean weekly?');
  });
});

describe('a question of a report', () => {
  test.each([
    ['sla', 'sla 2026-11-09..2026-11-15'],
    ['sla by priority', 'sla 2026-11-09..2026-11-15 by priority'],
    ['backlog 8w', 'backlog 2026-09-21..2026-11-15'],
    ['tickets 28d by team', 'tickets 2026-10-19..2026-11-15 by team'],
    ['tickets vs year', 'tickets 2026-11-09..2026-11-15 vs year'],
    ['tickets team:"Tier 2"', 'tickets 2026-11-09..2026-11-15 team:"Tier 2"'],
  ])('%s is asked with the dates of the report', (words, expected) => {
    expect(questionFor(words, week).words).toBe(expected);
  });

  test.each([
    ['backlogg', /no KPI; did you mean backlog/],
    ['sla last week', /a report has its own dates/],
    ['sla 2026-10', /a report has its own dates/],
    ['pipeline as-of:2026-10-01', /a report has its own dates/],
    ['sla by colour', /no dimension of this KPI/],
    ['sla csv', /no CSV/],
    ['list', /no question about a KPI/],
  ])('%s is refused', (words, expected) => {
    expect(problemWith(words)).toMatch(expected);
  });

  test('of the built-in sections can all be asked', () => {
    for (const span of ['week', 'month'] as const)
      for (const id of sectionIds)
        expect(builtInSection(id, span).questions.flatMap((words) => problemWith(words) ?? [])).toEqual([]);
  });
});

describe('the period of a report', () => {
  test.each([
    ['week', '2026-11-16', 1, '2026-11-09', '2026-11-16'],
    ['week', '2026-11-18', 1, '2026-11-09', '2026-11-16'],
    ['week', '2026-11-15', 1, '2026-11-02', '2026-11-09'],
    ['week', '2026-11-16', 7, '2026-11-08', '2026-11-15'],
    ['week', '2026-11-16', 6, '2026-11-07', '2026-11-14'],
    ['month', '2026-11-01', 1, '2026-10-01', '2026-11-01'],
    ['month', '2027-01-31', 1, '2026-12-01', '2027-01-01'],
  ] as const)('the last complete %s before %s, where weeks begin on day %i', (span, date, weekStart, from, to) => {
    expect(periodBefore(span, date, { weekStart })).toEqual({ from, to });
  });

  test('is written as a phrase that means the same dates on any day', () => {
    const date = fc.integer({ min: 0, max: 4000 }).map((days) => addDays('2020-01-01', days));
    fc.assert(
      fc.property(date, fc.integer({ min: 1, max: 400 }), date, (from, days, today) => {
        const range = { from, to: addDays(from, days) };
        const { from: first, to } = resolvePeriod(parsePeriod(phraseOf(range))!, { today, weekStart: 1 }, null);
        expect({ from: first, to }).toEqual(range);
      }),
      { seed: 5, numRuns: 300 },
    );
    expect(phraseOf({ from: '2026-10-01', to: '2026-11-01' })).toBe('2026-10');
    expect(phraseOf({ from: '2024-02-01', to: '2024-03-01' })).toBe('2024-02');
    expect(phraseOf({ from: '2026-01-01', to: '2027-01-01' })).toBe('2026');
  });

  test('is where a stretch of weeks or months ends', () => {
    expect(stretchTo('2026-11-16', { kind: 'last-units', unit: 'week', count: 8 })).toEqual({
      from: '2026-09-21',
      to: '2026-11-16',
    });
    expect(stretchTo('2026-11-01', { kind: 'last-units', unit: 'month', count: 6 }).from).toBe('2026-05-01');
  });
});
