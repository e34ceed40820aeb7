import sql from 'sql-template-tag';
import type { KpiRequest } from '../../answers/parse.ts';
import type { AlertKind } from '../../config/alerts.ts';
import { formatDate } from '../../domain/format.ts';
import { addDays, type DateRange, daysBetween, resolvePeriod, startOfDay } from '../../domain/period.ts';
import type { Kpi } from '../../kpis/kpi.ts';
import type { Measurement } from '../../kpis/measure.ts';
import { type Condition, fingerprintOf, type Look } from '../condition.ts';
import { type Asked, localDay } from './questions.ts';
import type { LookContext, RuleOf } from './room.ts';

/** Days that are gone through at most after an outage. */
const mostMissed = 31;
/** Data that ends so long ago is not merely on its way, in hours. */
const patienceHours = 6;

/** What rooms that watch days keep from look to look. */
export interface DayMemory {
  /** Local date of the last look that knew something. */
  day: string;
  /** End of the period it was about, not included. */
  until: string;
  /** How far the data reached. */
  covered: string;
}

/** How far the data of a KPI reaches, as a local date: another one may make another period of it. Read once a turn. */
export function createCovered(context: LookContext): (kpi: Kpi) => Promise<string> {
  let read: Promise<{ stream: string; asOf: Temporal.Instant }[]> | undefined;
  const { db, tenant } = context;
  return async ({ streams }) => {
    read ??= db.query(sql`
      select stream, as_of as "asOf" from ops.streams where tenant_id = ${tenant.tenantId} and as_of is not null`);
    const own = (await read).filter(({ stream }) => (streams as readonly string[]).includes(stream));
    const days = own.map(({ asOf }) => localDay(asOf, context)).toSorted();
    return days[0] ?? '';
  };
}

/** Whether an answer may be another one than at the last look: what it reads has changed, the day has, or how far it reaches. */
export function mayDiffer(rule: RuleOf<AlertKind>, covered: string, context: LookContext): boolean {
  if (rule.changed || rule.lookedAt === null || rule.health !== 'ok') return true;
  const { day, covered: before } = rule.memory as Partial<DayMemory>;
  return day !== localDay(context.now, context) || covered !== before;
}

/**
 * Whether an answer about days that are over has all of their data. Data that may still be on its way changes nothing for
 * some hours; after that nobody knows.
 */
export function lackOf(result: Measurement, context: LookContext): { reason: string; isOnItsWay: boolean } | null {
  const today = localDay(context.now, context);
  const { to, complete } = result.period;
  const { asOf } = result.freshness;
  if (complete || to > today || asOf === null) return null;
  const reached = Temporal.Instant.from(asOf);
  const local = reached.toZonedDateTimeISO(context.tenant.timezone);
  const time = local.toPlainTime().toString({ smallestUnit: 'minute' });
  return {
    reason: `its data reaches only until ${local.toPlainDate()} ${time}`,
    isOnItsWay: reached.until(context.now).total('hours') < patienceHours,
  };
}

/** When what is known of a period could first be known: on the day of the look, unless it goes on. */
export function knownSince(
  { period }: Measurement,
  { now, tenant }: Pick<LookContext, 'now' | 'tenant'>,
): Temporal.Instant {
  const today = now.toZonedDateTimeISO(tenant.timezone).toPlainDate().toString();
  return period.to <= today ? startOfDay(today, tenant.timezone) : now;
}

/**
 * The days between the last look and this one whose answers nobody has looked at, in order: after an outage, or when data
 * came late. Only of questions about days that are over: what a day under way was at some hour is not known afterwards.
 */
