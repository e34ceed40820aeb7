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

/** `origin as source` is called `source`. */
const asNamed = (column: string) => column.split(' as ').at(-1)!;

/** Times in one notation. */
function instantOr(value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Temporal.Instant.from(value) : value;
}

const reportColumns = ['campaign_id', 'recipients', 'delivered', 'read', 'replied', 'failed'];

/** The last snapshot of each campaign. */
async function latestReports() {
  const rows = await database.db.query<Record<string, unknown>>(sql`
    select distinct on (campaign_id) ${raw(reportColumns.join(', '))} from crm.campaign_reports
    where tenant_id = ${tenantId} order by campaign_id, at desc`);
  return rows.map(plain).sort(byText);
}

async function begunCampaigns(): Promise<Set<unknown>> {
  const rows = await database.db.query<{ id: string }>(sql`
    select id from crm.campaigns where tenant_id = ${tenantId} and status not in ('draft', 'scheduled')`);
  return new Set(rows.map(({ id }) => id));
}

describe('the simulated CRM', () => {
  test('is copied as it is, and again after three days of its life', async () => {
    const { crm, clock } = await startCrm({ contacts: 120 });
    const deps = syncDeps(database.db, tenantId, clock);
    const source = sourceAt(crm.url, { custom_fields: customFields });
    const streams = source.streams.map(({ id }) => id);
    expect(streams).toEqual(['campaigns', 'reports', 'contacts', 'messages', 'field-definitions', 'custom-fields']);
    for (const days of [0, 3]) {
      later(clock, { hours: days * 24 });
      const at = clock.now();
      // Nothing is asked for twice, and quiet chats are left alone: all of them are due after three days.
      for (const stream of ['campaigns', 'contacts', 'reports', 'messages', 'field-definitions', 'custom-fields'])
        expect(await runNow(deps, source, stream)).toMatchObject({ outcome: 'whole', notes: [] });
      for (const [entity, columns] of [
        ['contact', ['id', 'name', 'phone', 'email', 'segment', 'account_id', 'origin as source']],
        ['campaign', ['id', 'name', 'status', 'scheduled_at']],
        ['message', ['id', 'contact_id', 'conversation_id', 'direction', 'type', 'status', 'text', 'sent_at']],
      ] as const)
        expect(await stored(entity, columns)).toEqual(truth(crm, entity, columns.map(asNamed), at));
      const begun = await begunCampaigns();
      const reports = truth(crm, 'campaign_report', reportColumns, at).filter((row) => begun.has(row.campaign_id));
      expect(reports.length).toBeGreaterThan(10);
      expect(await latestReports()).toEqual(reports);
      const marks = await database.db.query<{ stream: string; as_of: Temporal.Instant }>(sql`
        select stream, as_of from ops.streams where tenant_id = ${tenantId} order by stream`);
      expect(marks.map((mark) => `${mark.stream} ${mark.as_of}`)).toEqual(
        ['campaign', 'campaign_report', 'contact', 'message'].map((stream) => `${stream} ${at}`),
      );
    }
  });
});
