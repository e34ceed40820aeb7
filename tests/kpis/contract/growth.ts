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

/** Every contact writes some days after it was made, every other one again some weeks later; with the account's own chat. */
const messages = contacts.flatMap(({ id, source, created_at, account_id }, n) =>
  [0, 24 * 5, ...(n % 2 === 0 ? [24 * (20 + (n % 23))] : [])].map((hours, turn) => ({
    ...{ id: `${id}-${turn}`, source, contact_id: id, direction: turn % 2 === 0 ? 'inbound' : 'outbound', account_id },
    sent_at: Temporal.Instant.from(created_at).add({ hours, minutes: 7 }).toString(),
  })),
);

export const growthRecords: MixedRecords = {
  tables: [
    { table: 'crm.contacts', rows: contacts },
    { table: 'crm.messages', rows: messages, names: ['contact_id'] },
  ],
  deletedCounted: true,
};