export function missedDays(
  { question: { period } }: KpiRequest,
  memory: Partial<DayMemory>,
  { to }: DateRange,
  context: Pick<LookContext, 'now' | 'tenant'>,
): string[] {
  const today = localDay(context.now, context);
  const { until, day: lastLook } = memory;
  if (until === undefined || lastLook === undefined || to > today || to <= until) return [];
  const days: string[] = [];
  if (period === null) {
    // The default period ends with what is known and decided: as many days ago then as now.
    const lag = daysBetween(to, today);
    for (let day = addDays(until, lag + 1); day < today; day = addDays(day, 1)) days.push(day);
    return days.slice(-mostMissed);
  }
  let last = until;
  for (let day = addDays(lastLook, 1); day < today; day = addDays(day, 1)) {
    const then = resolvePeriod(period, { today: day, weekStart: context.tenant.weekStart }, null);
    if (then.to > day || then.to <= last || then.to >= to) continue;
    last = then.to;
    days.push(day);
  }
  return days.slice(-mostMissed);
}

/** What is not well in an answer as of a moment, or why nobody knows. */
export type Judge<Result> = (result: Result, context: LookContext) => Promise<Judged> | Judged;
export type Judged = readonly Condition[] | { unknown: string };

/** What is known as of a moment: an answer, or as much of one as is watched. */
type Answer<Result> = { kind: 'result'; result: Result } | Extract<Asked, { kind: 'unknown' }>;

/** A look at a question about days, with the days that were missed. `ask` and `judge` do so as of the moment of their context. */
export async function lookByDays<Result extends Measurement>(
  rule: RuleOf<AlertKind>,
  request: KpiRequest,
  {
    ask,
    judge,
    covered,
  }: { ask: (context: LookContext) => Promise<Answer<Result>>; judge: Judge<Result>; covered: string },
  context: LookContext,
): Promise<Look> {
  const asked = await ask(context);
  const nextAt = nextDay(context);
  if (asked.kind === 'unknown') return { ...asked, nextAt };
  const { result } = asked;
  const lack = lackOf(result, context);
  if (lack)
    return lack.isOnItsWay && rule.health === 'ok'
      ? { kind: 'same', nextAt }
      : { kind: 'unknown', reason: lack.reason, nextAt };
  const conditions = await judge(result, context);
  if ('unknown' in conditions) return { kind: 'unknown', reason: conditions.unknown, nextAt };
  const before = rule.lookedAt === null ? {} : (rule.memory as Partial<DayMemory>);
  const earlier: Step[] = [];
  for (const day of missedDays(request, before, result.period, context)) {
    const at = startOfDay(day, context.tenant.timezone);
    const then = { ...context, now: at, lateStreams: [] };
    const known = await ask(then);
    const judged = known.kind === 'result' ? await judge(known.result, then) : { unknown: known.reason };
    if (!('unknown' in judged)) earlier.push({ at, conditions: judged });
  }
  // What is so now was so from the beginning of the day.
  if (earlier.length > 0) earlier.push({ at: knownSince(result, context), conditions });
  const memory = { day: localDay(context.now, context), until: result.period.to, covered };
  return {
    ...{ kind: 'conditions', conditions, memory: { ...rule.memory, ...memory }, nextAt },
    ...(earlier.length > 0 ? { earlier: withEnds(earlier, conditions, context) } : {}),
  };
}

interface Step {
  at: Temporal.Instant;
  conditions: readonly Condition[];
}

/** When the day changes, and with it the days that a question is about. */
export function nextDay({ now, tenant }: Pick<LookContext, 'now' | 'tenant'>): Temporal.Instant {
  return startOfDay(addDays(localDay(now, { tenant }), 1), tenant.timezone);
}

/** Says of what had ended before anybody knew of it when that was. */
function withEnds(earlier: readonly Step[], now: readonly Condition[], context: LookContext): Step[] {
  return earlier.map(({ at, conditions }, index) => {
    const next = earlier[index + 1] ?? { at: context.now, conditions: now };
    const going = new Set(next.conditions.map(({ labels }) => fingerprintOf(labels)));
    const end = formatDate(localDay(next.at, context));
    return {
      at,
      conditions: conditions.map((condition) =>
        going.has(fingerprintOf(condition.labels))
          ? condition
          : { ...condition, facts: { ...condition.facts, line: `${condition.facts.line}; well again on ${end}` } },
      ),
    };
  });
}
