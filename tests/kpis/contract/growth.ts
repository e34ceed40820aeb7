import type { MixedRecords } from './records.ts';

/** Contacts over the days of October and November 2026; every sixth is deleted some days later. */
const contacts = Array.from({ length: 300 }, (_, n) => {
  const source = n % 5 === 0 ? 'zendesk' : 'import';
  const created = Temporal.Instant.from('2026-09-20T00:30:00Z').add({ minutes: n * 290 });
  return {
    ...{ id: `c${n}`, source },
    created_at: created.toString(),
    deleted_at: n % 6 === 0 ? created.add({ hours: 24 * (3 + (n % 20)) }).toString() : null,
    country: ['ID', 'SG', null, 'DE'][n % 4]!,
    segment: ['vip', 'new', null][n % 3]!,
    origin: ['web', null, 'shop'][n % 3]!,
    account_id: n % 7 === 0 ? null : `a${n % 7}`,
  };
});

export const growthRecords: MixedRecords = {
  tables: [{ table: 'crm.contacts', rows: contacts }],
  deletedCounted: true,
};
