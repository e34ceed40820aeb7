import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { policyFingerprint } from '../../src/sla/fingerprint.ts';
import { defaultPolicies } from '../../src/sla/policy.ts';
import { useDatabase } from '../database.ts';
import { anOffice } from './writing.ts';

const database = useDatabase();
const answered = { id: '0', first_response_at: '08:10', resolved_at: '08:20', status: 'resolved' };

test('a fact that is wrong, missing or of a ticket that is not there is found, each by its name', async () => {
  const { tickets, sweep, verify, tenantId, delete: remove } = await anOffice(database.db, 'planted');
  await tickets(answered, { id: '1' }, { id: '2' }, { id: '3' });
  await remove('ticket', '3');
  await sweep('09:00');
  expect(await verify('09:00')).toEqual({ tickets: 3, differing: 0, examples: [] });
  const { db } = database;
  await db.run(sql`
    update crm.ticket_sla set first_response_due_at = '2026-11-02T10:30:00Z' where tenant_id = ${tenantId} and id = '1'`);
  await db.run(sql`delete from crm.ticket_sla where tenant_id = ${tenantId} and id = '2'`);
  await db.run(sql`
    insert into crm.ticket_sla (tenant_id, source, id, state, first_response_state, resolution_state)
    values (${tenantId}, 'import', '3', 'met', 'met', 'met')`);
  const { examples, differing } = await verify('09:00');
  expect(differing).toBe(examples.length);
  expect(examples).toContainEqual({ source: 'import', id: '3', column: 'state', stored: 'met', evaluated: null });
  expect(examples.filter(({ id }) => id === '1')).toEqual([
    {
      ...{ source: 'import', id: '1', column: 'first_response_due_at' },
      ...{ stored: '2026-11-02T10:30:00Z', evaluated: '2026-11-02T10:00:00Z' },
    },
  ]);
  expect(examples).toContainEqual({ source: 'import', id: '2', column: 'state', stored: null, evaluated: 'pending' });
});

test('a ticket that still waits for the sweep is no difference', async () => {
  const { tickets, events, sweep, verify, delete: remove } = await anOffice(database.db, 'waiting');
  await tickets(answered, { id: '1' }, { id: '2' });
  await sweep('09:00');
  await events({ id: 'r', at: '08:30', kind: 'public_reply' });
  await remove('ticket', '2');
  expect(await verify('09:00')).toEqual({ tickets: 1, differing: 0, examples: [] });
});

test('nor is one whose target has passed since, or that somebody swept while the verification waited for its turn', async () => {
  const { tickets, sweep, verify } = await anOffice(database.db, 'passing');
  await tickets(answered, { id: '1' });
  await sweep('09:00');
  expect(await verify('23:00')).toEqual({ tickets: 1, differing: 0, examples: [] });
  await sweep('23:00');
  expect(await verify('23:00')).toEqual({ tickets: 2, differing: 0, examples: [] });
});

test('a breach that is wrong or missing is found, and so is one of a ticket that is not there', async () => {
  const { tickets, sweep, verify, tenantId } = await anOffice(database.db, 'breached');
  await tickets(answered, { id: '1' }, { id: '2' });
  await sweep('10:30');
  expect(await verify('10:30')).toEqual({ tickets: 3, differing: 0, examples: [] });
  const { db } = database;
  await db.run(sql`update crm.sla_breaches set ended_at = breached_at where tenant_id = ${tenantId} and id = '1'`);
  await db.run(sql`delete from crm.sla_breaches where tenant_id = ${tenantId} and id = '2'`);
  await db.run(sql`
    insert into crm.sla_breaches (tenant_id, source, id, metric, cycle, breached_at)
    values (${tenantId}, 'import', '9', 'resolution', 1, '2026-11-02T10:00:00Z')`);
  const breach = 'first-response 1 2026-11-02T10:00:00Z';
  const risk = '2026-11-02T09:30:00Z';
  expect((await verify('10:30')).examples).toEqual([
    { source: 'import', id: '9', column: 'breaches', stored: 'resolution', evaluated: null },
    {
      ...{ source: 'import', id: '1', column: 'breaches' },
      ...{ stored: `${breach} 2026-11-02T10:00:00Z ${risk}`, evaluated: `${breach} - ${risk}` },
    },
    { source: 'import', id: '2', column: 'breaches', stored: null, evaluated: `${breach} - ${risk}` },
  ]);
});

test('facts of an earlier version of them are made again by the next sweep', async () => {
  const { tickets, sweep, verify, tenantId } = await anOffice(database.db, 'upgraded');
  await tickets(answered, { id: '1' });
  await sweep('09:00');
  const { db } = database;
  await db.run(sql`
    update ops.sla_policies set fingerprint = ${policyFingerprint(defaultPolicies)} where tenant_id = ${tenantId}`);
  await db.run(sql`update crm.ticket_sla set first_response_risk_at = null where tenant_id = ${tenantId}`);
  expect(await sweep('09:00')).toEqual({ evaluated: 2, changed: 1 });
  expect(await verify('09:00')).toEqual({ tickets: 2, differing: 0, examples: [] });
  expect(await sweep('09:00')).toEqual({ evaluated: 0, changed: 0 });
});
