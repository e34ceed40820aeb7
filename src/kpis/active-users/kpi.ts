import { operatorTypes } from '../../domain/entities/company.ts';
import { operatorActiveDaily } from '../../rollups/operator-active-daily.ts';
import type { Kpi } from '../kpi.ts';
import { activeUsers as activeByDay } from './query.ts';

export const activeUsers: Kpi = {
  id: 'active-users',
  version: 1,
  group: 'adoption',
  title: 'Active users a day',
  question: 'How many people work in the CRM, each day, week and month?',
  formula:
    'Distinct operators with a sign of life on a day (DAU), averaged over the days of the period. WAU and MAU: distinct operators of the 7 and 28 days that end with the last day. Stickiness: DAU of that day / MAU.',
  kind: 'flow',
  unit: 'score',
  better: 'up',
  additive: false,
  dimensions: ['account', 'type', 'team'],
  values: { type: operatorTypes },
  parts: {
    dau: { title: 'On the last day', unit: 'count', column: 'DAU' },
    wau: { title: 'In the 7 days to the last', unit: 'count', column: 'WAU' },
    mau: { title: 'In the 28 days to the last', unit: 'count', column: 'MAU' },
    stickiness: { title: 'Stickiness (DAU / MAU)', unit: 'ratio', column: 'Stickiness' },
  },
  streams: ['activity'],
  rollups: [operatorActiveDaily],
  datedBy: operatorActiveDaily,
  needs: 'activity of operators',
  maturesAfterDays: 0,
  target: null,
  owner: 'Customer Success',
  criticality: 'medium',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'line', prefer: 'series', lines: ['dau', 'wau', 'mau'] },
  caveats: [
    'Exact: everybody counts once in each window, however often and for however many accounts they were there.',
    'A window that reaches before the first day with data is not shown. Windows of 28 days always hold four of each weekday.',
    'Type and team are the latest known ones.',
  ],
  examples: ['active-users', 'active-users 12w', 'active-users 30d by type'],
  query: activeByDay,
  measure({ counts }) {
    const days = counts.days ?? 0;
    const average = days === 0 ? null : (counts.dau_sum ?? 0) / days;
    const mau = counts.knows_mau === 1 ? (counts.mau ?? 0) : null;
    return {
      value: average,
      weight: counts.dau_sum ?? 0,
      parts: {
        dau: days === 0 ? null : (counts.dau ?? 0),
        wau: counts.knows_wau === 1 ? (counts.wau ?? 0) : null,
        mau,
        stickiness: mau === null || mau === 0 ? null : (counts.dau ?? 0) / mau,
      },
      evidence: { kind: 'count', count: counts.dau_sum ?? 0, exposure: days },
    };
  },
};
