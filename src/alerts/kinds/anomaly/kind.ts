import type { AlertRuleOf } from '../../../config/alerts.ts';
import type { Json } from '../../../deliveries/delivery.ts';
import { formatNumber, formatTarget } from '../../../domain/format.ts';
import { addDays, startOfDay } from '../../../domain/period.ts';
import { unusualZ } from '../../../stats/anomaly.ts';
import type { Look } from '../../condition.ts';
import { createCovered, mayDiffer, nextDay } from '../days.ts';
import { ofEach } from '../past.ts';
import { type Asking, createAsking, isLate, localDay, lookAtEach, topicsOf } from '../questions.ts';
import type { AlertRoom, LookContext, RuleOf } from '../room.ts';
import { askDays, historyDays } from './ask.ts';
import { type AskedDays, conditionsOf } from './conditions.ts';
import { confirmedDays, type FiredDays } from './confirmed.ts';
import { judgeLastDays } from './judge.ts';
import { pastOfAnomaly } from './past.ts';
import { watchedKpis } from './watched.ts';

/** The last complete day of many numbers, against what their weekdays usually have. */
export const anomaly: AlertRoom<'anomaly'> = {
  kind: 'anomaly',
  title: 'Unusual day',
  what: 'The last complete day of many KPIs, against the same weekdays of the 13 weeks before.',
  defaults: {
    ...{ forSeconds: 0, resolveAfterSeconds: 300, waitSeconds: 30, intervalSeconds: 900, repeatSeconds: null },
    groupBy: [],
  },
  labels: ['kpi'],
  everySeconds: 3600,
  // The day it judges is over: what changes still is late data, and there is no hurry.
  gapSeconds: 900,
  topics: (settings) => [...new Set(watchedKpis(settings).flatMap(topicsOf))],
  titleOf(settings) {
    watchedKpis(settings);
    return settings.kpis ? `Unusual day of ${settings.kpis.join(', ')}` : 'Unusual days';
  },
  async look(rules, context) {
    const ask = createAsking();
    const covered = createCovered(context);
    const { timezone } = context.tenant;
    const confirmed = await confirmedDays(rules, context, (_kpi, day) => startOfDay(addDays(day, 1), timezone));
    return lookAtEach(rules, async (rule) => {
      const kpis = watchedKpis(rule.settings);
      const reaches = (await Promise.all(kpis.map(covered))).join();
      const mayBeLate = kpis.some((kpi) => isLate(kpi, context));
      if (!mayDiffer(rule, reaches, context) && !mayBeLate) return { kind: 'same', nextAt: nextDay(context) };
      const look = await lookAt(rule, { ask, confirmed: confirmed.get(rule.ruleId) ?? {} }, context);
      return look.kind === 'conditions'
        ? { ...look, memory: { ...look.memory, day: localDay(context.now, context), covered: reaches } }
        : look;
    });
  },
  tell({ settings }, members) {
    const ways = new Set(members.map(({ facts }) => facts.extra?.way));
    const [first] = members;
    return {
      stateWord: ways.size !== 1 ? 'Unusual' : ways.has(1) ? 'Above usual' : 'Below usual',
      headline: members.length === 1 && first ? first.facts.line : `${members.length} KPIs`,
      threshold: thresholdOf(settings),
      words: first?.facts.words ?? null,
    };
  },
  past: pastOfAnomaly,
};

async function lookAt(
  rule: RuleOf<'anomaly'>,
  { ask, confirmed }: { ask: Asking; confirmed: FiredDays },
  context: LookContext,
): Promise<Look> {
  const asked = await ofEach(watchedKpis(rule.settings), async (kpi) => ({
    kpi,
    asked: await askDays(ask, rule.viewer, kpi, context),
  }));
  const nextAt = nextDay(context);
  const lines = asked.flatMap((one) =>
    one.asked.kind === 'days' ? [withoutConfirmed(one.asked.days, confirmed)] : [],
  );
  const verdict = judgeLastDays(lines, rule.settings);
  const unknown = [
    ...verdict.untold.map(({ line: { kpi }, reason }) => ({ kpi, reason, late: [] as readonly string[] })),
    ...asked.flatMap(({ kpi, asked: one }) =>
      one.kind === 'unknown' ? [{ kpi, reason: one.reason, late: one.late ?? [] }] : [],
    ),
  ];
  if (unknown.length === asked.length) {
    const late = [...new Set(unknown.flatMap((one) => one.late))];
    const reason = unknown.some((one) => one.late.length > 0)
      ? 'the data is late'
      : commonest(unknown.map((one) => one.reason));
    return { kind: 'unknown', reason, ...(late.length > 0 ? { late } : {}), nextAt };
  }
  const conditions = [
    ...conditionsOf(rule, verdict, context),
    // What is late stays what it was.
    ...asked.flatMap(({ kpi, asked: one }) =>
      one.kind === 'unknown'
        ? [
            {
              ...({ labels: { kpi: kpi.id }, status: 'between', severity: 2, since: context.now } as const),
              facts: { line: `${kpi.title}: ${one.reason}`, rank: 0 },
            },
          ]
        : [],
    ),
  ];
  const untold: Json = Object.fromEntries(unknown.map(({ kpi, reason }) => [kpi.id, reason]));
  return {
    ...{ kind: 'conditions', conditions, nextAt },
    memory: { ...rule.memory, fired: firedDays(rule, verdict.unusual, context) as Json, untold },
  };
}

/** Days that were confirmed to be unusual say nothing of what is usual. */
function withoutConfirmed(days: AskedDays, confirmed: FiredDays): AskedDays {
  const out = new Set(confirmed[days.kpi.id] ?? []);
  const last = days.points.findLast(({ complete, mature }) => complete && mature !== false)?.at;
  if (out.size === 0) return days;
  return {
    ...days,
    points: days.points.map((point) => (out.has(point.at) && point.at !== last ? { ...point, value: null } : point)),
  };
}

/** The days it fired for, as far back as they may be part of what is usual. */
function firedDays(
  { memory }: Pick<RuleOf<'anomaly'>, 'memory'>,
  unusual: ReturnType<typeof judgeLastDays<AskedDays>>['unusual'],
  context: LookContext,
): FiredDays {
  const oldest = addDays(localDay(context.now, context), -historyDays - 1);
  const before = Object.entries((memory.fired ?? {}) as FiredDays);
  const now = unusual.map(({ line, point }) => [line.kpi.id, [point.at]] as const);
  const days = Map.groupBy([...before, ...now], ([kpi]) => kpi);
  return Object.fromEntries(
    [...days].flatMap(([kpi, own]) => {
      const kept = [...new Set(own.flatMap(([, all]) => all))].filter((day) => day >= oldest).toSorted();
      return kept.length > 0 ? [[kpi, kept]] : [];
    }),
  );
}

function commonest(reasons: readonly string[]): string {
  const counted = [...Map.groupBy(reasons, (reason) => reason)].toSorted(([, a], [, b]) => b.length - a.length);
  return counted[0]?.[0] ?? 'none of its numbers is known';
}

function thresholdOf({ least, least_units: units }: AlertRuleOf<'anomaly'>): string {
  return `beyond ${unusualZ} standard deviations of its weekday, and by ${formatTarget(least, 'ratio')} or ${formatNumber(units)} at least`;
}
