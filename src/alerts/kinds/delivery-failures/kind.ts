import type { AlertRuleOf } from '../../../config/alerts.ts';
import type { Queryable } from '../../../db/db.ts';
import { readAs } from '../../../db/viewer.ts';
import { formatDuration, formatNumber, formatPercent } from '../../../domain/format.ts';
import type { Tenant } from '../../../domain/tenant.ts';
import type { Condition, Look } from '../../condition.ts';
import { earliest } from '../../stages/advance.ts';
import { momentText } from '../../wording.ts';
import type { AlertRoom, LookContext, RuleOf } from '../room.ts';
import { type Failures, failuresOf, statusOf } from './failures.ts';
import { pastOfFailures } from './past.ts';
import { byStretches, lately, messagesReach, nextCounted, type Tally } from './read.ts';

type Settings = AlertRuleOf<'delivery-failures'>;

/** So many times the mark is serious. */
const muchMore = 2;
/** By time alone it is looked at again no sooner, in seconds: messages come and go every moment. */
const leastSeconds = 30;

/** The share of messages that failed lately, beyond a mark and beyond chance. */
export const deliveryFailures: AlertRoom<'delivery-failures'> = {
  kind: 'delivery-failures',
  title: 'Messages fail',
  what: 'More of the messages sent lately have failed than a share that is usual.',
  defaults: {
    ...{ forSeconds: 0, resolveAfterSeconds: 300, waitSeconds: 30, intervalSeconds: 300, repeatSeconds: 4 * 3600 },
    groupBy: [],
  },
  labels: ['account', 'channel'],
  everySeconds: 300,
  gapSeconds: 30,
  topics: () => ['message-daily'],
  titleOf: (settings) => `Failed messages ${marksOf(settings)}`,
  async look(rules, context) {
    const late = context.lateStreams.filter(({ stream }) => stream === 'message');
    if (late.length > 0) {
      const names = late.map(({ source, stream }) => `${source}: ${stream}`);
      const unknown: Look = { kind: 'unknown', reason: 'the data is late', late: names };
      return new Map(rules.map(({ ruleId }) => [ruleId, unknown]));
    }
    const looks = new Map<number, Look>();
    for (const [viewer, own] of Map.groupBy(rules, (rule) => rule.viewer)) {
      const withins = [...new Set(own.map(({ settings }) => settings.within))];
      const { now, tenant, db } = context;
      const read = await readAs(db, { tenantId: tenant.tenantId, viewer }, async (reader) => ({
        tallies: await lately(reader, tenant.tenantId, withins, now),
        nextAt: await nextCounted(reader, tenant.tenantId, now),
        reach: await messagesReach(reader, tenant.tenantId),
        missed: await missedBy(own, reader, context),
      }));
      for (const rule of own) looks.set(rule.ruleId, lookAt(rule, read, context));
    }
    return looks;
  },
  tell({ settings }, members, { locale }) {
    const [first] = members;
    return {
      stateWord: 'High',
      headline: `failed messages ${first?.facts.valueText ?? ''}`.trim(),
      threshold: `failed messages ${marksOf(settings, locale)}, beyond chance`,
      words: 'message-delivery today by channel',
    };
  },
  past: pastOfFailures,
};

/** `above 5.0 % within 1 h, of 20 or more` */
function marksOf({ above, within, least }: Settings, locale = 'en'): string {
  return `above ${formatPercent(above, locale)} within ${spanText(within)}, of ${least} or more`;
}

/** Most windows of an outage that are looked at afterwards. */
const mostMissed = 200;

/**
 * The windows that ended while nothing could be known, for rules that are known again; by length and beginning. Messages
 * that were sent shortly before may not have been there either.
 */
async function missedBy(
  rules: readonly RuleOf<'delivery-failures'>[],
  reader: Queryable,
  { tenant, now }: LookContext,
): Promise<ReadonlyMap<string, readonly Tally[]>> {
  const missed = new Map<string, readonly Tally[]>();
  for (const rule of rules) {
    const key = missedKey(rule);
    const span = missedSpan(rule, now);
    if (!span || missed.has(key)) continue;
    missed.set(key, await byStretches(reader, tenant.tenantId, rule.settings.within, span));
  }
  return missed;
}

function missedKey({ settings, healthSince }: RuleOf<'delivery-failures'>): string {
  return `${settings.within} ${healthSince}`;
}

