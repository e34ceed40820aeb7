import type { MixedRecords } from './records.ts';

const operators = Array.from({ length: 40 }, (_, n) => {
  const source = n % 5 === 0 ? 'zendesk' : 'import';
  return {
    ...{ id: `${source}-op${n}`, source, name: `Operator ${n}`, active: n % 8 !== 7 },
    role: ['agent', 'agent', 'supervisor', 'admin', 'owner', null][n % 6]!,
    type: n % 3 === 0 ? 'lite' : 'regular',
    team_id: n % 4 === 0 ? null : `${source}-t${n % 4}`,
    account_id: n % 7 === 0 ? null : `a${n % 7}`,
    created_at: Temporal.Instant.from('2026-09-01T00:00:00Z')
      .add({ hours: n * 30 })
      .toString(),
  };
});

const licences = Array.from({ length: 36 }, (_, n) => {
  const from = Temporal.PlainDate.from('2026-09-01').add({ months: n % 4 });
  return {
    ...{ id: `l${n}`, source: n % 5 === 0 ? 'zendesk' : 'import', account_id: `a${(n >> 2) % 7}` },
    billing_date: from.toString(),
    next_billing_date: from.add({ months: 1 }).toString(),
    agents: 2 + (n % 9),
  };
});

const activity = operators.flatMap(({ id, source, account_id }, n) =>
  Array.from({ length: 25 }, (_, k) => ({
    ...{ id: `${id}-${k}`, source, operator_id: id, account_id },
    at: Temporal.Instant.from('2026-10-01T04:30:00Z')
      .add({ minutes: k * (2900 + 31 * n) + n * 77 })
      .toString(),
  })),
);

export const adoptionRecords: MixedRecords = {
  tables: [
    { table: 'crm.operators', rows: operators },
    { table: 'crm.licences', rows: licences },
    { table: 'crm.activity', rows: activity, names: ['operator_id'] },
  ],
  deletedCounted: true,
};
