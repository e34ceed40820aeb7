import { contactCaveat, contactKpi, contactLevels } from '../contact-levels.ts';
import type { Kpi } from '../kpi.ts';

export const contacts: Kpi = {
  ...contactKpi,
  id: 'contacts',
  title: 'Contacts',
  question: 'How many contacts do we have?',
  formula:
    'Contacts that exist at the end of the period (now, where it has not ended): begun by then and not deleted by then.',
  kind: 'stock',
  unit: 'count',
  better: 'up',
  parts: {},
  chart: { series: 'line', prefer: 'series' },
  caveats: [contactCaveat, 'One person on two channels may be two contacts: `reach` counts persons.'],
  examples: ['contacts', 'contacts 12w', 'contacts by country'],
  query: contactLevels,
  measure({ counts }) {
    const count = counts.contacts ?? 0;
    return { value: count, weight: count, parts: {}, evidence: { kind: 'count', count, exposure: 1 } };
  },
};