/** Whole windows of the time nobody knew, the last one ending before now; null where there was no such time. */
function missedSpan({ settings, health, healthSince }: RuleOf<'delivery-failures'>, now: Temporal.Instant) {
  if (health !== 'unknown' || healthSince === null) return null;
  const seconds = settings.within;
  const from = healthSince.subtract({ seconds });
  const windows = Math.min(mostMissed, Math.floor(from.until(now).total('seconds') / seconds));
  return windows < 1 ? null : { from, to: from.add({ seconds: seconds * windows }) };
}

interface Read {
  missed: ReadonlyMap<string, readonly Tally[]>;
  tallies: readonly Tally[];
  nextAt: Temporal.Instant | null;
  reach: Temporal.Instant | null;
}

function lookAt(
  rule: RuleOf<'delivery-failures'>,
  { tallies, nextAt, reach, missed }: Read,
  { now, tenant }: LookContext,
): Look {
  const { settings } = rule;
  // Data that ends before the window begins says nothing, although nobody has promised that it would.
  if (reach && Temporal.Instant.compare(reach, now.subtract({ seconds: settings.within })) < 0)
    return { kind: 'unknown', reason: 'there are no messages of that time yet' };
  const found = failuresOf(
    settings,
    tallies.filter(({ bucket }) => bucket === settings.within),
  );
  const status = statusOf(settings, found);
  // Messages that leave the window, and those that grow old enough to be in it.
  const turns = [found.firstAt?.add({ seconds: settings.within }) ?? null, nextAt];
  const least = now.add({ seconds: leastSeconds });
  const next = earliest(turns);
  const at = next && Temporal.Instant.compare(next, least) < 0 ? least : next;
  const conditions = status === 'clear' ? [] : [conditionOf(rule, { found, status }, { now, tenant })];
  const earlier = earlierOf(rule, missed, { now, tenant });
  return { kind: 'conditions', conditions, ...(earlier.length > 0 ? { earlier } : {}), ...(at ? { nextAt: at } : {}) };
}

/** What was so at the ends of the windows that were missed. */
function earlierOf(
  rule: RuleOf<'delivery-failures'>,
  missed: Read['missed'],
  { now, tenant }: { now: Temporal.Instant; tenant: Tenant },
): { at: Temporal.Instant; conditions: Condition[] }[] {
  const span = missedSpan(rule, now);
  if (!span) return [];
  const { within } = rule.settings;
  const byBucket = Map.groupBy(missed.get(missedKey(rule)) ?? [], ({ bucket }) => bucket);
  const windows = Math.round(span.from.until(span.to).total('seconds') / within);
  return Array.from({ length: windows }, (_, bucket) => {
    const at = span.from.add({ seconds: within * (bucket + 1) });
    const found = failuresOf(rule.settings, byBucket.get(bucket) ?? []);
    const status = statusOf(rule.settings, found);
    return {
      at,
      conditions: status === 'clear' ? [] : [conditionOf(rule, { found, status, at }, { now: at, tenant })],
    };
  });
}

function conditionOf(
  { settings }: RuleOf<'delivery-failures'>,
  { found, status, at }: { found: Failures; status: 'firing' | 'between'; at?: Temporal.Instant },
  { now, tenant }: { now: Temporal.Instant; tenant: Tenant },
): Condition {
  const { locale } = tenant;
  const share = found.failed / found.sent;
  const valueText = formatPercent(share, locale);
  const most = [
    ...(found.reason === null ? [] : [`mostly ${found.reason}`]),
    ...(found.channel === null ? [] : [`mostly by ${found.channel}`]),
  ];
  const until = at ? ` until ${momentText(at, tenant)}` : '';
  const counts = `${formatNumber(found.failed, locale)} of ${formatNumber(found.sent, locale)} messages`;
  const [only, ...others] = settings.channel ?? [];
  return {
    ...{ labels: {}, status, since: now },
    about: only !== undefined && others.length === 0 ? { channel: only.toLowerCase() } : {},
    severity: share >= muchMore * settings.above ? 3 : 2,
    facts: {
      line: [`${counts} within ${spanText(settings.within)}${until} failed: ${valueText}`, ...most].join(', '),
      ...{ rank: share, value: share, valueText, words: 'message-delivery today by channel' },
      extra: { subject: 'delivery-failures' },
    },
  };
}

function spanText(seconds: number): string {
  return formatDuration(seconds).replace(' 00 min', '');
}
