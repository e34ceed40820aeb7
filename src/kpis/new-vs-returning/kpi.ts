import { contactMessageDaily } from '../../rollups/contact-message-daily.ts';
import { engagement } from '../engagement.ts';
import type { Kpi } from '../kpi.ts';
import { contactsWriting } from './query.ts';

export const newVsReturning: Kpi = {
  ...engagement,
  id: 'new-vs-returning',
  title: 'New and returning contacts',
  question: 'Do new people write to us, or those we know?',
  formula:
    'Distinct contacts with an inbound message in the period: new where it was their first ever, else returning.',
  kind: 'flow',
  unit: 'count',
  better: 'neither',
  audience: 'supervisors',
  additive: false,
  dimensions: ['channel', 'account'],
  parts: {
    new: { title: 'New', unit: 'count', additive: false },
    returning: { title: 'Returning', unit: 'count', additive: false },
  },
  rollups: [contactMessageDaily],
  datedBy: contactMessageDaily,
  needs: 'inbound messages with their contact',
  chart: { series: 'stacked', prefer: 'series', stack: ['new', 'returning'] },
  caveats: [
    'A contact is one of the source: a person known under two is counted twice. Being written to first does not make a contact returning.',
    'First ever is as far back as the messages reach: in the first weeks of the data everybody is new.',
    'Contacts are counted once per period, day and row, so days and rows do not add up to the total.',
  ],
  examples: ['new-vs-returning', 'new-vs-returning 12w', 'new-vs-returning last month by channel'],
  query: contactsWriting,
  measure({ counts }, { days }) {
    const { contacts = 0, new: fresh = 0 } = counts;
    return {
      value: contacts,
      weight: contacts,
      parts: { new: fresh, returning: contacts - fresh },
      evidence: { kind: 'count', count: contacts, exposure: days },
    };
  },
};
