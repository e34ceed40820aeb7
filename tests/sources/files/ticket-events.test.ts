import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { entities } from '../../../src/domain/entities.ts';
import { deleteRecords } from '../../../src/ingest/delete.ts';
import { useDatabase } from '../../database.ts';
import { aTenant, runAt, sumOf, useFolder } from './importing.ts';

const database = useDatabase();
const folder = useFolder();

const map = (more = '') => `entity: ticket_event
format: {dates: [iso], timezone: UTC}
${more}
fields:
  ticket_id: ticket
  at: at
  kind: {column: what, values: {reply: public_reply}}
  old: {column: before, values: {P1: critical, Offen: open}}
  new: {column: after, values: {P1: critical, Offen: open, Odd: unmapped}}
  operator_id: who
  automatic: bot`;
const header = 'ticket,at,what,before,after,who,bot\n';

const eventsOf = (tenantId: number) =>
  database.db.query<Record<string, unknown>>(sql`
    select ticket_id, at::text, kind, old, new, operator_id, automatic from crm.ticket_events
    where tenant_id = ${tenantId} and deleted_at is null order by ticket_id, crm.ticket_events.at, kind, id`);

describe('ticket events of a file', () => {
  test('are stored with values of the closed set their kind has, and without making tickets', async () => {
    const tenant = await aTenant(database.db, folder);
    const csv = `${header}1,2026-03-01T10:00Z,status,new,Offen,o1,no
1,2026-03-01T11:00Z,priority,low,P1,o1,no
1,2026-03-01T12:00Z,reply,,,o1,yes
1,2026-03-01T13:00Z,team,P1,Sales,,
`;
    expect(await tenant.import(csv, map())).toMatchObject({ read: 4, written: 4, rejected: 0 });
    const none = { old: null, new: null };
    expect(await eventsOf(tenant.tenantId)).toEqual([
      {
        ticket_id: '1',
        at: '2026-03-01 10:00:00+00',
        kind: 'status',
        old: 'new',
        new: 'open',
        operator_id: 'o1',
        automatic: false,
      },
      {
        ticket_id: '1',
        at: '2026-03-01 11:00:00+00',
        kind: 'priority',
        old: 'low',
        new: 'critical',
        operator_id: 'o1',
        automatic: false,
      },
      {
        ticket_id: '1',
        at: '2026-03-01 12:00:00+00',
        kind: 'public_reply',
        ...none,
        operator_id: 'o1',
        automatic: true,
      },
      {
        ticket_id: '1',
        at: '2026-03-01 13:00:00+00',
        kind: 'team',
        old: 'critical',
        new: 'Sales',
        operator_id: null,
        automatic: false,
      },
    ]);
    expect(await tenant.tickets()).toEqual([]);
    expect(
      await database.db.query(sql`select id, name from crm.operators where tenant_id = ${tenant.tenantId}`),
    ).toEqual([{ id: 'o1', name: 'o1' }]);
  });

  test('keep a status or priority nobody maps as unmapped and count it, and reject a kind there is not', async () => {
    const tenant = await aTenant(database.db, folder);
    const csv = `${header}1,2026-03-01,status,open,Wartend,,
1,2026-03-02,priority,P1,P9,,
1,2026-03-03,status,open,Odd,,
1,2026-03-04,assignee,P9,Wartend,,
1,2026-03-05,merged,,,,
1,2026-03-06,,,,,
`;
    const summary = await tenant.import(csv, map());
    expect((await eventsOf(tenant.tenantId)).map((event) => [event.kind, event.new])).toEqual([
      ['status', 'unmapped'],
      ['priority', 'unmapped'],
      ['status', 'unmapped'],
      ['assignee', 'Wartend'],
    ]);
    expect(summary.entities[0]?.unmapped).toEqual([
      { field: 'new', value: 'Wartend', rows: 1 },
      { field: 'new', value: 'P9', rows: 1 },
    ]);
    expect(summary.rejections).toEqual([
      {
        line: 6,
        entity: 'ticket_event',
        field: 'kind',
        reason: '"merged" is none of status, priority, assignee, team, public_reply, customer_reply, internal_note',
      },
      { line: 7, entity: 'ticket_event', field: 'kind', reason: 'is missing' },
    ]);
  });

  test('without an id are known by what they say: the same moment written differently is the same event', async () => {
    const tenant = await aTenant(database.db, folder);
    const csv = `${header}1,2026-03-01T10:00:00.000001Z,status,new,open,,
1,2026-03-01T12:00:00.000001+02:00,status,new,open,,
1,2026-03-01T10:00:00.000002Z,status,new,open,,
1,2026-03-01T10:00:00.000001Z,status,,open,,
2,2026-03-01T10:00:00.000001Z,status,new,open,,
`;
    const first = await tenant.import(csv, map());
    expect(first).toMatchObject({ read: 5, written: 4, superseded: 1, rejected: 0 });
    expect(sumOf(first)).toBe(5);
    const again = await tenant.import(csv, map(), { at: '2026-11-21T00:00:00Z' });
    expect(again).toMatchObject({ written: 0, unchanged: 4, superseded: 1 });
    const ids = await database.db.query<{ id: string }>(
      sql`select id from crm.ticket_events where tenant_id = ${tenant.tenantId}`,
    );
    for (const { id } of ids) expect(id).toMatch(/^[0-9a-f]{64}$/);
  });

  test('are never one although what they say could be run together', async () => {
    const tenant = await aTenant(database.db, folder);
    const quoted = '"a"",""b"';
    const csv = `${header}1,2026-03-01,team,${quoted},c,,
1,2026-03-01,team,a,"b"",""c",,
1,2026-03-01,team,,c,,
1,2026-03-01,team,c,,,
1,2026-03-01,team,,,c,
`;
    expect(await tenant.import(csv, map())).toMatchObject({ written: 5 });
  });

  test('keep an id of their own, and a row without one is known by what it says', async () => {
    const tenant = await aTenant(database.db, folder);
    const own = map().replace('fields:', 'fields:\n  id: id');
    const csv = `id,${header}e1,1,2026-03-01,status,new,open,,
e2,1,2026-03-01,status,new,open,,
,1,2026-03-01,status,new,open,,
,1,2026-03-01,status,new,open,,
e1,1,2026-03-02,status,new,open,,
`;
    const summary = await tenant.import(csv, own);
    expect(summary).toMatchObject({ read: 5, written: 3, superseded: 1, rejected: 1 });
    expect(summary.rejections).toMatchObject([
      { line: 6, field: 'id', reason: expect.stringContaining('"e1" is also in line 2') },
    ]);
    expect(await tenant.import(csv, own)).toMatchObject({ written: 0, unchanged: 3 });
    // The same content without ids in another file is the event that had none, not the ones that had.
    expect(await tenant.import(csv.replace(/^(e\d|id)?,/gm, ''), map())).toMatchObject({ inserted: 1, unchanged: 1 });
  });

  test('may share a file with their tickets: a row without all that makes an event is none', async () => {
    const tenant = await aTenant(database.db, folder);
    const both = `entities:
  - entity: ticket
    rows: last
    order: at
    fields: {id: ticket, created_at: created}
  - entity: ticket_event
    order: at
    fields: {ticket_id: ticket, at: at, kind: what}`;
    const csv = 'ticket,created,at,what\n1,2026-03-01,2026-03-01,\n1,2026-03-01,2026-03-02,public_reply\n';
    const summary = await tenant.import(csv, both);
    expect(summary.entities).toMatchObject([
      { entity: 'ticket', read: 2, written: 1, superseded: 1 },
      { entity: 'ticket_event', read: 1, written: 1 },
    ]);
    expect(await eventsOf(tenant.tenantId)).toMatchObject([{ ticket_id: '1', kind: 'public_reply' }]);
  });

  test('can be deleted, and stay deleted when the same file comes again; only a newer word brings one back', async () => {
    const { tenantId, tenant, ...importer } = await aTenant(database.db, folder);
    const csv = `${header}1,2026-03-01,status,new,open,,\n1,2026-03-02,status,open,closed,,\n`;
    await importer.import(csv, map('order: at'));
    const [first] = await database.db.query<{ id: string; version: number }>(sql`
      select id, version from crm.ticket_events where tenant_id = ${tenantId} order by crm.ticket_events.at`);
    const remove = (ids: string[], version: number) =>
      database.db.tx((tx) =>
        deleteRecords(
          tx,
          { tenant, at: Temporal.Instant.from(runAt) },
          { entity: entities.ticket_event, source: 'import', ids, version },
        ),
      );
    expect(await remove([first!.id, 'never seen'], first!.version)).toBe(1);
    expect(await eventsOf(tenantId)).toMatchObject([{ new: 'closed' }]);
    expect(await importer.import(csv, map('order: at'))).toMatchObject({ written: 0, older: 1, unchanged: 1 });
    expect(await importer.import(csv, map())).toMatchObject({ updated: 1, unchanged: 1 });
    expect(await eventsOf(tenantId)).toMatchObject([{ new: 'open' }, { new: 'closed' }]);
  });

  test('bring their own stream forward', async () => {
    const tenant = await aTenant(database.db, folder);
    await tenant.import(`${header}1,2026-03-01,status,new,open,,\n`, map('order: at'));
    expect(
      await database.db.query(
        sql`select stream, as_of::text, loaded_at from ops.streams where tenant_id = ${tenant.tenantId}`,
      ),
    ).toEqual([{ stream: 'ticket_event', as_of: '2026-03-01 00:00:00+00', loaded_at: Temporal.Instant.from(runAt) }]);
  });
});

