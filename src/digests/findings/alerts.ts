import { formatNumber } from '../../domain/format.ts';
import { categoryOf, type Finding, type FindingRoom } from './finding.ts';

const limits = [5, 15] as const;

/** What rules would have told that only go into the digest: a sentence for each. */
export const alerts: FindingRoom = {
  kind: 'alerts',
  find({ digestOnly, locale }) {
    return digestOnly.map(({ ruleId, title, cause, incidents, latestId, latest }): Finding => {
      const count = incidents === 1 ? '1 alert' : `${formatNumber(incidents, locale)} alerts`;
      return {
        // Those of tomorrow are others, so it is news then.
        ...{ kind: 'alerts', key: `alerts:${ruleId}:${latestId}`, kpi: null, size: incidents },
        category: categoryOf(incidents, limits),
        text: `${count} of “${title}” went here only${cause === null ? '' : `, because ${cause}`}. The latest: ${latest}.`,
        words: null,
      };
    });
  },
};
