import { addDays, startOfDay } from '../../../domain/period.ts';
import { daysWithin, episodesOf, ofEach } from '../past.ts';
import { createAsking, localDay } from '../questions.ts';
import type { AlertRoom } from '../room.ts';
import { askDays, historyDays } from './ask.ts';
import { type AskedDays, conditionsOf } from './conditions.ts';
import { judgeLastDays } from './judge.ts';
import { watchedKpis } from './watched.ts';

/** When it would have fired: each day tested with the days before it, of one series for each number. */
export const pastOfAnomaly: AlertRoom<'anomaly'>['past'] = async (rule, period, context) => {
  const { timezone } = context.tenant;
  const ask = createAsking();
  const days = daysWithin(period, timezone);
  const [first] = days;
  if (first === undefined) return { kind: 'unknown', reason: 'no day of it is over' };
  const more = Temporal.PlainDate.from(first).until(Temporal.PlainDate.from(localDay(context.now, context))).days;
  const asked = await ofEach(watchedKpis(rule.settings), (kpi) =>
    askDays(ask, rule.viewer, kpi, { ...context, lateStreams: [] }, more),
  );
  const lines = asked.flatMap((one) => (one.kind === 'days' ? [one.days] : []));
  const untestable = new Set<string>();
  const steps = days.map((day) => {
    const at = startOfDay(addDays(day, 1), timezone);
    const verdict = judgeLastDays(
      lines.map((line) => until(line, day)),
      rule.settings,
    );
    if (verdict.untold.length === lines.length) untestable.add(day);
    return { at, conditions: conditionsOf(rule, verdict, { ...context, now: at }) };
  });
  if (untestable.size === days.length)
    return { kind: 'unknown', reason: 'not enough history: none of its numbers has eight weeks before these days' };
  return {
    kind: 'episodes',
    episodes: episodesOf(steps, rule.policy, period.to, (_labels, { line }) => line.split(':')[0]!),
    notes: [
      'Each day is judged once, when it is over and its cases are decided; numbers are those known now.',
      'Anomalies that people acknowledge leave what is usual; here they stay in it.',
      ...(untestable.size > 0
        ? [`On ${untestable.size} of the ${days.length} days there was not enough history.`]
        : []),
    ],
  };
};

/** The days as they were known at the end of one: as many of them not decided yet as now. */
function until(line: AskedDays, day: string): AskedDays {
  const over = line.points.filter(({ complete }) => complete);
  const lag = over.length - 1 - over.findLastIndex(({ mature }) => mature !== false);
  const last = addDays(day, -(over.some(({ mature }) => mature !== false) ? lag : 0));
  const points = line.points.filter(({ at }) => at <= last);
  return { ...line, points: points.slice(-historyDays - 1) };
}
