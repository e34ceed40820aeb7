import { daysWithin, episodesOf, lookedAtEnd, ofEach } from '../past.ts';
import { createAsking } from '../questions.ts';
import type { AlertRoom } from '../room.ts';
import { conditionsOf, readingsOf } from './conditions.ts';
import { isUnfinished, watched } from './question.ts';
import { clearSuggestion } from './suggest.ts';

/** When it would have fired: asked as of the end of each day, with what is known of that day now. */
export const pastOfThreshold: AlertRoom<'kpi-threshold'>['past'] = async (rule, period, context) => {
  const { request, marks } = watched(rule.settings);
  const { kpi, question } = request;
  const isOver = !isUnfinished(question.period);
  const plain = { ...question, versus: { kind: 'none' }, attention: false } as const;
  const ask = createAsking();
  const days = await ofEach(daysWithin(period, context.tenant.timezone), async (day) => {
    const now = lookedAtEnd(day, context, isOver);
    const then = { ...context, now, lateStreams: [] };
    return { now, asked: await ask(then, rule.viewer, kpi, plain) };
  });
  const known = days.flatMap(({ now, asked }) =>
    asked.kind === 'result' && (question.by || asked.result.value !== null) ? [{ now, result: asked.result }] : [],
  );
  const last = days.at(-1)?.asked;
  if (known.length === 0)
    return {
      kind: 'unknown',
      reason: last?.kind === 'unknown' ? last.reason : 'there is no number for any of its days',
    };
  const stepsOf = (by: typeof marks) =>
    known.map(({ now, result }) => ({
      at: now,
      conditions: conditionsOf(rule, { request, result, marks: by }, { ...context, now }),
    }));
  const episodesWith = (by: typeof marks) =>
    episodesOf(stepsOf(by), rule.policy, period.to, (_labels, { line }) => line.split(':')[0]!);
  const episodes = episodesWith(marks);
  const values = known.flatMap(({ result }) =>
    readingsOf(request, result).flatMap(({ measure }) => (measure.value === null ? [] : [Number(measure.value)])),
  );
  const suggestion = clearSuggestion(
    values,
    marks,
    kpi,
    episodes.length,
    (clear) => episodesWith({ ...marks, clear }).length,
  );
  const unknownDays = days.length - known.length;
  return {
    kind: 'episodes',
    episodes,
    datedOnly: !isOver,
    notes: [
      'It is looked at once a day; what fired for some hours of a day is not seen.',
      'Numbers are those known now, not those that were believed then.',
      ...(kpi.presentOnly?.length
        ? [`Only the latest ${kpi.presentOnly.join(' and ')} is known: past days show what is so now.`]
        : []),
      ...(unknownDays > 0 ? [`There is no number for ${unknownDays} of the ${days.length} days.`] : []),
    ],
    ...(suggestion === null ? {} : { suggestion }),
  };
};
