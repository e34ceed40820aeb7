import { leadCreatedDaily } from '../../rollups/lead-created-daily.ts';
import type { Kpi } from '../kpi.ts';
import { leadsCreated } from '../leads-created.ts';

export const leads: Kpi = {
  id: 'leads',
  version: 1,
  group: 'sales',
  title: 'Leads created',
  question: 'How many leads came in?',
  formula: 'Leads created in the period, each once, in its latest state.',
  kind: 'flow',
  unit: 'count',
  better: 'up',
  dimensions: ['rep', 'account', 'stage'],
  parts: {},
  streams: ['lead'],
  rollups: [leadCreatedDaily],
  datedBy: leadCreatedDaily,
  needs: 'leads',
  maturesAfterDays: 0,
  target: null,
  owner: 'Sales Operations',
  criticality: 'medium',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'line', prefer: 'series' },
  caveats: ['Stage, rep and account are the latest known ones: a lead of last year that was won since counts as won.'],
  examples: ['leads', 'leads last month by rep', 'leads 12w account:acme vs year'],
  query: leadsCreated,
  measure({ counts }, { days }) {
    const created = counts.leads ?? 0;
    return {
      value: created,
      weight: created,
      parts: {},
      evidence: { kind: 'count', count: created, exposure: days },
    };
  },
};
