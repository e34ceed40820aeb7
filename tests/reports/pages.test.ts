import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderReport } from '../../src/reports/pages.ts';
import { aFigure, aFinishedReport, anItem, fakeCharts } from './fixtures.ts';

const charts = fakeCharts();
const broken = fakeCharts({ broken: true });
const rows = (count: number) => Array.from({ length: count }, (_, index) => [`Row ${index + 1}`, String(index)]);

describe('the pages of a report', () => {
  test('have a title, a language and a foot that says period, zone, as-of and report id', async () => {
    const pages = await renderReport({ charts }, aFinishedReport());
    expect(pages).toMatchObject({
      lang: 'en',
      paper: 'A4',
      title: 'Weekly report, Mon 9 – Sun 15 Nov 2026, Example Corp',
      footer:
        'Example Corp · Weekly report · Mon 9 – Sun 15 Nov 2026 · UTC\nas of 16 Nov 2026 08:00 · report weekly-2026-11-15-abcdef0',
      gaps: [],
    });
  });

  test('give every chart its alternative text', async () => {
    const { html } = await renderReport({ charts }, aFinishedReport());
    expect(html).toContain('<figure class="chart" role="img" aria-label="Bars: Critical 91.7 %, High 90.2 %.">');
    expect(html).toContain('<div class="sparkline" role="img" aria-label="SLA by week: latest 87.7 %.">');
  });

  test('fail closed: without a chart there are no pages', async () => {
    await expect(renderReport({ charts: broken }, aFinishedReport())).rejects.toMatchObject({
      code: 'REPORT_GAPS',
      message: expect.stringContaining('the pen broke'),
    });
  });

  test('name the gap in words where gaps are allowed, and keep the numbers', async () => {
    const { html, gaps } = await renderReport({ charts: broken }, aFinishedReport(), { allowGaps: true });
    expect(gaps).toEqual(['The chart of Ticket SLA compliance by priority is missing here.']);
    expect(html).toContain('The chart of Ticket SLA compliance by priority is missing here.');
    // Why it failed is for the log, not for the recipients.
    expect(html).not.toContain('the pen broke');
    expect(html).toContain('91.7 %');
  });

  test('escape whatever comes from outside', async () => {
    const nasty = '<script>alert(1)</script> & "quoted" {{this}}';
    const table = { caption: nasty, header: [nasty, nasty], rows: [[nasty, nasty]], numeric: [false, true] };
    const item = anItem({
      title: nasty,
      sentence: nasty,
      facts: [{ name: nasty, value: nasty }],
      notes: [nasty],
      table,
    });
    const { html, title } = await renderReport(
      { charts },
      aFinishedReport({
        company: nasty,
        title: nasty,
        summary: [nasty],
        strip: [aFigure({ title: nasty, trend: { values: [1, 2], unfinished: [], altText: nasty } })],
        sections: [{ id: 'x', title: nasty, items: [item] }],
        quality: { streams: [], pending: 0, rejected: [{ source: nasty, count: 1, reason: nasty }], missing: [nasty] },
      }),
    );
    expect(html).not.toContain('<script>');
    expect(html).not.toMatch(/"quoted"/);
    expect(html.match(/&lt;script&gt;/g)?.length).toBeGreaterThan(12);
    expect(title).toContain('<script>');
  });

  test('say that there is nothing, and why, for a report without numbers', async () => {
    const { html } = await renderReport(
      { charts },
      aFinishedReport({
        ...{ summary: [], strip: [], sections: [], definitions: [] },
        quality: { streams: [], pending: 0, rejected: [], missing: ['Support: no tickets have been loaded yet.'] },
      }),
    );
    expect(html).toContain('There is no number to report for these dates. Data quality says why.');
    expect(html).toContain('<li dir="auto">Support: no tickets have been loaded yet.</li>');
    expect(html).not.toContain('Definitions');
  });

  test('are the same when the report comes back from JSON', async () => {
    const report = aFinishedReport();
    const again = JSON.parse(JSON.stringify(report));
    expect(await renderReport({ charts }, again)).toEqual(await renderReport({ charts }, report));
  });

  test('mark headers of columns and rows as such, and numbers as numbers', async () => {
    const { html } = await renderReport({ charts }, aFinishedReport());
    expect(html).toContain('<th scope="col" class="number" dir="auto">SLA</th>');
    expect(html).toContain(
      '<th scope="row" class="" dir="auto">Critical</th><td class="number" dir="auto">91.7 %</td>',
    );
  });

  test.each([
    ['12 rows stay one table', 12, 1],
    ['31 rows become two halves beside each other', 31, 2],
    ['60 rows stay one table that goes on over pages', 60, 1],
  ])('%s', async (_, count, expected) => {
    const table = { ...anItem().table, rows: rows(count) };
    const report = aFinishedReport({
      sections: [{ id: 's', title: 'S', items: [anItem({ table })] }],
      definitions: [],
    });
    const { html } = await renderReport({ charts }, report);
    expect(html.match(/<table>/g)).toHaveLength(expected);
    expect(html.match(/scope="row"/g)).toHaveLength(count);
    expect(html.includes('class="item drawn short"')).toBe(count < 60);
  });

  test('say what is late, what was refused and what was restated', async () => {
    const stream = { source: 'crm', stream: 'ticket', asOf: null, shown: '14 Nov 2026 06:10', age: '2 d 02 h' };
    const { html } = await renderReport(
      { charts },
      aFinishedReport({
        quality: {
          streams: [
            { ...stream, late: true },
            { ...stream, stream: 'contact', late: false },
          ],
          pending: 1,
          rejected: [{ source: 'crm', count: 3, reason: 'no id' }],
          missing: [],
        },
        restatements: [
          {
            ...{ report: '2–8 Nov 2026', title: 'SLA', was: '91.2 %', now: '88.7 %', why: '37 late tickets' },
            ...{ found: '11 Nov 2026 08:00', receipt: 'k7f3a2' },
          },
        ],
      }),
    );
    for (const words of [
      '1 of 2 streams is later than promised.',
      '1 change was still to be counted.',
      '37 late tickets',
      'no id',
    ])
      expect(html).toContain(words);
  });

  test('come from templates that escape everything but what is marked in the code', () => {
    const folder = path.join(import.meta.dirname, '..', '..', 'templates', 'report');
    const templates = readdirSync(folder).filter((name) => name.endsWith('.hbs'));
    expect(templates.length).toBeGreaterThan(1);
    for (const name of templates)
      expect(readFileSync(path.join(folder, name), 'utf8'), name).not.toMatch(/\{\{\{|\{\{&/);
  });
});
