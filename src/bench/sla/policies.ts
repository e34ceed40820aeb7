import type { Calendar } from '../../sla/calendar.ts';
import { defaultPolicies, type Policies } from '../../sla/policy.ts';

const hour = 3600;
const standard = defaultPolicies.standard[0]!;
const nextResponse = { critical: hour, high: 2 * hour, medium: 4 * hour, low: 8 * hour };

/** The built-in targets around the clock, and one for every further question. */
export const continuousPolicies: Policies = {
  standard: [{ ...standard, targets: { ...standard.targets, nextResponse } }],
};

const weekday = [
  { from: '08:00', to: '12:00' },
  { from: '13:00', to: '17:30' },
];

/** Split shifts, half a Saturday, holidays and half days, in a zone whose clock changes twice a year. */
const officeHours: Calendar = {
  timezone: 'Europe/Berlin',
  hours: {
    mon: weekday,
    tue: weekday,
    wed: weekday,
    thu: weekday,
    fri: weekday,
    sat: [{ from: '09:00', to: '13:00' }],
  },
  holidays: [
    '2025-12-25',
    '2025-12-26',
    '2026-01-01',
    '2026-04-03',
    '2026-04-06',
    '2026-05-01',
    '2026-05-14',
    '2026-10-03',
  ],
  days: { '2025-12-24': [{ from: '08:00', to: '12:00' }], '2025-12-31': [{ from: '08:00', to: '12:00' }] },
};

/** The same targets in open time of business hours. */
export const businessPolicies: Policies = {
  standard: continuousPolicies.standard.map((version) => ({ ...version, calendar: officeHours })),
};
