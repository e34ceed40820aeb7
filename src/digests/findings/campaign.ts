import { formatNumber, formatPercent } from '../../domain/format.ts';
import { addDays } from '../../domain/period.ts';
import { kpiOf } from '../../kpis/index.ts';
import { datesOf } from '../ask-lines.ts';
import type { Finding, FindingRoom } from './finding.ts';

/** Replies come in for a while: campaigns of the week that ended so many days before the digest's day. */
const days = { decided: 2, back: 7 };

/** Campaigns that did worse than their account's own history, as far as chance does not explain it. */
export const campaign: FindingRoom = {
  kind: 'campaign',
  async find({ period, ask, locale }) {
    const to = addDays(period.to, -days.decided);
    const sent = datesOf({ from: addDays(to, -days.back), to });
    const result = await ask(kpiOf('campaigns')!, { period: sent, versus: { kind: 'none' } });
    return (result?.breakdown?.rows ?? [])
      .filter(({ status }) => status === 'below usual')
      .map(
        ({ key, label, value, denominator = 0 }): Finding => ({
          ...{ kind: 'campaign', key: `campaign:${key}`, kpi: null, category: 1, size: denominator },
          text: `Campaign ${label} is below the usual of its account: ${formatPercent(Number(value), locale)} of ${formatNumber(denominator, locale)} delivered were replied to.`,
          words: `campaigns ${sent.from}..${addDays(sent.to, -1)}`,
        }),
      );
  },
};
