import type { AlertRuleOf } from '../../../config/alerts.ts';
import { readAs } from '../../../db/viewer.ts';
import { isNamed } from '../accounts.ts';
import type { LookContext } from '../room.ts';
import { type Counters, isEnough, judge, type Verdict } from './judge.ts';
import { type Aged, type Campaign, campaignsAt, campaignsSent } from './read.ts';

type Settings = AlertRuleOf<'campaign-underperformance'>;

/** How far back an account's own history reaches, in days before a campaign was sent; as in the KPI `campaigns`. */
const historyDays = 180;
/** Most campaigns of a history, the latest ones: more tell nothing new of what is usual. */
const mostHistory = 100;

/** A campaign that was judged stays told of for so long, in hours: it is said of it once, and nothing makes it well again. */
export const toldHours = 48;

/** A campaign that was looked at, once. */
export interface Judged {
  campaign: Aged;
  verdicts: Verdict[];
}

/** Campaigns of a stretch, and all that they are compared with, as one viewer may see them. */
export interface Sent {
  campaigns: readonly Campaign[];
  /** Of those and of their history, what is known of each at the age. */
  aged: readonly Aged[];
}

/** `from`, `to`: when the campaigns reach the age. */
export function readSent(
  { db, tenant, now }: Pick<LookContext, 'db' | 'tenant' | 'now'>,
  viewer: string,
  ageSeconds: number,
  { from, to }: { from: Temporal.Instant; to: Temporal.Instant },
): Promise<Sent> {
  const { tenantId } = tenant;
  const seconds = ageSeconds;
  const sentFrom = from.subtract({ seconds });
  return readAs(db, { tenantId, viewer }, async (reader) => {
    const campaigns = await campaignsSent(reader, tenantId, { from: sentFrom, to: now });
    const reached = campaigns.filter(({ sentAt }) => Temporal.Instant.compare(sentAt.add({ seconds }), to) <= 0);
    if (reached.length === 0) return { campaigns, aged: [] };
    const stretch = { from: sentFrom.subtract({ hours: 24 * historyDays }), to: to.subtract({ seconds }) };
    return { campaigns, aged: await campaignsAt(reader, tenantId, { ...stretch, ageSeconds, now }) };
  });
}

/** Judges one campaign against what was known of the others when it could be known itself. */
export function judgeOne(campaign: Aged, aged: readonly Aged[], settings: Settings): Judged {
  const since = campaign.sentAt.subtract({ hours: 24 * historyDays });
  const others = aged.filter(
    (other) =>
      other !== campaign &&
      Temporal.Instant.compare(other.sentAt, since) >= 0 &&
      Temporal.Instant.compare(other.sentAt, campaign.sentAt) <= 0 &&
      Temporal.Instant.compare(other.knownAt, campaign.knownAt) <= 0,
  );
  const own = others.filter(
    ({ source, account }) => account !== null && source === campaign.source && account === campaign.account,
  );
  const countersOf = (some: readonly Aged[]): Counters[] => some.slice(-mostHistory).map(({ counters }) => counters);
  const isOwnEnough = isEnough(countersOf(own), settings.metrics);
  const history = countersOf(isOwnEnough ? own : others);
  return { campaign, verdicts: judge(campaign.counters, history, settings) };
}

/** Whether a rule looks at a campaign at all. */
export function isWatched(settings: Settings, campaign: Campaign): boolean {
  return isNamed(settings.account, campaign);
}

export function idOf({ source, id }: Campaign): string {
  return `${source}/${id}`;
}
