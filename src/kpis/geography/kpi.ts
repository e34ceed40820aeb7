import { contactCaveat, contactKpi, contactLevels } from '../contact-levels.ts';
import type { Kpi } from '../kpi.ts';

export const geography: Kpi = {
  ...contactKpi,
  id: 'geography',
  title: 'Contacts by country',
  question: 'Which countries are our contacts in?',
  formula:
    'Contacts that exist at the end of the period, by the country of their phone number (ISO 3166 code of a number in international form).',
  kind: 'stock',
  unit: 'count',
  better: 'neither',
  defaultBy: 'country',
  parts: {},
  chart: { series: 'line', prefer: 'breakdown' },
  caveats: [
    contactCaveat,
    'A number says where it was given out, not where its owner is. Without one in international form the country is unknown.',
  ],
  examples: ['geography', 'geography segment:vip', 'geography country:ID'],
  query: contactLevels,
  measure({ counts }) {
    const count = counts.contacts ?? 0;
    return { value: count, weight: count, parts: {}, evidence: { kind: 'count', count, exposure: 1 } };
  },
};
