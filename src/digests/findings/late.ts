import { latePhrase } from '../late.ts';
import type { Finding, FindingRoom } from './finding.ts';

/** Sources that have become later than they promise. */
export const late: FindingRoom = {
  kind: 'late',
  find: (context) =>
    context.late
      .filter((one) => one.isLate)
      .map(
        (one): Finding => ({
          ...{ kind: 'late', key: `late:${one.source}`, kpi: null, category: 1, size: one.streams.length },
          text: `Newly late: ${latePhrase(one, context)}`,
          words: 'freshness',
        }),
      ),
};
