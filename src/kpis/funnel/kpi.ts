import { leadCreatedDaily } from '../../rollups/lead-created-daily.ts';
import { leadQualifiedDaily } from '../../rollups/lead-qualified-daily.ts';
import { opportunityClosedDaily } from '../../rollups/opportunity-closed-daily.ts';
import { opportunityOpenedDaily } from '../../rollups/opportunity-opened-daily.ts';
import type { Kpi, PartDeclaration } from '../kpi.ts';
import { funnelCounts } from './query.ts';

const share = (title: string, column: string): PartDeclaration => ({ title, column, unit: 'ratio', additive: false });

export const funnel: Kpi = {
  id: 'funnel',
  version: 1,
  group: 'sales',
  title: 'Sales funnel',
  question: 'How many leads come in, and how far do they get?',
  formula:
    'Two views. By own dates: leads created, leads qualified, opportunities created and opportunities won in the period. Of the leads created in the period (cohort): how many have ever reached a stage, by its own date, by being at it or past it, or by a linked opportunity at it or past it. The headline is the leads created.',
  kind: 'flow',
  unit: 'count',
  better: 'up',
  dimensions: ['rep', 'account'],
  parts: {
    leads: { title: 'Leads', unit: 'count', inHeadline: true },
    sql: { title: 'Qualified', unit: 'count' },
    opportunities: { title: 'Opportunities', unit: 'count' },
    won: { title: 'Won', unit: 'count' },
    cohort_leads: { title: 'Cohort: leads', column: 'Cohort', unit: 'count' },
    cohort_sql: { title: 'Cohort: qualified', column: 'Of them qualified', unit: 'count' },
    cohort_opportunities: { title: 'Cohort: opportunities', column: 'Opportunities of them', unit: 'count' },
    cohort_won: { title: 'Cohort: won', column: 'Won of them', unit: 'count' },
    cohort_sql_rate: share('Cohort: lead to qualified', 'Lead to qualified'),
    cohort_opportunity_rate: share('Cohort: qualified to opportunity', 'Qualified to opportunity'),
    cohort_win_rate: share('Cohort: opportunity to won', 'Opportunity to won'),
  },
  streams: ['lead', 'opportunity'],
  rollups: [leadCreatedDaily, leadQualifiedDaily, opportunityOpenedDaily, opportunityClosedDaily],
  datedBy: leadCreatedDaily,
  alsoDatedBy: [leadQualifiedDaily, opportunityOpenedDaily, opportunityClosedDaily],
  needs: 'leads',
  maturesAfterDays: 0,
  target: null,
  owner: 'Sales Leadership',
  criticality: 'high',
  refreshSlaMinutes: 120,
  validFrom: null,
  chart: { series: 'line', prefer: 'funnel', lines: ['leads', 'sql', 'opportunities', 'won'] },
  caveats: [
    'The picture is the cohort view: every stage is a part of the one before. By own dates a stage may hold more than the one before, for its leads came in earlier.',
    'Leads of recent weeks are still on their way: a cohort’s later stages go on growing. A stage that has no date is taken as it is now.',
    'Opportunities and won ones by own dates are counted from opportunities; where no source delivers any they are not measured.',
    'As of an earlier day (`as-of:`) the funnel is kept by month: ask for whole months.',
  ],
  examples: ['funnel', 'funnel last quarter', 'funnel 2026-10 by rep', 'funnel ytd as-of:2026-10-01'],
  query: funnelCounts,
  // As of an earlier day there are months only, whatever the buckets.
  totalHasMore: true,
  snapshots: true,
  measure({ counts }, { days }) {
    const unknown = counts.not_kept === 1 || counts.not_months === 1;
    const count = (name: string) => (unknown ? null : (counts[name] ?? 0));
    const ofDeals = (name: string) => (counts.deals === 1 || (counts[name] ?? 0) > 0 ? count(name) : null);
    const rate = (part: string, whole: string) =>
      unknown || !counts[whole] ? null : (counts[part] ?? 0) / counts[whole];
    const created = counts.leads ?? 0;
    const later = [counts.sql, counts.opportunities, counts.won].reduce<number>((sum, n) => sum + (n ?? 0), 0);
    return {
      value: count('leads'),
      weight: created > 0 ? created : Math.min(later, 1),
      parts: {
        leads: count('leads'),
        sql: count('sql'),
        opportunities: ofDeals('opportunities'),
        won: ofDeals('won'),
        cohort_leads: count('leads'),
        cohort_sql: count('cohort_sql'),
        cohort_opportunities: count('cohort_opportunities'),
        cohort_won: count('cohort_won'),
        cohort_sql_rate: rate('cohort_sql', 'leads'),
        cohort_opportunity_rate: rate('cohort_opportunities', 'cohort_sql'),
        cohort_win_rate: rate('cohort_won', 'cohort_opportunities'),
      },
      evidence: { kind: 'count', count: created, exposure: days },
    };
  },
  funnel: ({ counts }) => ({
    title: 'Leads created in the period, and how far they have come',
    stages: [
      { key: 'cohort_leads', label: 'Leads', count: counts.leads ?? 0 },
      { key: 'cohort_sql', label: 'Qualified', count: counts.cohort_sql ?? 0 },
      { key: 'cohort_opportunities', label: 'Opportunities', count: counts.cohort_opportunities ?? 0 },
      { key: 'cohort_won', label: 'Won', count: counts.cohort_won ?? 0 },
    ],
  }),
  notes(_measured, { counts }) {
    if (counts.not_kept === 1) return ['What was believed on that day is not kept.'];
    if (counts.not_months === 1)
      return ['What was believed on an earlier day is kept by month: ask for whole months, `2026-09` or `ytd`.'];
    return counts.deals === 1 || (counts.leads ?? 0) === 0
      ? []
      : ['No source delivers opportunities: the cohort is told by the stages of the leads alone.'];
  },
};
