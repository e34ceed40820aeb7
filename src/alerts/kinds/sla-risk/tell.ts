import { quoteWord } from '../../../answers/words.ts';
import type { AlertRuleOf } from '../../../config/alerts.ts';
import { formatDurationShort, formatNumber } from '../../../domain/format.ts';
import type { Tenant } from '../../../domain/tenant.ts';
import type { Severity } from '../../rule.ts';
import { momentText } from '../../wording.ts';
import type { Member, Told } from '../room.ts';
import type { Forecast } from './forecast.ts';
import type { Case } from './judge.ts';

type Settings = AlertRuleOf<'sla-risk'>;

const stateWords: Readonly<Record<Severity, string>> = { 1: 'At risk', 2: 'Breach predicted', 3: 'Breached' };

export const metricWords = {
  'first-response': 'first response',
  'next-response': 'next response',
  resolution: 'resolution',
} as const;

/** What every instance of a group keeps, as of the same look. */
export interface GroupExtra {
  /** Of the look, epoch milliseconds. */
  at: number;
  forecast: Forecast | null;
  /** Those that are not among the instances, in storms, by severity. */
  beyond: Readonly<Record<Severity, number>>;
}

type Where = Pick<Tenant, 'timezone' | 'locale'>;

/** `T-4711, critical: first response due 14:05, Noor` */
export function lineOf({ ticket, metric, severity, dueAt, endedAt }: Case, now: number, where: Where): string {
  const time = (at: number) => timeBeside(at, now, where);
  const over = endedAt === null ? '' : `, over ${time(endedAt)}`;
  const when = dueAt === null ? 'at risk' : severity === 3 ? `breached ${time(dueAt)}${over}` : `due ${time(dueAt)}`;
  const priority = ticket.priority ?? 'no priority';
  return `${ticket.id}, ${priority}: ${metricWords[metric]} ${when}, ${ticket.operatorName ?? 'nobody'}`;
}

/** The state of the worst, what breaches within the hour, and how many. */
export function tellOf(settings: Settings, members: readonly Member[], where: Where): Told {
  const { locale } = where;
  const severity = Math.max(...members.map((one) => one.severity)) as Severity;
  const extra = members
    .map(({ facts }) => facts.extra as unknown as GroupExtra)
    .reduce((a, b) => (b.at > a.at ? b : a));
  const { forecast, at } = extra;
  const time = (instant: number) => timeBeside(instant, at, where);
  const worst = members.filter((one) => one.severity === severity);
  const count = new Set(worst.map(({ labels }) => labels.ticket)).size + extra.beyond[severity];
  const tickets = (n: number) => `${formatNumber(n, locale)} ${n === 1 ? 'ticket' : 'tickets'}`;
  const free = (n: number, of: number) =>
    n === 0 ? '' : of === 1 ? ', unassigned' : `, ${formatNumber(n, locale)} of them unassigned`;
  const soon = forecast
    ? forecast.tickets === 1
      ? `at ${time(forecast.firstAt)}${free(forecast.unassigned, 1)}`
      : `by ${time(forecast.lastAt)}, the first at ${time(forecast.firstAt)}${free(forecast.unassigned, forecast.tickets)}`
    : null;
  const breach = forecast?.tickets === 1 ? 'breaches' : 'breach';
  const due = worst.flatMap(({ facts }) => (typeof facts.value === 'number' ? [facts.value] : []));
  const assigned = worst.filter(({ facts }) => facts.assigned === null).length;
  const unforeseen = `${tickets(count)}${due.length === 0 ? '' : `, ${count === 1 ? '' : 'the first '}due ${time(Math.min(...due) * 1000)}`}${free(assigned, count)}`;
  const headline =
    severity === 3
      ? `${tickets(count)}${forecast ? `; ${formatNumber(forecast.tickets, locale)} more ${breach} ${soon}` : ''}`
      : forecast
        ? `${tickets(forecast.tickets)} ${breach} ${soon}`
        : unforeseen;
  return { stateWord: stateWords[severity], headline, threshold: thresholdOf(settings), words: wordsOf(settings) };
}

/** More of one thing are counted. */
const mostNamed = 3;

/** `SLA at risk (team Delivery, critical or high)`: of several rules people tell them apart by what they are cut to. */
export function titleOf({ at_risk, before, team, priority, account }: Settings): string {
  const named = (thing: string, some: readonly string[] | undefined) =>
    some === undefined ? [] : [some.length > mostNamed ? `${some.length} ${thing}s` : `${thing} ${some.join(' or ')}`];
  const cut = [...named('team', team), ...(priority ? [priority.join(' or ')] : []), ...named('account', account)];
  const what = at_risk ? 'SLA at risk' : `SLA breach within ${formatDurationShort(before)}`;
  return cut.length === 0 ? what : `${what} (${cut.join(', ')})`;
}

function thresholdOf({ at_risk, before }: Settings): string {
  const early = `${formatDurationShort(before)} before a target passes`;
  return at_risk ? `a quarter of the target or 15 min left, and ${early}` : early;
}

/** The question behind it, with what it is cut to where that is one of each. */
function wordsOf({ team, priority, account }: Settings): string {
  const cut = [
    ['team', team],
    ['priority', priority],
    ['account', account],
  ] as const;
  const words = cut.flatMap(([name, values]) => (values?.length === 1 ? [`${name}:${quoteWord(values[0]!)}`] : []));
  return ['sla', '7d', ...words].join(' ');
}

/** Epoch milliseconds. */
function timeBeside(at: number, now: number, where: Where): string {
  const [moment, beside] = [at, now].map((ms) => Temporal.Instant.fromEpochMilliseconds(ms));
  return momentText(moment!, where, beside);
}
