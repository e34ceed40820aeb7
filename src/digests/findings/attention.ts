import { attentionSentence } from '../../answers/attention.ts';
import { kpiOf } from '../../kpis/index.ts';
import { categoryOf, type FindingRoom } from './finding.ts';

const limits = [5, 15] as const;

/** Tickets whose SLA is about to break, whether or not the digest tells that number. */
export const attention: FindingRoom = {
  kind: 'attention',
  async find({ lines, attend, locale }) {
    const kpi = kpiOf('sla')!;
    const asked = lines.find(({ result }) => result.attention)?.result;
    const result = asked ?? (await attend(kpi, { period: { kind: 'today' }, versus: { kind: 'none' } }));
    const [first] = result?.attention?.first ?? [];
    if (!result?.attention || !first) return [];
    const { tickets } = result.attention;
    return [
      {
        // Tomorrow's tickets are others, so it is news then.
        ...{ kind: 'attention', key: `attention:${first.id}`, kpi: null, size: tickets },
        category: categoryOf(tickets, limits),
        text: attentionSentence(result.attention, result.freshness, locale),
        words: 'sla today',
      },
    ];
  },
};
