import { formatDuration } from '../../../domain/format.ts';
import type { Tenant } from '../../../domain/tenant.ts';
import type { Condition, Look } from '../../condition.ts';
import { earliest } from '../../stages/advance.ts';
import { waitingRules } from '../../store/rules.ts';
import { momentText } from '../../wording.ts';
import type { AlertRoom, LookContext, RuleOf } from '../room.ts';
import { pastOfFreshness } from './past.ts';
import { type JobState, jobStates, type PromisedStream, promisedStreams } from './read.ts';

/** Data so many times older than its limit is worse than late. */
const muchLater = 4;
/** While something is late it is looked at so often, in seconds: nothing else says that data has come. */
const watchSeconds = 60;
/** Most rules named in a message. */
const mostNamed = 10;

/**
 * Streams beyond what they promise, and jobs that fail. What depends on a late stream cannot be evaluated meanwhile and
 * tells nothing: one incident for each source says so instead, and which rules those are.
 */
export const freshness: AlertRoom<'freshness'> = {
  kind: 'freshness',
  title: 'Data late',
  what: 'A stream of a source older than it promises, with the rules that are muted meanwhile, or a job that fails.',
  defaults: {
    ...{ forSeconds: 0, resolveAfterSeconds: 300, waitSeconds: 0, intervalSeconds: 300, repeatSeconds: 4 * 3600 },
    groupBy: ['source'],
  },
  labels: ['source', 'stream', 'job'],
  everySeconds: 300,
  gapSeconds: 0,
  // Raised when rules begin or cease to wait for late streams.
  topics: () => ['waiting'],
  titleOf: () => 'Data late',
  async look(rules, context) {
    const { db, tenant } = context;
    const streams = await promisedStreams(db, tenant.tenantId);
    const waiting = await waitingRules(db, tenant.tenantId);
    const jobs = rules.some(({ settings }) => settings.jobs) ? await jobStates(db, tenant.tenantId) : [];
    return new Map(rules.map((rule) => [rule.ruleId, lookAt(rule, { streams, waiting, jobs }, context)]));
  },
  tell(_rule, members, tenant) {
    const isData = members.some(({ labels }) => labels.stream !== undefined);
    const [first] = members;
    const name = (labels: Condition['labels']) => labels.stream ?? labels.job ?? '';
    const [one, many] = isData ? ['', ' streams'] : ['job ', ' jobs'];
    const what = members.length === 1 && first ? `${one}${name(first.labels)}` : `${members.length}${many}`;
    const source = first?.labels.source === undefined ? '' : `${first.labels.source}: `;
    const muted = [...new Set(members.flatMap(({ facts }) => (facts.extra?.muted as string[] | undefined) ?? []))];
    const named = muted.slice(0, mostNamed).join('; ');
    const others = muted.length > mostNamed ? `; and ${muted.length - mostNamed} more` : '';
    const since = earliest(members.map((member) => member.since));
    return {
      stateWord: isData ? 'Data late' : 'Job late',
      headline: `${source}${what}`,
      notes: muted.length === 0 ? [] : [`Muted meanwhile: ${named}${others}`],
      threshold: `late since ${since ? momentText(since, tenant) : ''}`,
      words: 'freshness',
    };
  },
  past: pastOfFreshness,
};

interface Read {
  streams: readonly PromisedStream[];
  waiting: readonly { title: string; streams: readonly string[] }[];
  jobs: readonly JobState[];
}

function lookAt(rule: RuleOf<'freshness'>, { streams, waiting, jobs }: Read, { now, tenant }: LookContext): Look {
  const { source: sources, jobs: isWithJobs } = rule.settings;
  const wanted = sources?.map((one) => one.toLowerCase());
  const watched = streams.filter(({ source }) => wanted === undefined || wanted.includes(source.toLowerCase()));
  const conditions: Condition[] = [];
  const turns: Temporal.Instant[] = [];
  const late: string[] = [];
  for (const stream of watched) {
    const lateAt = stream.from.add({ minutes: stream.limitMinutes });
    const worseAt = stream.from.add({ minutes: stream.limitMinutes * muchLater });
    turns.push(lateAt, worseAt);
    if (Temporal.Instant.compare(now, lateAt) <= 0) continue;
    const named = `${stream.source}: ${stream.stream}`;
    late.push(named);
    const muted = waiting.filter((one) => one.streams.includes(named)).map(({ title }) => title);
    const isMuchLater = Temporal.Instant.compare(now, worseAt) > 0;
    conditions.push(streamCondition(stream, { since: lateAt, severity: isMuchLater ? 3 : 2, muted }, tenant));
  }
  for (const job of isWithJobs && wanted === undefined ? jobs : []) {
    const openUntil = job.openSince?.add({ minutes: job.limitMinutes });
    if (openUntil) turns.push(openUntil);
    const condition = jobCondition(job, now, tenant);
    if (condition) conditions.push(condition);
  }
  // At the limit itself it is in time; one thing after it is not.
  const nextAt = earliest([
    ...turns.map((at) => at.add({ milliseconds: 1 })).filter((at) => Temporal.Instant.compare(at, now) > 0),
    ...(conditions.length > 0 ? [now.add({ seconds: watchSeconds })] : []),
  ]);
  return {
    ...{ kind: 'conditions', conditions, memory: { late } },
    // What depends on them is to say at once that it is not known, or known again.
    wakesOthers: JSON.stringify(rule.memory.late ?? []) !== JSON.stringify(late),
    ...(nextAt ? { nextAt } : {}),
  };
}

function streamCondition(
  { source, stream, asOf, limitMinutes, from }: PromisedStream,
  { since, severity, muted }: { since: Temporal.Instant; severity: 2 | 3; muted: string[] },
  tenant: Tenant,
): Condition {
  const reach = asOf ? `reaches to ${momentText(asOf, tenant)}` : `never complete since ${momentText(from, tenant)}`;
  const limit = `at most ${formatDuration(limitMinutes * 60)} old is promised`;
  return {
    ...{ labels: { source, stream }, status: 'firing', severity, since },
    facts: {
      line: `${stream} ${reach}, late since ${momentText(since, tenant)} (${limit})`,
      // The oldest first.
      rank: -from.epochMilliseconds,
      words: 'freshness',
      extra: { muted },
    },
  };
}

function jobCondition(
  { job, limitMinutes, failedAt, error, openSince, slowSince }: JobState,
  now: Temporal.Instant,
  tenant: Tenant,
): Condition | null {
  const limit = { minutes: limitMinutes };
  const beyond = [openSince, slowSince].flatMap((due) => {
    const at = due?.add(limit);
    return due && at && Temporal.Instant.compare(at, now) < 0 ? [{ due, at }] : [];
  });
  const [slow] = beyond;
  const since = failedAt ?? slow?.at;
  if (!since) return null;
  const allowed = `allowed are ${formatDuration(limitMinutes * 60)}`;
  const line = failedAt
    ? `${job} has failed since ${momentText(failedAt, tenant)}${error === null ? '' : `: ${error}`}`
    : `${job}, due ${momentText(slow!.due, tenant)}, ${openSince ? 'is not done' : 'and the one after it took too long'} (${allowed})`;
  return {
    ...{ labels: { job }, status: 'firing', severity: 2, since },
    facts: { line, rank: -since.epochMilliseconds, extra: { muted: [] } },
  };
}
