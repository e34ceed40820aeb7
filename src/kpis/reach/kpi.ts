import { contactMessageDaily } from '../../rollups/contact-message-daily.ts';
import { contactCaveat, contactKpi } from '../contact-levels.ts';
import type { Kpi } from '../kpi.ts';
import { personLevels } from './query.ts';

export const reach: Kpi = {
  ...contactKpi,
  id: 'reach',
  title: 'Reach',
  question: 'How many people can we reach, whatever the channel?',
  formula:
    'Distinct persons with a contact that exists at the end of the period (now, where it has not ended). Contacts with the same person id of a CRM, the same phone number in international form or the same e-mail address are one person, also by way of others. Active: a message in the 90 days up to then.',
  kind: 'stock',
  unit: 'count',
  better: 'up',
  additive: false,
  parts: { active: { title: 'Active in the last 90 days', unit: 'count', column: 'Active', additive: false } },
  rollups: [...contactKpi.rollups, contactMessageDaily],
  chart: { series: 'line', prefer: 'series' },
  caveats: [
    contactCaveat,
    'Who is one person is decided by the numbers, addresses and person ids known now, also for past days. Whether a number or an address was verified is not known; people who share one are counted as one.',
    'A person with contacts in several countries or segments stands in the row of each, active where a contact of that row has a message.',
  ],
  examples: ['reach', 'reach 12w', 'reach by country'],
  dailyLevels: true,
  query: personLevels,
  measure({ counts }) {
    const count = counts.persons ?? 0;
    return {
      value: count,
      weight: count,
      parts: { active: counts.knows_active === 1 ? (counts.active ?? 0) : null },
      evidence: { kind: 'count', count, exposure: 1 },
    };
  },
};
