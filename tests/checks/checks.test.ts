import sql, { raw } from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { runCheck } from '../../src/checks/check.ts';
import { checks } from '../../src/checks/index.ts';
import { insertSurveys, insertTickets, makeTenant, useDatabase } from '../database.ts';

const database = useDatabase();
const now = Temporal.Instant.from('2026-11-20T08:00:00Z');

async function failing(tenantId: number): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const check of checks) {
    const { failures, examples } = await runCheck(database.db, check, { tenantId, now });
    if (failures > 0) found[check.id] = examples;
  }
  return found;
}

const insert = (table: string, tenantId: number, row: Record<string, unknown>) => {
  const whole = { source: 'crm', version: 1, extra: {}, ...row, tenant_id: tenantId };
  const names = raw(Object.keys(whole).join(', '));
  return database.db.run(sql`
    insert into ${raw(table)} (${names})
    select ${names} from jsonb_populate_record(null::${raw(table)}, ${JSON.stringify(whole)}::jsonb)`);
};
const evaluatedLater = (tenantId: number) =>
  database.db.run(sql`
    insert into ops.sla_marks (tenant_id, source, ticket_id)
    select tenant_id, source, id from crm.tickets where tenant_id = ${tenantId}`);

const ticket = { id: '1', created_at: '2026-11-19T08:00:00Z', priority: 'high', status: 'open', source: 'crm' };

describe('data tests', () => {
  test('pass on nothing, and on what is right', async () => {
    const tenantId = await makeTenant(database.db, 'right');
    expect(await failing(tenantId)).toEqual({});
    await insertTickets(database.db, tenantId, [{ ...ticket, account_id: 'unknown, as no accounts are delivered' }]);
    await evaluatedLater(tenantId);
    await insertSurveys(database.db, tenantId, [
      { id: '1', kind: 'nps', score: 10, answered_at: '2026-11-19T08:00:00Z' },
    ]);
    expect(await failing(tenantId)).toEqual({});
  });

  test('find each kind of wrong data, and only that', async () => {
    const wrong: Record<string, [string, (tenantId: number) => Promise<unknown>][]> = {
      'unique-ids': [
        [
          'message crm/1: there 2 times',
          async (id) => {
            for (const sent_at of ['1999-01-01T00:00:00Z', '1998-01-01T00:00:00Z'])
              await insert('crm.messages', id, { id: '1', direction: 'inbound', sent_at });
          },
        ],
      ],
      'required-fields': [
        ['account crm/1: name', (id) => insert('crm.accounts', id, { id: '1', name: null, demo: false })],
      ],
      references: [
        [
          'opportunity crm/1: lead_id',
          async (id) => {
            await insert('crm.leads', id, { id: '7', created_at: '2026-11-01T00:00:00Z' });
            await insert('crm.opportunities', id, { id: '1', lead_id: '8' });
          },
        ],
      ],
      'known-values': [
        [
          'lead crm/1: stage',
          (id) => insert('crm.leads', id, { id: '1', created_at: '2026-11-01T00:00:00Z', stage: 'unmapped' }),
        ],
      ],
      ranges: [
        [
          'survey import/1: score',
          (id) =>
            insertSurveys(database.db, id, [{ id: '1', kind: 'csat', score: 6, answered_at: '2026-11-19T08:00:00Z' }]),
        ],
        [
          'score crm/1: value',
          (id) =>
            insert('crm.scores', id, { id: '1', account_id: 'a', kind: 'k', at: '2026-11-01T00:00:00Z', value: 101 }),
        ],
        [
          'licence crm/1: agents',
          (id) =>
            insert('crm.licences', id, {
              id: '1',
              account_id: 'a',
              billing_date: '2026-11-01',
              next_billing_date: '2026-12-01',
              agents: -1,
            }),
        ],
      ],
      rates: [
        [
          'campaign_report crm/1: more read than delivered',
          (id) =>
            insert('crm.campaign_reports', id, {
              id: '1',
              campaign_id: 'c',
              at: '2026-11-01T00:00:00Z',
              recipients: 9,
              delivered: 5,
              read: 6,
            }),
        ],
      ],
      'ordered-times': [
        [
          'ticket crm/1: resolved_at before created_at',
          async (id) => {
            await insertTickets(database.db, id, [{ ...ticket, resolved_at: '2026-11-19T07:00:00Z' }]);
            await evaluatedLater(id);
          },
        ],
      ],
      'evaluated-tickets': [['ticket crm/1: not evaluated', (id) => insertTickets(database.db, id, [ticket])]],
      freshness: [
        [
          'crm:messages: as of 2026-11-20T06:59Z, at most 60 min old',
          (id) =>
            database.db.run(sql`
              insert into ops.streams (tenant_id, source, stream, as_of, loaded_at, refresh_sla_minutes)
              values (${id}, 'crm', 'messages', '2026-11-20T06:59:59Z', '2026-11-20T06:59:59Z', 60),
                (${id}, 'crm', 'contacts', '2026-11-20T07:00:00Z', '2026-11-20T07:00:00Z', 60),
                (${id}, 'import', 'ticket', '2016-01-01T00:00:00Z', '2016-01-01T00:00:00Z', null)`),
        ],
      ],
    };
    expect(Object.keys(wrong).sort()).toEqual(checks.map(({ id }) => id).sort());
    for (const [check, cases] of Object.entries(wrong)) {
      for (const [index, [example, make]] of cases.entries()) {
        const tenantId = await makeTenant(database.db, `${check}-${index}`);
        await make(tenantId);
        expect(await failing(tenantId)).toEqual({ [check]: [example] });
      }
    }
  });

  test('count everything, show five', async () => {
    const tenantId = await makeTenant(database.db, 'many');
    await insertTickets(
      database.db,
      tenantId,
      Array.from({ length: 12 }, (_, n) => ({ ...ticket, id: String(n), priority: 'unmapped' })),
    );
    await evaluatedLater(tenantId);
    const check = checks.find(({ id }) => id === 'known-values')!;
    const { failures, examples } = await runCheck(database.db, check, { tenantId, now });
    expect([failures, examples.length]).toEqual([12, 5]);
  });

  test('leave deleted records out', async () => {
    const tenantId = await makeTenant(database.db, 'deleted');
    await insertTickets(database.db, tenantId, [
      { ...ticket, priority: 'unmapped', deleted_at: '2026-11-19T09:00:00Z' },
    ]);
    expect(await failing(tenantId)).toEqual({});
  });
});
