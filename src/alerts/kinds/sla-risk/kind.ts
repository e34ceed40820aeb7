import type { AlertRuleOf } from '../../../config/alerts.ts';
import { readAs } from '../../../db/viewer.ts';
import { formatDurationShort } from '../../../domain/format.ts';
import type { Tenant } from '../../../domain/tenant.ts';
import type { Condition, Look } from '../../condition.ts';
import type { Severity } from '../../rule.ts';
import { groupKey, groupLabels } from '../../stages/group.ts';
import { type Names, readNames } from '../names.ts';
import type { AlertRoom, LookContext, RuleOf } from '../room.ts';
import { type Forecast, forecastMinutes, forecastOf } from './forecast.ts';
import { type BreachMemory, type Case, judge } from './judge.ts';
import { pastOfRisk } from './past.ts';
import { type Reading, type ReadingTerms, readRisk, type Ticket } from './read.ts';
import { type Shelves, shelve, watchedBy } from './select.ts';
import { type GroupExtra, lineOf, tellOf } from './tell.ts';

type RiskRule = RuleOf<'sla-risk'>;

/** Seconds between looks where nothing else asks for one. */
const everySeconds = 60;

/** Tickets of one group that are told one by one: in a storm the others are only counted. */
const mostInstances = 200;

/** Without these nobody knows whether a ticket was answered. */
const needed: readonly string[] = ['ticket', 'ticket_event'];

/** Tickets whose targets are about to pass, or have. */
export const slaRisk: AlertRoom<'sla-risk'> = {
  kind: 'sla-risk',
  title: 'SLA at risk',
  what: 'Tickets at risk, about to breach and breached: first response, next response and resolution, on the calendar of their policy.',
  defaults: {
    // One message that changes: what comes next is told at once, and what is answered leaves it at once.
    ...{ forSeconds: 0, resolveAfterSeconds: 0, waitSeconds: 0, intervalSeconds: 300, repeatSeconds: 4 * 3600 },
    groupBy: [],
  },
  labels: ['ticket', 'metric', 'team', 'priority', 'account', 'operator'],
  everySeconds,
  gapSeconds: 0,
  topics: topicsOf,
  titleOf({ at_risk, before }) {
    return at_risk ? 'SLA at risk' : `SLA breach within ${formatDurationShort(before)}`;
  },
  async look(rules, context) {
    const late = context.lateStreams.filter(({ stream }) => needed.includes(stream));
    if (late.length > 0) {
      const streams = late.map(({ source, stream }) => `${source}: ${stream}`);
      const unknown = { kind: 'unknown', reason: 'the data is late', late: streams } as const;
      return new Map(rules.map(({ ruleId }) => [ruleId, unknown]));
    }
    const looks = new Map<number, Look>();
    for (const [viewer, own] of Map.groupBy(rules, (rule) => rule.viewer)) {
      const { names, reading, shelves } = await readFor(own, viewer, context);
      for (const rule of own) looks.set(rule.ruleId, lookOf(rule, { shelves, names, reading }, context));
    }
    return looks;
  },
  tell: ({ settings }, members, tenant) => tellOf(settings, members, tenant),
  past: pastOfRisk,
};

function least(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.min(...values);
}

/** Changes of tickets that may be the rule's: of the narrowest thing it is cut to. */
function topicsOf({ account, team, priority }: AlertRuleOf<'sla-risk'>): string[] {
  const of = (thing: string, values: readonly string[]) =>
    values.map((value) => `sla ${thing} ${value.trim().toLowerCase()}`);
  if (account) return of('account', account);
  if (team) return of('team', team);
  return priority ? of('priority', priority) : ['sla'];
}

interface Read {
  terms: ReadingTerms;
  reading: Reading;
  shelves: Shelves;
}

/**
 * Everything that rules of one viewer need, with that viewer's rights. Of one turn it is read once, for as many claims of rules
 * as it is enough for.
 */
async function readFor(
  rules: readonly RiskRule[],
  viewer: string,
  { db, tenant: { tenantId }, now, answers }: LookContext,
): Promise<{ names: Names; reading: Reading; shelves: Shelves }> {
  const terms = termsOf(rules, now.epochMilliseconds);
  const named = {
    team: rules.flatMap(({ settings }) => settings.team ?? []),
    account: rules.flatMap(({ settings }) => settings.account ?? []),
  };
  const key = `sla-risk ${viewer} ${now}`;
  const known = (await answers?.get(key)) as Read | undefined;
  return readAs(db, { tenantId, viewer }, async (reader) => {
    const names = await readNames(reader, tenantId, named);
    if (known && isEnough(known.terms, terms)) return { ...known, names };
    const reading = await readRisk(reader, tenantId, terms);
    const read: Read = { terms, reading, shelves: shelve(reading) };
    answers?.set(key, Promise.resolve(read));
    return { ...read, names };
  });
}

