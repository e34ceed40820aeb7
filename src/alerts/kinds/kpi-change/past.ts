import { daysWithin, episodesOf, lookedAtEnd, ofEach } from '../past.ts';
import { createAsking } from '../questions.ts';
import type { AlertRoom } from '../room.ts';
import { changesOf } from './conditions.ts';
import { changing } from './question.ts';

/** When it would have fired: asked as of the end of each day, with what is known of the days now. */
export const pastOfChange: AlertRoom<'kpi-change'>['past'] = async (rule, period, context) => {
  const request = changing(rule.settings);
  const { kpi, question } = request;
  const ask = createAsking();
  const days = daysWithin(period, context.tenant.timezone);
  const steps = await ofEach(days, async (day) => {
    const at = lookedAtEnd(day, context, true);
    const then = { ...context, now: at, lateStreams: [] };
    const asked = await ask(then, rule.viewer, kpi, { ...question, versus: { kind: 'none' }, attention: false });
    if (asked.kind === 'unknown') return { at, conditions: null, reason: asked.reason };
    const judged = await changesOf(rule, request, asked.result, { ask, known: { ...context, lateStreams: [] } }, then);
    return 'unknown' in judged
      ? { at, conditions: null, reason: judged.unknown }
      : { at, conditions: judged, reason: null };
  });
  const unknown = steps.filter(({ conditions }) => conditions === null);
  if (unknown.length === steps.length)
    return { kind: 'unknown', reason: unknown.at(-1)?.reason ?? 'no day of it is over' };
  return {
    kind: 'episodes',
    episodes: episodesOf(steps, rule.policy, period.to, (_labels, { line }) => line.split(':')[0]!),
    notes: [
      'It is looked at once a day.',
      'Numbers are those known now, not those that were believed then.',
      ...(unknown.length > 0 ? [`It could not be told on ${unknown.length} of the ${days.length} days.`] : []),
    ],
  };
};
