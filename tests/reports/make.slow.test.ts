import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import { receiptOf } from '../../src/answers/receipts.ts';
import { everything } from '../../src/db/viewer.ts';
import { isEmpty } from '../../src/reports/make.ts';
import type { Report } from '../../src/reports/report.ts';
import { useDatabase } from '../database.ts';
import { aReport, type Company, makeCompany, week } from './company.ts';

const database = useDatabase();
let company: Company;
let report: Report;

beforeAll(async () => {
  company = await makeCompany(database.db, 'reported');
  report = await aReport(company);
}, 60_000);

describe('a weekly report', () => {
  test('has a title, its dates, five numbers and the built-in sections', () => {
    expect(report).toMatchObject({
      title: 'Weekly report',
      company: 'Example Corp',
      period: { ...week, shown: 'Mon 9 – Sun 15 Nov 2026', timezone: 'UTC' },
      asOf: 'as of 16 Nov 2026 08:00',
      scope: '',
    });
    expect(report.strip).toHaveLength(5);
    expect(report.sections.map(({ title }) => title)).toEqual([
      'Support',
      'Conversations',
      'Campaigns',
      'Growth',
      'Sales',
      'Adoption',
    ]);
  });

  test('asks every question about its own dates, written out', () => {
    const words = report.sections.flatMap(({ items }) => items.map((item) => item.words));
    expect(words).toContain('sla 2026-11-09..2026-11-15 by priority');
    expect(words).toContain('backlog 2026-09-21..2026-11-15');
    expect(words.filter((one) => !/ \d{4}-\d{2}-\d{2}/.test(one))).toEqual([]);
  });

  test('gives every number a receipt that says the same', async () => {
    const numbers = [...report.strip, ...report.sections.flatMap(({ items }) => items)];
    for (const { kpi, value, receipt } of numbers) {
      const kept = await receiptOf(company.db, company.tenant.tenantId, receipt ?? '');
      expect(kept?.result.kpi).toBe(kpi);
      // The SLA of a week that has just ended is that of the tickets decided in it, which its receipt has as parts.
      if (kpi === 'sla' && kept?.result.value !== value)
        expect(Number(kept?.result.parts.decided_met) / Number(kept?.result.parts.decided)).toBe(value);
      else expect(kept?.result.value).toBe(value);
    }
  });

  test('has a table with every chart, and a sentence that stands alone', () => {
    for (const { table, sentence, title, chart } of report.sections.flatMap(({ items }) => items)) {
      expect(table.rows.length).toBeGreaterThan(0);
      expect(new Set(table.rows.map((row) => row.length))).toEqual(new Set([table.header.length]));
      expect(sentence).toMatch(/^.+: .+ \(.+\)\.$/);
      expect(chart === null || chart.altText !== '', title).toBe(true);
    }
  });

  test('says the SLA of what was decided in a week whose own tickets are not all decided, and compares it', () => {
    const [sla] = report.strip;
    expect(sla?.title).toBe('Ticket SLA compliance, decided in the period');
    expect(sla?.change).toMatch(/vs 2–8 Nov/);
    expect(sla?.met).not.toBeNull();
  });

  test('shows how each number came to be where it is over eight weeks', () => {
    for (const { trend } of report.strip) {
      expect(trend?.values).toHaveLength(8);
      expect(trend?.altText).toMatch(/by week, 21 Sep – 15 Nov 2026: lowest .+, highest .+, latest .+\.$/);
    }
  });

  test('defines every KPI that it shows, with its owner', () => {
    const shown = new Set([...report.strip, ...report.sections.flatMap(({ items }) => items)].map(({ kpi }) => kpi));
    expect(new Set(report.definitions.map(({ kpi }) => kpi))).toEqual(shown);
    expect(report.definitions.every(({ formula, owner }) => formula !== '' && owner !== '')).toBe(true);
  });

  test('is plain data: it comes back from JSON as it was', () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test('has the same id when it is made again, and another one for other dates or another viewer', async () => {
    expect((await aReport(company)).id).toBe(report.id);
    expect((await aReport(company, { period: { from: '2026-11-02', to: '2026-11-09' } })).id).not.toBe(report.id);
  });

  test('a monthly one is compared with the month before', async () => {
    const monthly = await aReport(company, { name: 'monthly', period: { from: '2026-10-01', to: '2026-11-01' } });
    expect(monthly.period.shown).toBe('October 2026');
    expect(monthly.sections[0]?.items[0]?.words).toBe('sla 2026-10 by priority');
    expect(monthly.strip.map(({ trend }) => trend?.altText)).toContainEqual(expect.stringContaining('by month'));
  });

  test('follows the configuration: its title, strip and sections', async () => {
    const own = await aReport(company, {
      name: 'team',
      reports: {
        team: {
          title: 'Team report',
          paper: 'Letter',
          strip: ['tickets', 'csat'],
          sections: [
            'support',
            { title: 'By team', questions: ['tickets by team', 'leaderboard', 'backlog 4w table'] },
          ],
        },
      },
    });
    expect(own).toMatchObject({ title: 'Team report', paper: 'Letter', template: 'team' });
    expect(own.strip.map(({ kpi }) => kpi)).toEqual(['tickets', 'csat']);
    expect(own.sections.map(({ title }) => title)).toEqual(['Support', 'By team']);
    expect(own.sections[1]?.items.map(({ words, chart }) => [words, chart === null])).toEqual([
      ['tickets 2026-11-09..2026-11-15 by team', false],
      ['leaderboard 2026-11-09..2026-11-15', true],
      ['backlog 2026-10-19..2026-11-15 table', true],
    ]);
  });
});

describe('what there is no number for', () => {
  test('an empty tenant gets a report that says so, without strip or sections', async () => {
    const empty = await aReport(await makeCompany(database.db, 'empty', { empty: true }));
    expect(isEmpty(empty)).toBe(true);
    expect(empty.summary).toEqual([]);
    expect(empty.asOf).toBe('nothing loaded yet');
    expect(empty.quality.missing).toContain(
      'Support: Ticket SLA compliance: No times of first responses or resolutions have been loaded yet. Import or sync some first.',
    );
  });

  test('is named under Data quality when somebody chose it', async () => {
    const reports = {
      own: { strip: ['sla', 'nps'], sections: [{ title: 'Old', questions: ['tickets team:"Tier 9"'] }] },
    };
    const own = await aReport(company, { name: 'own', reports });
    expect(own.sections).toEqual([]);
    expect(own.quality.missing).toEqual(['Old: Tickets created: There is no team “Tier 9”.']);
  });

  test('what the viewer may not ask is left out without a word', async () => {
    const { db, tenant } = company;
    await db.run(sql`
      insert into ops.people (tenant_id, person_id, name, role, source, operator_id)
      values (${tenant.tenantId}, 'agent', 'Agent', 'agent', 'import', 'nobody')`);
    const own = await aReport(company, { viewer: 'agent' });
    const asked = own.sections.flatMap(({ items }) => items.map(({ kpi }) => kpi));
    expect(asked).not.toContain('peak-hours');
    expect(JSON.stringify(own)).not.toContain('Peak hours');
    expect(report.sections.flatMap(({ items }) => items.map(({ kpi }) => kpi))).toContain('peak-hours');
  });
});

describe('restatements', () => {
  const edition = async (slot: string, madeAt: string, viewer = '*') => {
    const [row] = await company.db.query<{ id: number }>(sql`
      insert into ops.editions (tenant_id, kind, subject, slot, view_key, viewer, made_at, content)
      values (${company.tenant.tenantId}, 'report', 'weekly', ${slot}, ${viewer}, ${viewer}, ${madeAt}::timestamptz,
        ${JSON.stringify({ period: { from: '2026-11-02', to: '2026-11-09' } })}::jsonb)
      returning edition_id as id`);
    return row!.id;
  };
  const restate = (editionId: number, receipt: string, revision: number, now: number, foundAt: string) =>
    company.db.run(sql`
      insert into ops.restatements (tenant_id, edition_id, receipt, revision, kpi, was, is_now, why, found_at)
      values (${company.tenant.tenantId}, ${editionId}, ${receipt}, ${revision}, 'sla', 0.912, ${now}, '37 late tickets',
        ${foundAt}::timestamptz)`);

  test('are those found since the last report, each number once with its latest value, and only for who got it', async () => {
    const own = await edition('2026-11-09', '2026-11-09T08:00:00Z', everything);
    const other = await edition('2026-11-09', '2026-11-09T08:00:00Z', 'somebody else');
    await restate(own, 'aaaaaa', 1, 0.9, '2026-11-10T08:00:00Z');
    await restate(own, 'aaaaaa', 2, 0.887, '2026-11-11T08:00:00Z');
    await restate(own, 'bbbbbb', 1, 0.5, '2026-11-08T08:00:00Z');
    await restate(other, 'cccccc', 1, 0.5, '2026-11-11T08:00:00Z');
    const { restatements, summary } = await aReport(company);
    expect(restatements).toEqual([
      {
        report: '2–8 Nov 2026',
        title: 'Ticket SLA compliance',
        was: '91.2 %',
        now: '88.7 %',
        why: '37 late tickets',
        found: '11 Nov 2026 08:00',
        receipt: 'aaaaaa',
      },
    ]);
    expect(summary.at(-1)).toBe('1 number of earlier reports changed since; see Restatements.');
  });
});