function termsOf(rules: readonly RiskRule[], at: number): ReadingTerms {
  const most = (of: (settings: AlertRuleOf<'sla-risk'>) => number) =>
    Math.max(...rules.map(({ settings }) => of(settings)));
  const memories = rules.flatMap(({ memory }) => memoryOf(memory) ?? []);
  const ahead = Math.max(most(({ before }) => before) * 1000, forecastMinutes * 60_000);
  return {
    // Also what begins before the next look, so that it is looked at in that very minute. Where targets are long, most of what is
    // open is at risk: it is read for those who ask for it only.
    riskBy: rules.some(({ settings }) => settings.at_risk) ? at + 2 * everySeconds * 1000 : null,
    dueBy: at + ahead + 2 * everySeconds * 1000,
    waitingSince: at - most(({ keep }) => keep) * 1000,
    since: least(rules.filter(({ memory }) => !memoryOf(memory)).map(({ createdAt }) => createdAt.epochMilliseconds)),
    seqAfter: least(memories.map(({ seq }) => seq)),
    seqs: [...new Set(memories.flatMap((memory) => Object.keys(memory.late).map(Number)))],
  };
}

/** Whether what was read by some terms has all that others ask for. */
function isEnough(read: ReadingTerms, wanted: ReadingTerms): boolean {
  const reaches = (earliest: number | null, from: number | null) =>
    from === null || (earliest !== null && earliest <= from);
  return (
    (wanted.riskBy === null || (read.riskBy !== null && read.riskBy >= wanted.riskBy)) &&
    read.dueBy >= wanted.dueBy &&
    read.waitingSince <= wanted.waitingSince &&
    reaches(read.since, wanted.since) &&
    reaches(read.seqAfter, wanted.seqAfter) &&
    wanted.seqs.every((seq) => read.seqs.includes(seq))
  );
}

function lookOf(
  rule: RiskRule,
  { shelves, names, reading }: { shelves: Shelves; names: Names; reading: Reading },
  { now, tenant }: LookContext,
): Look {
  const watched = watchedBy(rule.settings, shelves, names);
  if (watched.kind === 'unknown') return watched;
  const at = now.epochMilliseconds;
  const { cases, nextAt, memory } = judge(
    watched,
    rule.settings,
    { memory: memoryOf(rule.memory), seq: reading.seq },
    { now: at, from: rule.createdAt.epochMilliseconds },
  );
  const grouping = groupLabels(rule.policy);
  const groupOf = ({ ticket, metric }: { ticket: Ticket; metric: string }) =>
    groupKey(grouping, { ...aboutOf(ticket), ticket: ticket.key, metric });
  const due = watched.clocks.filter(({ dueAt }) => dueAt !== null);
  const clocks = cases.length === 0 ? new Map() : Map.groupBy(due, groupOf);
  const conditions = [...Map.groupBy(cases, groupOf)].flatMap(([group, of]) =>
    conditionsOf(of, forecastOf(clocks.get(group) ?? [], at), at, tenant),
  );
  return {
    ...{ kind: 'conditions', conditions, memory: { breaches: memory.seq, late: memory.late } },
    ...(nextAt === null ? {} : { nextAt: Temporal.Instant.fromEpochMilliseconds(nextAt) }),
  };
}

/** What the rule was told so far; null: it has not looked yet. */
function memoryOf({ breaches, late }: RiskRule['memory']): BreachMemory | null {
  if (typeof breaches !== 'number') return null;
  return { seq: breaches, late: (late ?? {}) as Record<string, number> };
}

/** The worst and soonest of a group, each with what all of them have in common. */
function conditionsOf(cases: readonly Case[], forecast: Forecast | null, now: number, tenant: Tenant): Condition[] {
  const sorted = cases.toSorted((a, b) => rankOf(b) - rankOf(a) || (a.ticket.key < b.ticket.key ? -1 : 1));
  const beyond: Record<Severity, number> = { 1: 0, 2: 0, 3: 0 };
  for (const { severity } of sorted.slice(mostInstances)) beyond[severity] += 1;
  const extra: GroupExtra = { at: now, forecast, beyond };
  return sorted.slice(0, mostInstances).map((one) => conditionOf(one, extra, tenant));
}

/** Breached before predicted before at risk, the longest and soonest first. */
function rankOf({ severity, dueAt, since }: Case): number {
  return severity * 1e11 - Math.round((dueAt ?? since) / 1000);
}

function aboutOf({ team, account, operator, priority }: Ticket): Record<string, string> {
  return { team, account, operator, priority: priority ?? '' };
}

function conditionOf(one: Case, extra: GroupExtra, tenant: Tenant): Condition {
  const { ticket, metric, cycle, severity, since, dueAt, isUnsure } = one;
  const names = Object.fromEntries(
    Object.entries({ team: ticket.teamName, account: ticket.accountName, operator: ticket.operatorName }).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    ),
  );
  return {
    // Each question that waits is another thing.
    labels: { ticket: ticket.key, metric, ...(cycle > 1 ? { cycle: String(cycle) } : {}) },
    about: aboutOf(ticket),
    status: isUnsure ? 'between' : 'firing',
    severity,
    since: Temporal.Instant.fromEpochMilliseconds(since),
    facts: {
      line: lineOf(one, extra.at, tenant),
      rank: rankOf(one),
      ...(dueAt === null ? {} : { value: Math.round(dueAt / 1000) }),
      assigned: ticket.operatorName,
      names,
      extra: { ...extra } as unknown as NonNullable<Condition['facts']['extra']>,
    },
  };
}
