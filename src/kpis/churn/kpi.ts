import { contactMessageDaily } from '../../rollups/contact-message-daily.ts';
import { contactCaveat, contactKpi } from '../contact-levels.ts';
import type { Kpi } from '../kpi.ts';
import { lostContacts } from './query.ts';

export const churn: Kpi = {
  ...contactKpi,
  id: 'churn',
  title: 'Churn',
  question: 'How many of our active contacts do we lose?',
  formula:
    'Contacts active at the start of the period that are lost by its end / contacts active at its start. Active: it exists, is not marked inactive and has a message in the 30 days before. Lost: deleted, marked inactive, or without a message in the last 30 days of the period (up to now, where it has not ended).',
  kind: 'cohort',
  unit: 'ratio',
  better: 'down',
  additive: false,
  parts: {
    active: { title: 'Active at the start', unit: 'count', column: 'Active' },
    lost: { title: 'Lost by the end', unit: 'count', column: 'Lost', inHeadline: true },
    deleted: { title: 'Deleted', unit: 'count' },
    inactive: { title: 'Marked inactive', unit: 'count' },
    silent: { title: 'Silent for 30 days', unit: 'count', column: 'Silent' },
  },
  streams: ['contact', 'message'],
  rollups: [...contactKpi.rollups, contactMessageDaily],
  needs: 'contacts and their messages, to and from them',
  chart: { series: 'line', prefer: 'series' },
  caveats: [
    contactCaveat,
    'Who is lost is known at the end of the period: nothing is still to be decided then. In a period shorter than 30 days the silence may have begun before it.',
    'Churn of a day, a week and a month are different numbers: compare like with like. Points of a chart are each of their own start and end, they do not add up.',
    'Messages both ways count: a contact that is written to is not silent. A lost contact is counted under the first that applies of deleted, marked inactive (the status `inactive`) and silent.',
  ],
  examples: ['churn', 'churn last month', 'churn 30d by segment'],
  query: lostContacts,
  measure({ counts }) {
    const active = counts.began ?? 0;
    const { deleted = 0, inactive = 0, silent = 0 } = counts;
    const lost = deleted + inactive + silent;
    return {
      value: active === 0 ? null : lost / active,
      numerator: lost,
      denominator: active,
      weight: active,
      parts: { active, lost, deleted, inactive, silent },
      evidence: { kind: 'ratio', successes: lost, n: active },
    };
  },
};
