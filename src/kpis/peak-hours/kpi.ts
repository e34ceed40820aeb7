import { messageHourly } from '../../rollups/message-hourly.ts';
import { engagement } from '../engagement.ts';
import type { Kpi } from '../kpi.ts';
import { inboundByHour } from './query.ts';
import { busiestHours, hourMatrix } from './week.ts';

export const peakHours: Kpi = {
  ...engagement,
  id: 'peak-hours',
  title: 'Peak hours',
  question: 'When do contacts write?',
  formula:
    'Inbound messages by weekday and hour of local time. The peak is the smallest block of neighbouring weekdays and hours that holds at least half of them.',
  kind: 'flow',
  unit: 'count',
  better: 'neither',
  audience: 'supervisors',
  dimensions: ['channel', 'account'],
  parts: { peak_share: { title: 'In the busiest hours', unit: 'ratio', additive: false } },
  rollups: [messageHourly],
  datedBy: messageHourly,
  needs: 'inbound messages',
  chart: { series: 'bar', prefer: 'matrix' },
  caveats: [
    'Hours are those of the tenant’s time zone. The hour that comes twice when clocks go back counts as one.',
    'A peak across midnight or from Sunday to Monday is found in its larger half only.',
    'A period of few weeks shows what happened in them, not a habit.',
  ],
  examples: ['peak-hours 12w', 'peak-hours last month channel:whatsapp', 'peak-hours 30d by channel'],
  query: inboundByHour,
  measure(sums, { days }) {
    const count = sums.counts.inbound ?? 0;
    return {
      value: count,
      weight: count,
      parts: { peak_share: busiestHours(sums)?.share ?? null },
      evidence: { kind: 'count', count, exposure: days },
    };
  },
  matrix: hourMatrix,
  notes: (_measured, sums) => {
    const busiest = busiestHours(sums);
    return busiest ? [`Busiest: ${busiest.words}.`] : [];
  },
};
