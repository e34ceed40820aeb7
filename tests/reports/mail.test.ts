import { describe, expect, test } from 'vitest';
import { reportMail } from '../../src/reports/mail.ts';
import { aFigure, aFinishedReport, fakeCharts } from './fixtures.ts';

const charts = fakeCharts();

describe('the mail of a report', () => {
  test('says the first number in its subject', async () => {
    const { subject } = await reportMail({ charts }, aFinishedReport());
    expect(subject).toBe('Weekly report, Mon 9 – Sun 15 Nov 2026: Ticket SLA compliance 87.7 %');
  });

  test('has the summary and the strip as HTML and the same as text', async () => {
    const { html, text } = await reportMail({ charts }, aFinishedReport());
    for (const words of [
      'The target was missed',
      'Ticket SLA compliance',
      '87.7 %',
      'up 1.4 points',
      'target 90 % missed',
    ]) {
      expect(html).toContain(words);
      expect(text).toContain(words);
    }
    expect(text).toContain('Support, Restatements, Data quality and Definitions');
  });

  test('names every picture that it brings, and brings every picture that it names', async () => {
    const { html, images } = await reportMail(
      { charts },
      aFinishedReport({ strip: [aFigure(), aFigure({ trend: null }), aFigure({ title: 'Second' })] }),
    );
    const named = [...html.matchAll(/src="cid:([^"]+)"/g)].map(([, cid]) => cid);
    expect(named).toEqual(['trend-1', 'trend-3']);
    expect(images.map(({ cid }) => cid)).toEqual(named);
    expect(html.match(/alt="SLA by week: latest 87.7 %."/g)).toHaveLength(2);
  });

  test('refers to nothing outside itself and needs no style sheet', async () => {
    const { html } = await reportMail({ charts }, aFinishedReport());
    expect(html).not.toMatch(/https?:|<style|<link|<script/);
  });

  test('escapes what comes from outside', async () => {
    const { html } = await reportMail({ charts }, aFinishedReport({ company: '<b>Evil</b>', summary: ['<i>x</i>'] }));
    expect(html).not.toMatch(/<b>|<i>/);
  });

  test('is not made without its pictures', async () => {
    await expect(reportMail({ charts: fakeCharts({ broken: true }) }, aFinishedReport())).rejects.toThrow(
      'the pen broke',
    );
  });

  test('says that there is nothing where there is nothing', async () => {
    const { subject, html, text } = await reportMail(
      { charts },
      aFinishedReport({ strip: [], sections: [], summary: [] }),
    );
    expect(subject).toBe('Weekly report, Mon 9 – Sun 15 Nov 2026');
    for (const body of [html, text]) expect(body).toContain('There is no number to report for these dates.');
  });
});
