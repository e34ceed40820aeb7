import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { compileDates } from '../../../src/sources/files/dates.ts';
import { encodeMajor } from '../../../src/sources/files/encode.ts';
import { useDatabase } from '../../database.ts';
import { aTenant, useFolder } from './importing.ts';

const database = useDatabase();
const folder = useFolder();

describe('an amount in major units', () => {
  test.each([
    ['50000', 'USD', '5000000'],
    ['1250.5', 'EUR', '125050'],
    ['1250.5', 'JPY', '1251'],
    ['1.2345', 'KWD', '1235'],
    ['0.005', 'USD', '1'],
    ['-0.005', 'USD', '-1'],
    ['-0.004', 'USD', '0'],
    ['.5', 'USD', '50'],
    ['7.', 'USD', '700'],
    ['+12.34', 'USD', '1234'],
    ['1.2E3', 'USD', '120000'],
    ['125E-2', 'USD', '125'],
    ['5E-9', 'USD', '0'],
    ['9999999999999.99', 'USD', '999999999999999'],
  ])('%s %s is %s in minor ones', (raw, currency, minor) => {
    expect(encodeMajor(raw, currency)).toBe(minor);
  });

  test.each([
    ['', 'USD', 'is not an amount of money'],
    ['.', 'USD', 'is not an amount of money'],
    ['1,000', 'USD', 'is not an amount of money'],
    ['10000000000000', 'USD', 'is too large an amount'],
    ['1', 'dollars', 'is in a currency "dollars" that there is not'],
  ])('%j %s is refused', (raw, currency, reason) => {
    expect(encodeMajor(raw, currency)).toEqual({ reason });
  });

  test('is stored in the currency its row names, else in that of the tenant', async () => {
    const tenant = await aTenant(database.db, folder);
    const map = 'entity: campaign\nfields: {id: id, name: id, cost: cost, revenue_minor: revenue, currency: currency}';
    const csv = 'id,cost,revenue,currency\na,10.5,7,EUR\nb,10.5,8,JPY\nc,10.5,9,\nd,10.5,1.5,EUR\ne,ten,1,EUR\n';
    await tenant.import(csv, map, { tenant: { ...tenant.tenant, currency: 'KWD' } });
    expect(
      await database.db.query(sql`
        select id, cost_minor, revenue_minor from crm.campaigns where tenant_id = ${tenant.tenantId} order by id`),
    ).toEqual([
      { id: 'a', cost_minor: 1050, revenue_minor: 7 },
      { id: 'b', cost_minor: 11, revenue_minor: 8 },
      { id: 'c', cost_minor: 10500, revenue_minor: 9 },
    ]);
    expect(tenant.rejected.map(({ line, field }) => [line, field])).toEqual([
      [5, 'revenue_minor'],
      [6, 'cost_minor'],
    ]);
  });
});

test.each([
  ['unix', '1700000000', '2023-11-14T22:13:20Z'],
  ['unix', '-1', '1969-12-31T23:59:59Z'],
  ['unix', '1700000000.25', '2023-11-14T22:13:20.250000Z'],
  ['unix-ms', '1700000000123', '2023-11-14T22:13:20.123000Z'],
])('%s reads %s as %s', (pattern, text, expected) => {
  expect(compileDates(['iso', pattern], 'Asia/Jakarta')(text)).toMatchObject({
    text: expected,
    micros: Number(Temporal.Instant.from(expected).epochNanoseconds / 1000n),
  });
});

describe('a column of a mapping', () => {
  test('may be several, a constant, or a path; and rows may be chosen', async () => {
    const tenant = await aTenant(database.db, folder);
    const map = `entity: operator
where: { kind: [agent, 7] }
fields:
  id: id
  name: { columns: [name.first, name.last] }
  role: { value: agent }
  email: "emails[type=work].address"`;
    const lines = [
      {
        id: 1,
        kind: 'agent',
        name: { first: 'Ada', last: 'King' },
        emails: [{ type: 'work', address: 'a@b.example' }],
      },
      { id: 2, kind: 'customer', name: { first: 'No' } },
      { id: 3, kind: 7, name: { last: ' Lovelace ' }, emails: [] },
      { id: 4, kind: 'agent', name: {} },
    ];
    const summary = await tenant.import(lines.map((line) => JSON.stringify(line)).join('\n'), map);
    expect(summary).toMatchObject({ read: 3, inserted: 3, rejected: 0 });
    expect(
      await database.db.query(sql`
        select id, name, role, email from crm.operators where tenant_id = ${tenant.tenantId} order by id`),
    ).toEqual([
      { id: '1', name: 'Ada King', role: 'agent', email: 'a@b.example' },
      { id: '3', name: 'Lovelace', role: 'agent', email: null },
      { id: '4', name: null, role: 'agent', email: null },
    ]);
  });

  test('may be a time and what is to be added to it', async () => {
    const tenant = await aTenant(database.db, folder);
    const map = `entity: ticket
where: { open: { not: ["no", ""] } }
fields:
  id: id
  created_at: at
  first_response_at: { column: at, plus: { minutes: wait } }
  resolved_at: { value: null }`;
    const csv =
      'id,open,at,wait\na,yes,2026-01-01T23:50:00Z,15\nb,yes,2026-01-01,\nc,no,2026-01-01,1\nd,,,\ne,yes,2026-01-01,soon\n';
    expect(await tenant.import(csv, map)).toMatchObject({ read: 3, inserted: 2, rejected: 1 });
    expect(
      await database.db.query(sql`
        select id, first_response_at::text as at, resolved_at from crm.tickets
        where tenant_id = ${tenant.tenantId} order by id`),
    ).toEqual([
      { id: 'a', at: '2026-01-02 00:05:00+00', resolved_at: null },
      { id: 'b', at: null, resolved_at: null },
    ]);
    expect(tenant.rejected).toMatchObject([
      { line: 6, reason: '"2026-01-01" and "soon", to be added, which is not a number' },
    ]);
  });

  test('of a CSV file is its header, dots and brackets included', async () => {
    const tenant = await aTenant(database.db, folder);
    await tenant.import('a.b,c[0]\n1,First\n', 'entity: team\nfields: {id: a.b, name: "c[0]"}');
    expect(await database.db.query(sql`select id, name from crm.teams where tenant_id = ${tenant.tenantId}`)).toEqual([
      { id: '1', name: 'First' },
    ]);
  });
});
