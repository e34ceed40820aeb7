import { surveyDaily } from '../../rollups/survey-daily.ts';
import { momentsOf } from '../../stats/intervals.ts';
import type { Kpi } from '../kpi.ts';
import { scoresOf, surveyAnswers } from '../survey-answers.ts';

const scores = [1, 2, 3, 4, 5];

export const csat: Kpi = {
  id: 'csat',
  version: 1,
  group: 'support',
  title: 'Customer satisfaction',
  question: 'How satisfied are customers with the service they got?',
  formula: 'Sum of the scores (1 to 5) / answers to satisfaction surveys given in the period.',
  kind: 'flow',
  unit: 'score',
  outOf: 5,
  better: 'up',
  dimensions: ['team', 'operator', 'account'],
  parts: {
    satisfied: { title: 'Satisfied (4 or 5)', unit: 'ratio' },
    dissatisfied: { title: 'Dissatisfied (1 or 2)', unit: 'ratio' },
    answers: { title: 'Answers', unit: 'count' },
  },
  streams: ['survey'],
  rollups: [surveyDaily],
  datedBy: surveyDaily,
  only: { column: 'kind', value: 'csat' },
  needs: 'answers to satisfaction surveys',
  maturesAfterDays: 0,
  target: null,
  owner: 'Customer Success',
  criticality: 'high',
  refreshSlaMinutes: 240,
  validFrom: null,
  chart: { series: 'line', prefer: 'series' },
  caveats: [
    'Those who answer are not everybody: a survey is a sample that chose itself.',
    'Dated by the answer, which may come days after the service. It counts for the operator and team it names.',
  ],
  examples: ['csat', 'csat last month by team', 'csat 12w operator:"Rafael Costa"'],
  query: (reader, scope, grouping) => surveyAnswers(reader, scope, grouping, 'csat'),
  measure(sums) {
    const given = scoresOf(sums);
    const moments = momentsOf(given);
    const { n, sum } = moments;
    const having = (wanted: readonly number[]) => wanted.reduce((count, score) => count + (given.get(score) ?? 0), 0);
    return {
      value: n === 0 ? null : sum / n,
      numerator: sum,
      denominator: n,
      weight: n,
      parts: {
        satisfied: n === 0 ? null : having([4, 5]) / n,
        dissatisfied: n === 0 ? null : having([1, 2]) / n,
        answers: n,
      },
      evidence: { kind: 'mean', ...moments },
    };
  },
  distribution: (sums) => ({
    title: 'Answers by score',
    bands: scores.map((score) => ({ label: String(score), count: scoresOf(sums).get(score) ?? 0 })),
  }),
};
