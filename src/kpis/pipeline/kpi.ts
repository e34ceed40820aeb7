import { formatDate, formatNumber } from '../../domain/format.ts';
import { leadCreatedDaily } from '../../rollups/lead-created-daily.ts';
import type { Kpi, Sums } from '../kpi.ts';
import { isKnownOn, pipelineLevels } from './query.ts';
import { type LeadStage, worthOf } from './worth.ts';

const open: readonly LeadStage[] = ['lead', 'sql', 'opportunity'];

export const pipeline: Kpi = {
  id: 'pipeline',
  version: 1,
  group: 'sales',
  title: 'Pipeline',
  question: 'What are the leads worth, by how likely they are to be won?',
  formula:
    'Sum over all leads of amount x win probability x stage weight. Win probability: lead 0.15, sql 0.30, opportunity 0.50, won 1, lost 0. Stage weight: lead 0.1, sql 0.25, opportunity 0.5, won 1, lost 0. `scenario:unweighted` leaves the stage weight out.',
  kind: 'stock',
  unit: 'money',
  better: 'up',
  dimensions: ['stage', 'rep', 'account', 'month'],
  defaultBy: 'stage',
  parts: {
    open: { title: 'Open', unit: 'money' },
    won: { title: 'Won', unit: 'money' },
    count: { title: 'Leads', unit: 'count' },
  },
  streams: ['lead'],
  rollups: [leadCreatedDaily],
  // A lead goes on being worth something until its sources end.
  datedBy: { table: leadCreatedDaily.table, standsFrom: 'day' },
  needs: 'amounts of leads',
  maturesAfterDays: 0,
  target: null,
  owner: 'Sales Operations',
  criticality: 'high',
  refreshSlaMinutes: 120,
  validFrom: null,
  chart: { series: 'line', prefer: 'breakdown' },
  caveats: [
    'The level at the end of the period, over leads of all time; `month` is the one a lead was created in. Won leads stay in it.',
    'A past day is told from the snapshot of that day, kept for 365 days; without one it is not known. Where the question names no period and the last complete day is not known, it is told as of now.',
    'Weights are assumptions and applied when asked, also to past days. Amounts are in the tenant’s currency; nothing is converted.',
    'Added up exactly and rounded once, to the nearest minor unit: rows may differ from the total by one.',
  ],
  examples: ['pipeline', 'pipeline scenario:unweighted by stage', 'pipeline by rep', 'pipeline as-of:2026-10-01'],
  query: pipelineLevels,
  isKnownOn,
  scenarios: ['weighted', 'unweighted'],
  snapshots: true,
  lacks: ({ counts }) => counts.known !== undefined && (counts.with_amount ?? 0) === 0,
  measure(sums, { scenario }) {
    const { known = 0, leads: count = 0, with_amount: priced = 0 } = sums.counts;
    if (known === 0 || (count > 0 && priced === 0)) {
      const parts = { open: null, won: null, count: known === 0 ? null : count };
      return { value: null, weight: 0, parts, evidence: { kind: 'amount', amount: 0, exposure: 1 } };
    }
    const amounts = amountsOf(sums);
    const value = worthOf(amounts, scenario);
    return {
      value,
      // Leads that are worth nothing are leads all the same, at the end of every list.
      weight: value > 0 ? value : Math.min(count, 1) / 1e6,
      parts: { open: worthOf(amounts, scenario, open), won: worthOf(amounts, scenario, ['won']), count },
      evidence: { kind: 'amount', amount: value, exposure: 1 },
    };
  },
  notes(_measured, { counts }) {
    if (counts.unknown === 1) return [notKept(counts.kept_since ?? 0)];
    const total = counts.leads ?? 0;
    const unpriced = total - (counts.with_amount ?? 0);
    const stageless = counts.without_stage ?? 0;
    return [
      ...(unpriced > 0 && unpriced < total
        ? [`${formatNumber(unpriced)} of ${formatNumber(total)} leads have no amount and add nothing.`]
        : []),
      ...(stageless > 0 ? [`${formatNumber(stageless)} leads are in no stage that has a weight and add nothing.`] : []),
    ];
  },
};

function amountsOf({ counts }: Sums): Record<LeadStage, number> {
  const of = (stage: LeadStage) => counts[`amount_${stage}`] ?? 0;
  return { lead: of('lead'), sql: of('sql'), opportunity: of('opportunity'), won: of('won'), lost: of('lost') };
}

function notKept(since: number): string {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(String(since)) ?? [];
  const kept = day
    ? `days are kept since ${formatDate(`${year}-${month}-${day}`, { year: true })}`
    : 'no day is kept yet';
  return `What the pipeline was at the end of that day is not known: ${kept}. \`pipeline today\` is known.`;
}
