import type { AlertRuleOf } from '../../../config/alerts.ts';
import type { Severity } from '../../rule.ts';
import type { Breach, RunningClock, Ticket } from './read.ts';

type Settings = Pick<AlertRuleOf<'sla-risk'>, 'at_risk' | 'before' | 'keep'>;

/** A breach that came to be known after it had ended, or long after it happened, is shown for so long, in seconds. */
export const lateShownSeconds = 15 * 60;

/** A ticket and metric that is not well. Instants are epoch milliseconds. */
export interface Case {
  ticket: Ticket;
  metric: RunningClock['metric'];
  cycle: number;
  severity: Severity;
  /** When it became so. */
  since: number;
  /** Null: its calendar has no such time. */
  dueAt: number | null;
  /** When it was over, of a breach that came to be known afterwards. */
  endedAt: number | null;
  /** It has changed since it was evaluated: what it was, it stays until it has been again. */
  isUnsure: boolean;
}

/** What a rule knows from one look to the next: the latest breach it was told, and late ones that are still shown, until when. */
export interface BreachMemory {
  seq: number;
  late: Readonly<Record<string, number>>;
}

export interface Judged {
  cases: Case[];
  /** When the next one begins, gets worse or goes by time alone; null: not within what was read. */
  nextAt: number | null;
  memory: BreachMemory;
}

/**
 * What of the clocks and breaches that a rule watches is not well now, each ticket and metric once: at risk (1), about to
 * breach within `before` (2), breached (3). Pure. Breaches of before `from` are not news. Those that the rule was not told of
 * yet, by their number, are told even if they have ended, but not those that had by `watchedSince`: a rule that rested, or
 * watched something else until then, had nothing to say of them.
 */
export function judge(
  { clocks, breaches }: { clocks: readonly RunningClock[]; breaches: readonly Breach[] },
  settings: Settings,
  { memory, seq }: { memory: BreachMemory | null; seq: number },
  { now, from, watchedSince }: { now: number; from: number; watchedSince: number },
): Judged {
  const keepMs = settings.keep * 1000;
  const found = new Map<string, Case>();
  let nextAt: number | null = null;
  const wake = (at: number | null) => {
    if (at !== null && at > now && (nextAt === null || at < nextAt)) nextAt = at;
  };
  const add = (one: Case) => {
    const key = `${one.ticket.key} ${one.metric} ${one.cycle}`;
    const other = found.get(key);
    if (!other || other.severity < one.severity) found.set(key, one);
  };
  const late: Record<string, number> = {};
  for (const { ticket, metric, cycle, breachedAt, endedAt, seq: number } of breaches) {
    if (breachedAt < from) continue;
    const stays = endedAt === null && breachedAt + keepMs > now;
    const isNews = memory === null || number > memory.seq;
    const isPast = endedAt !== null && endedAt <= watchedSince;
    const until = isPast ? null : (memory?.late[number] ?? (isNews && !stays ? now + lateShownSeconds * 1000 : null));
    const isShown = until !== null && until > now;
    if (!stays && !isShown) continue;
    if (isShown) late[number] = until;
    wake(stays ? breachedAt + keepMs : until);
    const told = { ticket, metric, cycle, severity: 3, since: breachedAt, dueAt: breachedAt, endedAt } as const;
    add({ ...told, isUnsure: false });
  }
  for (const clock of clocks) {
    const { ticket, metric, cycle, startedAt, riskAt, dueAt } = clock;
    const predictedAt = dueAt === null ? null : Math.max(dueAt - settings.before * 1000, startedAt);
    wake(settings.at_risk ? riskAt : null);
    wake(predictedAt);
    wake(dueAt);
    const told = { ticket, metric, cycle, dueAt, endedAt: null, isUnsure: ticket.waits };
    if (dueAt !== null && dueAt <= now) {
      // The sweep has not been by yet, and may find an answer that came just before.
      if (dueAt < from || dueAt + keepMs <= now) continue;
      wake(dueAt + keepMs);
      add({ ...told, severity: ticket.waits ? 2 : 3, since: dueAt });
    } else if (predictedAt !== null && predictedAt <= now) add({ ...told, severity: 2, since: predictedAt });
    else if (settings.at_risk && riskAt !== null && riskAt <= now) add({ ...told, severity: 1, since: riskAt });
  }
  return { cases: [...found.values()], nextAt, memory: { seq, late } };
}
