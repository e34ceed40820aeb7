import type { AlertRuleOf } from '../../../config/alerts.ts';
import { readAs } from '../../../db/viewer.ts';
import { formatDurationShort, formatNumber } from '../../../domain/format.ts';
import type { Tenant } from '../../../domain/tenant.ts';
import { rollupsOfFacts } from '../../../rollups/index.ts';
import type { Condition, Look } from '../../condition.ts';
import { momentText } from '../../wording.ts';
import { readNames } from '../names.ts';
import type { AlertRoom, LookContext, RuleOf } from '../room.ts';
import { pastOfQueue } from './past.ts';
import { type Queue, queuesOf } from './queues.ts';
import { readWaiting, type Waiting } from './read.ts';

type Settings = AlertRuleOf<'queue'>;

/** Without these nobody knows who was replied to. */
const needed: readonly string[] = ['message', 'conversation'];

/** Conversations that wait for a reply of a person: too many of them, or one for too long. */
export const queue: AlertRoom<'queue'> = {
  kind: 'queue',
  title: 'Queue',
  what: 'Conversations that wait for a reply of a person: how many, and how long the oldest one.',
  defaults: {
    ...{ forSeconds: 0, resolveAfterSeconds: 120, waitSeconds: 0, intervalSeconds: 300, repeatSeconds: 4 * 3600 },
    groupBy: [],
  },
  labels: ['queue', 'team', 'channel'],
  everySeconds: 60,
  gapSeconds: 10,
  topics: () => rollupsOfFacts('crm.conversation_stretches').map(({ id }) => id),
  titleOf: marksText,
  async look(rules, context) {
    const late = context.lateStreams.filter(({ stream }) => needed.includes(stream));
    if (late.length > 0) {
      const streams = late.map(({ source, stream }) => `${source}: ${stream}`);
      const unknown = { kind: 'unknown', reason: 'the data is late', late: streams } as const;
      return new Map(rules.map(({ ruleId }) => [ruleId, unknown]));
    }
    const { db, tenant, now } = context;
    const { tenantId } = tenant;
    const looks = new Map<number, Look>();
    for (const [viewer, own] of Map.groupBy(rules, (rule) => rule.viewer)) {
      const wanted = { team: own.flatMap(({ settings }) => settings.team ?? []), account: [] };
      const { names, waiting } = await readAs(db, { tenantId, viewer }, async (reader) => ({
        names: await readNames(reader, tenantId, wanted),
        waiting: await readWaiting(reader, tenantId, now),
      }));
      for (const rule of own) {
        const found = queuesOf(rule.settings, names);
        looks.set(rule.ruleId, found.kind === 'unknown' ? found : lookOf(rule, found.queues, waiting, context));
      }
    }
    return looks;
  },
  tell: ({ settings }, members) => ({
    stateWord: 'Waiting',
    headline: members.length === 1 ? members[0]!.facts.line : `${members.length} queues`,
    threshold: marksText(settings),
    words: 'active-conversations',
  }),
  past: pastOfQueue,
};

/** `more than 10 conversations wait, or one for 30 min` */
function marksText({ waiting, oldest }: Settings): string {
  const many =
    waiting === undefined
      ? null
      : `More than ${waiting} ${waiting === 1 ? 'conversation waits' : 'conversations wait'}`;
  const long = oldest === undefined ? null : formatDurationShort(oldest);
  if (many === null) return `A conversation waits for ${long}`;
  return long === null ? many : `${many}, or one for ${long}`;
}

function lookOf(
  { settings, policy }: RuleOf<'queue'>,
  queues: readonly Queue[],
  all: readonly Waiting[],
  { now, tenant }: LookContext,
): Look {
  const at = now.epochMilliseconds;
  const severity = policy.importance === 'high' ? 3 : 2;
  const conditions: Condition[] = [];
  let nextAt: number | null = null;
  for (const one of queues) {
    const waiting = all.filter(one.holds);
    const [first] = waiting;
    if (!first) continue;
    if (settings.waiting !== undefined && waiting.length > settings.waiting * settings.clear) {
      const status = waiting.length > settings.waiting ? 'firing' : 'between';
      // So many have waited since the last of them came, at the least.
      const since = waiting[Math.min(settings.waiting, waiting.length - 1)]!.since;
      conditions.push({
        ...{ labels: { queue: 'waiting', ...one.labels }, status, severity, since: instant(since) },
        facts: {
          line: manyLine(one, waiting, at, tenant),
          rank: waiting.length,
          value: waiting.length,
          valueText: `${formatNumber(waiting.length, tenant.locale)} waiting`,
          ...{ names: one.names, words: 'active-conversations' },
        },
      });
    }
    if (settings.oldest === undefined) continue;
    const passesAt = first.since + settings.oldest * 1000;
    if (passesAt > at && (nextAt === null || passesAt < nextAt)) nextAt = passesAt;
    if (at - first.since <= settings.oldest * 1000 * settings.clear && passesAt > at) continue;
    const since = momentText(first.since, at, tenant.timezone);
    conditions.push({
      ...{ labels: { queue: 'oldest', ...one.labels }, status: passesAt <= at ? 'firing' : 'between', severity },
      since: instant(Math.min(passesAt, at)),
      facts: {
        line: `${prefix(one)}${one.name === '' ? 'A' : 'a'} conversation has been waiting since ${since}`,
        // The earlier, the worse; a length would be another one at every look.
        rank: -first.since / 1000,
        valueText: `waiting since ${since}`,
        ...{ names: one.names, words: 'wait-time' },
      },
    });
  }
  return { kind: 'conditions', conditions, ...(nextAt === null ? {} : { nextAt: instant(nextAt) }) };
}

function manyLine(one: Queue, waiting: readonly Waiting[], now: number, { timezone, locale }: Tenant): string {
  const count = formatNumber(waiting.length, locale);
  const wait = waiting.length === 1 ? 'conversation waits' : 'conversations wait';
  return `${prefix(one)}${count} ${wait} for a reply, the longest since ${momentText(waiting[0]!.since, now, timezone)}`;
}

function prefix({ name }: Queue): string {
  return name === '' ? '' : `${name}: `;
}

function instant(at: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(at);
}
