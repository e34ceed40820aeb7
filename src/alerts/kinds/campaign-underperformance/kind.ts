import { formatPercent } from '../../../domain/format.ts';
import type { Condition, Look } from '../../condition.ts';
import { earliest } from '../../stages/advance.ts';
import type { AlertRoom, LookContext, RuleOf } from '../room.ts';
import type { Verdict } from './judge.ts';
import { idOf, isWatched, judgeOne, readSent, type Sent, toldHours } from './look.ts';
import { pastOfCampaigns } from './past.ts';
import { ageText, lineOf, nameOf, nounOf } from './words.ts';

/** Reports that come later than this after the age are not judged any more, in days. */
const latestDays = 30;
/** What is told so much later than it is of, in hours, says of when it is. */
const lateHours = 2;

/**
 * Delivery, read, reply and failure of a campaign that are worse than their target or than is usual, at one look at a fixed
 * age. Looking again and again until chance has its day would be no test at all.
 */
export const campaignUnderperformance: AlertRoom<'campaign-underperformance'> = {
  kind: 'campaign-underperformance',
  title: 'Campaign under its mark',
  what: 'A campaign whose delivery, reads, replies or failures are worse than the target or than is usual, once, at a fixed age.',
  defaults: {
    ...{ forSeconds: 0, resolveAfterSeconds: 0, waitSeconds: 0, intervalSeconds: 300, repeatSeconds: null },
    groupBy: ['campaign'],
  },
  labels: ['campaign', 'metric', 'account'],
  everySeconds: 600,
  gapSeconds: 30,
  topics: () => ['campaign-daily'],
  titleOf: () => 'Campaigns under their mark',
  async look(rules, context) {
    const late = context.lateStreams.filter(({ stream }) => streams.includes(stream));
    const looks = new Map<number, Look>();
    const read = createReading(context);
    for (const rule of rules)
      looks.set(
        rule.ruleId,
        late.length > 0
          ? {
              kind: 'unknown',
              reason: 'the data is late',
              late: late.map(({ source, stream }) => `${source}: ${stream}`),
            }
          : lookAt(rule, await read(rule.viewer, rule.settings.age), context),
      );
    return looks;
  },
  tell({ settings }, members, { locale }) {
    const [first] = members;
    const found = members.map(({ facts }) => facts.extra as unknown as Extra);
    const isTarget = found.some(({ target }) => target !== null);
    const isOver = found.every(({ metric }) => metric === 'failure');
    const metrics = settings.metrics.filter((metric) => found.some((one) => one.metric === metric));
    const targets = settings.metrics.flatMap((metric) => {
      const target = settings.targets[metric];
      return target === undefined ? [] : [`${nounOf(metric)} target ${formatPercent(target, locale)}`];
    });
    return {
      stateWord: `${isOver ? 'Above' : 'Below'} ${isTarget ? 'target' : 'usual'}`,
      // It is judged once and does not recover.
      endWord: 'Closed',
      headline: `${metrics.map(nounOf).join(', ')} of ${first?.facts.names?.campaign ?? ''}`,
      threshold: [...targets, `beyond chance, ${ageText(settings.age)}`].join(', '),
      words: 'campaigns 30d',
    };
  },
  past: pastOfCampaigns,
};

const streams: readonly string[] = ['campaign', 'campaign_report', 'campaign_recipient'];

/** What is read for one viewer and age, whichever rules want it. */
function createReading(context: LookContext): (viewer: string, ageSeconds: number) => Promise<Sent> {
  const known = new Map<string, Promise<Sent>>();
  return (viewer, ageSeconds) => {
    const key = JSON.stringify([viewer, ageSeconds]);
    const found =
      known.get(key) ??
      readSent(context, viewer, ageSeconds, {
        from: context.now.subtract({ hours: 24 * latestDays }),
        to: context.now,
      });
    known.set(key, found);
    return found;
  };
}

/** Kept with what is told, for what the message says and for repeating it until it is over. */
interface Extra {
  metric: Verdict['metric'];
  target: number | null;
  subject: string;
}

/** A condition as it is kept until it is over. */
interface Told {
  condition: Omit<Condition, 'since'>;
  since: string;
  until: string;
}

/** What a rule keeps: when the campaigns it has looked at were sent, so that it never looks again, and what it still tells. */
interface Memory {
  judged: Readonly<Record<string, string>>;
  told: readonly Told[];
}

function lookAt(rule: RuleOf<'campaign-underperformance'>, { campaigns, aged }: Sent, context: LookContext): Look {
  const { settings, createdAt } = rule;
  const { now } = context;
  const before = rule.memory as unknown as Partial<Memory>;
  const told = (before.told ?? []).filter(({ until }) => Temporal.Instant.compare(until, now) > 0);
  const sentLately = new Set(campaigns.map(idOf));
  // Campaigns too old to be looked at need not be remembered.
  const oldest = now.subtract({ hours: 24 * latestDays, seconds: settings.age });
  const judged = Object.fromEntries(
    Object.entries(before.judged ?? {}).filter(([, sentAt]) => Temporal.Instant.compare(sentAt, oldest) >= 0),
  );
  const reachesAge = ({ sentAt }: { sentAt: Temporal.Instant }) => sentAt.add({ seconds: settings.age });
  for (const campaign of aged) {
    const id = idOf(campaign);
    if (id in judged || !sentLately.has(id) || !isWatched(settings, campaign)) continue;
    if (Temporal.Instant.compare(reachesAge(campaign), createdAt) < 0) continue;
    judged[id] = campaign.sentAt.toString();
    for (const verdict of judgeOne(campaign, aged, settings).verdicts) told.push(toldOf(campaign, verdict, context));
  }
  const coming = campaigns
    .filter((campaign) => isWatched(settings, campaign) && !(idOf(campaign) in judged))
    .map(reachesAge)
    .filter((at) => Temporal.Instant.compare(at, now) > 0);
  const nextAt = earliest([...coming, ...told.map(({ until }) => Temporal.Instant.from(until))]);
  return {
    kind: 'conditions',
    conditions: told.map(({ condition, since }) => ({ ...condition, since: Temporal.Instant.from(since) })),
    memory: { judged, told: told as never },
    ...(nextAt ? { nextAt } : {}),
  };
}

function toldOf(
  campaign: Sent['aged'][number],
  verdict: Verdict,
  { tenant, now }: Pick<LookContext, 'tenant' | 'now'>,
): Told {
  const { metric, share, target, usual } = verdict;
  const { account, accountName, asOf, source } = campaign;
  const isLate = asOf.until(now).total('hours') > lateHours;
  const extra: Extra = { metric, target, subject: `campaign ${metric}` };
  const mark = target ?? usual ?? share;
  return {
    condition: {
      labels: { campaign: idOf(campaign), metric },
      about: account === null ? {} : { account: `${source}/${account}` },
      status: 'firing',
      severity: 2,
      facts: {
        line: lineOf(campaign, verdict, tenant, isLate ? asOf : null),
        rank: mark === 0 ? 1 : Math.abs(share - mark) / mark,
        value: share,
        valueText: formatPercent(share, tenant.locale),
        words: 'campaigns 30d',
        names: { campaign: nameOf(campaign), ...(account === null ? {} : { account: accountName ?? account }) },
        extra: { ...extra },
      },
    },
    since: asOf.toString(),
    until: now.add({ hours: toldHours }).toString(),
  };
}
