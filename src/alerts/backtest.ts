import { type OpenTime, openTime } from '../sla/open-time.ts';
import { roomOf } from './kinds/index.ts';
import type { LookContext, PastEpisode, RuleOf } from './kinds/room.ts';
import type { NewRule, RulePolicy } from './rule.ts';
import { timeSuggestion } from './suggest.ts';

/** When a rule would have fired. */
export interface Backtest {
  from: Temporal.Instant;
  to: Temporal.Instant;
  /** Of single things (a team, a campaign), by when they began. */
  episodes: readonly PastEpisode[];
  /** How often people would have been told: things of one group that fire at the same time are one incident. */
  fired: number;
  longestSeconds: number;
  totalSeconds: number;
  /** Of those, how many began outside office hours; null where only their days are known. */
  outsideHours: number | null;
  /** What it cannot see, in full sentences. */
  notes: readonly string[];
  /** A change of the rule that would have told less of the same, in a sentence. */
  suggestion: string | null;
}

export interface BacktestContext extends LookContext {
  /** Working hours by the name of their calendar. */
  calendar: (name: string) => OpenTime | undefined;
}

/**
 * When a rule would have fired in a stretch of the past, and what would have told less of the same. Writes nothing, and
 * looks with the rule's own rights. Office hours are the rule's, else Monday to Friday 09:00 to 18:00 of the tenant.
 */
export async function backtest(
  rule: NewRule,
  { from, to }: { from: Temporal.Instant; to: Temporal.Instant },
  context: BacktestContext,
): Promise<Backtest | { unknown: string }> {
  const { kind } = rule.settings;
  const looked = {
    ...{ tenantId: context.tenant.tenantId, ruleId: 0, kind, settings: rule.settings, policy: rule.policy },
    ...{ name: rule.name ?? null, viewer: rule.viewer, owner: rule.owner ?? null, state: 'active', stateReason: null },
    ...{ createdAt: context.now, topics: rule.topics, nextLookAt: context.now, lookedAt: null, changed: true },
    ...{ health: 'new', healthReason: null, healthSince: null, memory: {}, demotedAt: null },
  } as RuleOf<typeof kind>;
  const past = await roomOf(kind).past(looked as never, { from, to }, context);
  if (past.kind === 'unknown') return { unknown: past.reason };
  const { notes, datedOnly } = past;
  const episodes = past.episodes.toSorted((a, b) => Temporal.Instant.compare(a.from, b.from));
  const hours = officeHours(rule.policy, context);
  return {
    ...{ from, to, episodes, notes, ...summaryOf(incidentsOf(episodes, rule.policy, to), datedOnly ? null : hours) },
    suggestion: past.suggestion ?? timeSuggestion(episodes, to),
  };
}

/** A stretch in which something of one group fired. */
interface Stretch {
  from: Temporal.Instant;
  to: Temporal.Instant;
}

/** Episodes of one group that overlap are told as one. Pure. */
export function incidentsOf(
  episodes: readonly PastEpisode[],
  { groupBy, routes }: Pick<RulePolicy, 'groupBy' | 'routes'>,
  until: Temporal.Instant,
): Stretch[] {
  const names = [...new Set([...groupBy, ...routes.flatMap(({ labels }) => Object.keys(labels))])];
  const groups = Map.groupBy(episodes, ({ labels }) => JSON.stringify(names.map((name) => labels[name] ?? '')));
  return [...groups.values()].flatMap((own) => {
    const stretches: Stretch[] = [];
    for (const { from, to } of own.toSorted((a, b) => Temporal.Instant.compare(a.from, b.from))) {
      const last = stretches.at(-1);
      const end = to ?? until;
      if (!last || Temporal.Instant.compare(from, last.to) > 0) stretches.push({ from, to: end });
      else if (Temporal.Instant.compare(end, last.to) > 0) last.to = end;
    }
    return stretches;
  });
}

function summaryOf(
  stretches: readonly Stretch[],
  hours: OpenTime | null,
): Pick<Backtest, 'fired' | 'longestSeconds' | 'totalSeconds' | 'outsideHours'> {
  const seconds = stretches.map(({ from, to }) => Math.max(0, from.until(to).total('seconds')));
  const isOutside = ({ from }: Stretch) =>
    hours !== null && hours.elapsed(from.epochMilliseconds, from.epochMilliseconds + 1) === 0;
  return {
    fired: stretches.length,
    longestSeconds: Math.max(0, ...seconds),
    totalSeconds: seconds.reduce((sum, one) => sum + one, 0),
    outsideHours: hours === null ? null : stretches.filter(isOutside).length,
  };
}

function officeHours({ hours }: RulePolicy, { calendar, tenant: { timezone } }: BacktestContext): OpenTime {
  const own = hours === null ? undefined : calendar(hours);
  if (own) return own;
  const shift = [{ from: '09:00', to: '18:00' }];
  return openTime({ timezone, hours: { mon: shift, tue: shift, wed: shift, thu: shift, fri: shift } });
}
