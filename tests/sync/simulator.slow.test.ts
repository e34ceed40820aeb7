import sql, { raw } from 'sql-template-tag';
import { beforeEach, describe, expect, test } from 'vitest';
import { entities } from '../../src/domain/entities.ts';
import type { Crm } from '../../src/sandbox/crm/crm.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { startCrm } from '../sandbox/crm/harness.ts';
import { later, runNow, sourceAt, syncDeps } from './harness.ts';

const database = useDatabase();
const customFields = { segment: 'segment', source: 'source', account_id: 'account', 'fields.interest': 'interest' };
let tenantId = 0;
let tenants = 0;
beforeEach(async () => {
  tenantId = await makeTenant(database.db, `t${tenants++}`);
});

async function stored(entity: 'contact' | 'message' | 'campaign', columns: readonly string[]) {
  const rows = await database.db.query<Record<string, unknown>>(sql`
    select ${raw(columns.join(', '))} from ${raw(entities[entity].table)}
    where tenant_id = ${tenantId} and deleted_at is null`);
  return rows.map(plain).sort(byText);
}

const plain = (row: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Temporal.Instant ? value.toString() : value]),
  );
const byText = (a: object, b: object) => JSON.stringify(a).localeCompare(JSON.stringify(b));

function truth(crm: Crm, entity: string, columns: readonly string[], at: Temporal.Instant) {
  return [...crm.truth(at).rows(entity)]
    .map((row) =>
      plain(Object.fromEntries(columns.map((name) => [name, instantOr((row as Record<string, unknown>)[name])]))),
    )
    .sort(byText);
}

/** Times in one notation. */
function instantOr(value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Temporal.Instant.from(value) : value;
}

describe('the simulated CRM', () => {
  test('is copied as it is, and again after a week of its life', async () => {
    const { crm, clock } = await startCrm({ contacts: 250 });
    const deps = syncDeps(database.db, tenantId, clock);
    const source = sourceAt(crm.url, { custom_fields: customFields });
    const streams = source.streams.map(({ id }) => id);
    expect(streams).toEqual(['campaigns', 'reports', 'contacts', 'messages', 'field-definitions', 'custom-fields']);
    for (const days of [0, 7]) {
      later(clock, { hours: days * 24 });
      const at = clock.now();
      for (const stream of ['campaigns', 'contacts', 'reports', 'messages', 'field-definitions', 'custom-fields']) {
        const result = await runNow(deps, source, stream, { full: stream !== 'messages' });
        console.log(stream, JSON.stringify(result));
      }
      for (const [entity, columns] of [
        ['contact', ['id', 'name', 'phone', 'email', 'segment', 'account_id', 'origin as source']],
        ['campaign', ['id', 'name', 'status', 'scheduled_at']],
        ['message', ['id', 'contact_id', 'direction', 'type', 'status', 'text', 'sent_at']],
      ] as const)
        expect(await stored(entity, columns)).toEqual(
          truth(
            crm,
            entity,
            columns.map((name) => name.split(' as ').at(-1)!),
            at,
          ),
        );
    }
  });
});
