import { formatPercent } from '../../../domain/format.ts';
import type { AlertRoom } from '../room.ts';
import { idOf, isWatched, judgeOne, readSent, toldHours } from './look.ts';
import { nameOf, nounOf } from './words.ts';

/** Each campaign of the period, judged from its stored reports with what was known of the others then. */
export const pastOfCampaigns: AlertRoom<'campaign-underperformance'>['past'] = async (rule, period, context) => {
  const { settings, viewer } = rule;
  const to = Temporal.Instant.compare(period.to, context.now) < 0 ? period.to : context.now;
  const { campaigns, aged } = await readSent(context, viewer, settings.age, { from: period.from, to });
  const wanted = new Set(campaigns.filter((campaign) => isWatched(settings, campaign)).map(idOf));
  const episodes = aged
    .filter((campaign) => wanted.has(idOf(campaign)))
    .flatMap((campaign) => judgeOne(campaign, aged, settings).verdicts.map((verdict) => ({ campaign, verdict })))
    .map(({ campaign, verdict: { metric, share } }) => ({
      labels: { campaign: idOf(campaign), metric },
      name: `${nounOf(metric)} of ${nameOf(campaign)}`,
      from: campaign.knownAt,
      to: campaign.knownAt.add({ hours: toldHours }),
      worst: { value: share, text: formatPercent(share, context.tenant.locale) },
    }));
  return {
    kind: 'episodes',
    episodes,
    notes: [
      `Each campaign is judged once, from the reports that are stored now; its incident closes after ${toldHours} h.`,
    ],
  };
};
