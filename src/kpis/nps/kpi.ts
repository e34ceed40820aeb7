import type { Bins } from '../../domain/histogram.ts';
import { surveyDaily } from '../../rollups/survey-daily.ts';
import { momentsOf } from '../../stats/intervals.ts';
import type { Kpi } from '../kpi.ts';
import { scoresOf, surveyAnswers } from '../survey-answers.ts';

export const nps: Kpi = {
  id: 'nps',
  version: 1,
  group: 'support',
  title: 'Net promoter score',
  question: 'Would customers recommend us?',
  formula:
    '100 x (promoters - detractors) / answers given in the period. Promoters score 9 or 10, passives 7 or 8, detractors 0 to 6.',
  kind: 'flow',
  unit: 'points',
  better: 'up',
  dimensions: ['account', 'team'],
  parts: {
    promoters: { title: 'Promoters', unit: 'count' },
    passives: { title: 'Passives', unit: 'count' },
    detractors: { title: 'Detractors', unit: 'count' },
    answers: { title: 'Answers', unit: 'count' },
  },
  streams: ['survey'],
  rollups: [surveyDaily],
  datedBy: surveyDaily,
  only: { column: 'kind', value: 'nps' },
  needs: 'answers to recommendation surveys',
  maturesAfterDays: 0,
  target: null,
  owner: 'Customer Success',
  criticality: 'high',
  refreshSlaMinutes: 240,
  validFrom: null,
  chart: { series: 'line', prefer: 'series', stack: ['promoters', 'passives', 'detractors'] },
  caveats: [
    'From -100 (all detractors) to 100 (all promoters); a few answers more or less move it by many points.',
    'Those who answer are not everybody: a survey is a sample that chose itself.',
  ],
  examples: ['nps', 'nps last month', 'nps 6m account:"Harbour & Pine Interiors"'],
  query: (reader, scope, grouping) => surveyAnswers(reader, scope, grouping, 'nps'),
  measure(sums) {
    const groups = groupsOf(scoresOf(sums));
    const moments = momentsOf(
      new Map([
        [100, groups.promoters],
        [0, groups.passives],
        [-100, groups.detractors],
      ]),
    );
    const { n, sum } = moments;
    return {
      value: n === 0 ? null : sum / n,
      numerator: sum,
      denominator: n,
      weight: n,
      parts: { ...groups, answers: n },
      evidence: { kind: 'mean', ...moments },
    };
  },
};

function groupsOf(scores: Bins) {
  const groups = { promoters: 0, passives: 0, detractors: 0 };
  for (const [score, answers] of scores) groups[groupOf(score)] += answers;
  return groups;
}

function groupOf(score: number): 'promoters' | 'passives' | 'detractors' {
  if (score >= 9) return 'promoters';
  return score >= 7 ? 'passives' : 'detractors';
}
