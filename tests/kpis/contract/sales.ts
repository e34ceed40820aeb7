import { leadStages } from '../../../src/domain/entities/sales.ts';
import type { MixedRecords } from './records.ts';

const minutes = (n: number, from = '2026-10-01T00:30:00Z') => Temporal.Instant.from(from).add({ minutes: n });
const sourceOf = (n: number) => (n % 5 === 0 ? 'zendesk' : 'import');
/** Ids of one source are no ids of the other; more reps than a breakdown shows one by one. */
const repOf = (n: number) => (n % 29 === 0 ? null : `${sourceOf(n)}-rep${n % 29}`);
const accountOf = (n: number) => (n % 11 === 0 ? null : `${sourceOf(n)}-a${n % 7}`);

const leads = Array.from({ length: 400 }, (_, n) => {
  const created = minutes(n * 180);
  const stage = leadStages[n % 5]!;
  return {
    ...{ id: `l${n}`, source: sourceOf(n), stage, operator_id: repOf(n), account_id: accountOf(n) },
    created_at: created.toString(),
    // Nothing has happened to them since, so that every day's level is known.
    updated_at: created.toString(),
    qualified_at: n % 3 === 0 ? null : created.add({ hours: n % 90 }).toString(),
    closed_at: ['won', 'lost'].includes(stage) ? created.add({ hours: n % 200 }).toString() : null,
    amount_minor: n % 13 === 0 ? null : 10_000 + ((n * 7919) % 500_000),
  };
});

const opportunities = Array.from({ length: 500 }, (_, n) => {
  const created = minutes(n * 140);
  const status = ['won', 'lost', 'open', 'won'][n % 4]!;
  return {
    ...{
      id: `o${n}`,
      source: sourceOf(n),
      status,
      operator_id: repOf(n),
      account_id: n % 3 === 0 ? null : accountOf(n),
    },
    // Leads of its own source, and of no lead at all.
    lead_id: n % 4 === 0 || n >= 400 ? null : `l${n}`,
    created_at: n % 17 === 0 ? null : created.toString(),
    engaged_at: n % 34 === 0 ? created.toString() : null,
    closed_at: status === 'open' ? null : created.add({ hours: n % 160 }).toString(),
    product: ['basic', 'plus', 'max', null][n % 4],
    amount_minor: n % 19 === 0 ? null : 20_000 + ((n * 104_729) % 900_000),
  };
});

/** Leads of all stages and opportunities, some of them linked. */
export const salesRecords: MixedRecords = {
  tables: [
    { table: 'crm.leads', rows: leads },
    { table: 'crm.opportunities', rows: opportunities, names: ['lead_id'] },
  ],
};