test('the example map reads an audit trail with replies and changes', async () => {
  const tenant = await aTenant(database.db, folder);
  const example = path.resolve(import.meta.dirname, '../../../examples/maps/ticket-events.yaml');
  const trail = await readFile(path.join(import.meta.dirname, 'ticket-events.csv'), 'utf8');
  const summary = await tenant.import(trail, await readFile(example, 'utf8'));
  expect(summary).toMatchObject({ read: 13, written: 12, rejected: 1 });
  expect(summary.rejections).toMatchObject([
    { line: 14, field: 'kind', reason: expect.stringContaining('"Merged into T-17" is none of') },
  ]);
  expect(summary.entities[0]?.unmapped).toEqual([
    { field: 'new', value: 'Escalated to vendor', rows: 1 },
    { field: 'old', value: 'Escalated to vendor', rows: 1 },
  ]);
  expect(summary.asOf.toString()).toBe('2026-03-03T08:00:00Z');
  const events = (await eventsOf(tenant.tenantId)).map(
    ({ kind, old, new: now, operator_id: who, automatic }) =>
      `${kind} ${old} > ${now} by ${who}${automatic ? ' (automatic)' : ''}`,
  );
  expect(events).toEqual([
    'public_reply null > null by null (automatic)',
    'assignee null > ines by ines',
    'status new > open by ines',
    'public_reply null > null by ines',
    'status open > pending by ines',
    'customer_reply null > null by null',
    'status pending > open by null (automatic)',
    'priority medium > critical by omar',
    'team Billing > Engineering by omar',
    'internal_note null > null by omar',
    'status open > unmapped by omar',
    'status unmapped > resolved by omar',
  ]);
  expect(await tenant.import(trail, await readFile(example, 'utf8'))).toMatchObject({ written: 0, unchanged: 12 });
});
