import { gzipSync } from 'node:zlib';
import pg from 'pg';
import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { createDb } from '../../../src/db/db.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { useDatabase } from '../../database.ts';
import { aTenant, sumOf, ticketMap, useFolder } from './importing.ts';

const database = useDatabase();
const folder = useFolder();
const header = 'id,created,updated,priority,status,team,operator\n';

describe('an import', () => {
  test('stores rows, says what it did, and changes nothing the second time', async () => {
    const tenant = await aTenant(database.db, folder);
    const csv = `${header}a,2026-01-01,2026-01-02,high,open,t1,o1\nb,2026-01-03,,low,new,,\n`;
    const first = await tenant.import(csv);
    expect(first).toMatchObject({
      read: 2,
      written: 2,
      inserted: 2,
      updated: 0,
      rejected: 0,
      source: 'import',
      dryRun: false,
    });
    expect(await tenant.tickets()).toMatchObject([
      {
        id: 'a',
        created_at: '2026-01-01 00:00:00+00',
        priority: 'high',
        status: 'open',
        team_id: 't1',
        operator_id: 'o1',
      },
      { id: 'b', updated_at: null, priority: 'low', team_id: null },
    ]);
    await tenant.clearMarks();
    const again = await tenant.import(csv, ticketMap, { at: '2026-11-21T00:00:00Z' });
    expect(again).toMatchObject({ read: 2, written: 0, unchanged: 2 });
    expect(await tenant.marks('ticket-created-daily')).toEqual([]);
    expect(await tenant.changes()).toEqual([]);
  });

  test('without any version of its own still changes nothing the second time, and takes corrections', async () => {
    const tenant = await aTenant(database.db, folder);
    const map = 'entity: ticket\nfields: {id: id, created_at: created, priority: priority}';
    await tenant.import('id,created,priority\na,2026-01-01,high\n', map);
    expect(
      await tenant.import('id,created,priority\na,2026-01-01,high\n', map, { at: '2026-11-21T00:00:00Z' }),
    ).toMatchObject({ written: 0, unchanged: 1 });
    expect(
      await tenant.import('id,created,priority\na,2026-01-01,low\n', map, { at: '2026-11-22T00:00:00Z' }),
    ).toMatchObject({ updated: 1 });
    expect(await tenant.changes()).toEqual([
      { id: 'a', field: 'priority', old: 'high', new: 'low', at: '2026-11-22 00:00:00+00' },
    ]);
  });

  test('creates teams and operators it has not heard of, and never renames known ones', async () => {
    const tenant = await aTenant(database.db, folder);
    await tenant.import('id,name\nt1,First team\n', 'entity: team\nfields: {id: id, name: name}');
    await tenant.import(`${header}a,2026-01-01,,,,t1,o1\nb,2026-01-01,,,,t2,o1\n`);
    const names = await database.db.query(sql`
      select id, name from crm.teams where tenant_id = ${tenant.tenantId}
      union all select id, name from crm.operators where tenant_id = ${tenant.tenantId} order by 1`);
    expect(names).toEqual([
      { id: 'o1', name: 'o1' },
      { id: 't1', name: 'First team' },
      { id: 't2', name: 't2' },
    ]);
    const described = await tenant.import(
      'id,name,role\no1,Ada,agent\n',
      'entity: operator\nfields: {id: id, name: name, role: role}',
    );
    expect(described).toMatchObject({ updated: 1 });
    expect(await tenant.changes()).toEqual([]);
  });

  test('names each rejected row with line, field and reason, and loads the rest', async () => {
    const tenant = await aTenant(database.db, folder);
    const summary = await tenant.import(
      `${header}a,2026-01-01,,,,,\nb,31/2/2026,,,,,\n,2026-01-01,,,,,\nd,,,,,,\ne,2026-01-01,,,,"${'x'.repeat(300)}",\nf,2026\n"g\u0000",2026-01-01,,,,,\nh,2026-01-01,,,,,\n`,
    );
    expect(summary).toMatchObject({ read: 8, written: 2, rejected: 6 });
    expect(summary.rejections).toEqual([
      { line: 3, entity: 'ticket', field: 'created_at', reason: '"31/2/2026" is not a date as iso' },
      { line: 4, entity: 'ticket', field: 'id', reason: 'is missing' },
      { line: 5, entity: 'ticket', field: 'created_at', reason: 'is missing' },
      {
        line: 6,
        entity: 'ticket',
        field: 'team_id',
        reason: expect.stringMatching(/^"x{60}\.\.\." has more than 255 bytes$/),
      },
      { line: 7, entity: 'ticket', field: undefined, reason: 'has 2 fields, the header 7' },
      { line: 8, entity: 'ticket', field: 'id', reason: expect.stringContaining('has a NUL character') },
    ]);
    expect(tenant.rejected).toHaveLength(6);
    expect(sumOf(summary)).toBe(summary.read);
    expect((await tenant.tickets()).map((row) => row.id)).toEqual(['a', 'h']);
  });

  test('shows the first 20 rejections and reports all', async () => {
    const tenant = await aTenant(database.db, folder);
    const summary = await tenant.import(header + ',2026-01-01,,,,,\n'.repeat(50));
    expect(summary.rejections.map((rejection) => rejection.line)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 2),
    );
    expect(tenant.rejected).toHaveLength(50);
  });

  test('that is strict loads nothing on a rejection and lists them', async () => {
    const tenant = await aTenant(database.db, folder);
    const csv = `${header}a,2026-01-01,,,,,\n${'b,never,,,,,\n'.repeat(25)}`;
    const failing = tenant.import(csv, ticketMap, { strict: true });
    await expect(failing).rejects.toMatchObject({
      code: 'IMPORT_REJECTED',
      message: expect.stringMatching(
        /25 rejected, so nothing was loaded[\s\S]*line 3 created_at: "never" is not a date as iso[\s\S]*and 5 more/,
      ),
    });
    expect(await tenant.tickets()).toEqual([]);
    expect(await tenant.import(`${header}a,2026-01-01,,,,,\n`, ticketMap, { strict: true })).toMatchObject({
      written: 1,
    });
  });

  test('that is a dry run says what would be done and does nothing', async () => {
    const tenant = await aTenant(database.db, folder);
    const csv = `${header}a,2026-01-01,,,,t1,\nb,x,,,,,\n`;
    expect(await tenant.import(csv, ticketMap, { dryRun: true })).toMatchObject({
      dryRun: true,
      written: 1,
      rejected: 1,
    });
    expect(await tenant.tickets()).toEqual([]);
    const left = await database.db.query(sql`select 1 from ops.streams where tenant_id = ${tenant.tenantId}`);
    expect(left).toEqual([]);
  });

  test('keeps values of a closed set that nothing maps as unmapped, and counts them', async () => {
    const tenant = await aTenant(database.db, folder);
    const map = `entity: ticket
fields: {id: id, created_at: created, priority: {column: priority, values: {P1: critical, none: null}}, status: status}`;
    const csv =
      'id,created,priority,status\na,2026-01-01,P1,open\nb,2026-01-01,P2,Odd\nc,2026-01-01,P2,\nd,2026-01-01,none,closed\ne,2026-01-01,high,\n';
    const summary = await tenant.import(csv, map);
    expect(await tenant.tickets()).toMatchObject([
      { priority: 'critical', status: 'open' },
      { priority: 'unmapped', status: 'unmapped' },
      { priority: 'unmapped', status: null },
      { priority: null },
      { priority: 'high' },
    ]);
    expect(summary).toMatchObject({ rejected: 0, written: 5 });
    expect(summary.entities[0]?.unmapped).toEqual([
      { field: 'priority', value: 'P2', rows: 2 },
      { field: 'status', value: 'Odd', rows: 1 },
    ]);
  });

  test('of some columns leaves the others as they are', async () => {
    const tenant = await aTenant(database.db, folder);
    await tenant.import(`${header}a,2026-01-01,2026-01-02,high,open,t1,o1\n`);
    const map = 'entity: ticket\nfields: {id: id, created_at: created, updated_at: updated, channel: channel}';
    await tenant.import('id,created,updated,channel\na,2026-01-01,2026-01-03,chat\n', map);
    expect(await tenant.tickets()).toMatchObject([
      { priority: 'high', status: 'open', team_id: 't1', channel: 'chat' },
    ]);
  });

  test('keeps text as it is: tabs, backslashes, line breaks, every script', async () => {
    const tenant = await aTenant(database.db, folder);
    const odd = 'tab\there \\N back\\slash\r\nline "quoted", Ω 漢字 नमस्ते 😀';
    await tenant.import(
      `id,name\nacc,"${odd.replaceAll('"', '""')}"\n`,
      'entity: account\nfields: {id: id, name: name}',
    );
    const [account] = await database.db.query(
      sql`select name, demo from crm.accounts where tenant_id = ${tenant.tenantId}`,
    );
    expect(account).toEqual({ name: odd, demo: false });
  });

  test('rejects bytes that are not UTF-8 by line, and a mark of the order of bytes is no part of a name', async () => {
    const tenant = await aTenant(database.db, folder);
    const latin1 = Buffer.concat([Buffer.from('\uFEFFid,name\nb,Bar\n'), Buffer.from('a,Caf\xe9\n', 'latin1')]);
    const summary = await tenant.import(latin1, 'entity: account\nfields: {id: id, name: name}');
    expect(summary).toMatchObject({
      written: 1,
      rejected: 1,
      rejections: [{ line: 3, field: 'name', reason: expect.stringContaining('not UTF-8') }],
    });
  });

  test('reads every kind of value', async () => {
    const tenant = await aTenant(database.db, folder);
    const map = `entity: operator
fields: {id: id, name: name, supervisor_ids: above, active: active, created_at: joined}`;
    const summary = await tenant.import(
      'id,name,above,active,joined\n1,A,o2;o3,Yes,2026-01-01\n2,B,"[""x;y"",""\\""\\\\""]",0,\n3,C,,maybe,\n4,D,,t,\n',
      map,
    );
    const operators = await database.db.query(sql`
      select id, supervisor_ids, active from crm.operators where tenant_id = ${tenant.tenantId} order by id`);
    expect(operators).toEqual([
      { id: '1', supervisor_ids: ['o2', 'o3'], active: true },
      { id: '2', supervisor_ids: ['x;y', '"\\'], active: false },
      { id: '4', supervisor_ids: null, active: true },
    ]);
    expect(summary.rejections).toEqual([
      { line: 4, entity: 'operator', field: 'active', reason: '"maybe" is not true or false' },
    ]);
  });

  test.each([
    ['7', 7],
    ['-2147483647', -2_147_483_647],
    ['2147483648', 'is too large a number'],
    ['1.5', 'is not a whole number'],
    ['1e3', 'is not a whole number'],
  ])('reads %s as a whole number or says why not', async (text, expected) => {
    const tenant = await aTenant(database.db, folder);
    const map = 'entity: ticket\nfields: {id: id, created_at: c, reopened_count: n}';
    const summary = await tenant.import(`id,c,n\na,2026-01-01,${text}\n`, map);
    if (typeof expected === 'number') expect(await tenant.tickets()).toMatchObject([{ reopened_count: expected }]);
    else expect(summary.rejections[0]?.reason).toBe(`"${text}" ${expected}`);
  });
});

describe('the stream an import feeds', () => {
  const streamOf = async (tenantId: number) =>
    database.db.query<{ stream: string; as_of: string; loaded_at: string }>(sql`
      select stream, as_of::text, loaded_at::text from ops.streams where tenant_id = ${tenantId}`);
  const map = `${ticketMap}\norder: updated`;
  const row = (updated: string) => `${header}a,2026-01-01,${updated},,,,\n`;

  test('is as far as the largest order, and never goes back', async () => {
    const tenant = await aTenant(database.db, folder);
    await tenant.import(row('2026-05-01'), map);
    expect(await streamOf(tenant.tenantId)).toEqual([
      { stream: 'ticket', as_of: '2026-05-01 00:00:00+00', loaded_at: '2026-11-20 00:00:00+00' },
    ]);
    await tenant.import(row('2026-04-01'), map, { at: '2026-11-21T00:00:00Z' });
    expect(await streamOf(tenant.tenantId)).toMatchObject([
      { as_of: '2026-05-01 00:00:00+00', loaded_at: '2026-11-21 00:00:00+00' },
    ]);
  });

  test('is as far as the run without an order, and as --as-of says before all', async () => {
    const tenant = await aTenant(database.db, folder);
    expect((await tenant.import(row('2026-05-01'))).asOf.toString()).toBe('2026-11-20T00:00:00Z');
    const said = await tenant.import(row('2026-05-01'), map, { asOf: Temporal.Instant.from('2026-06-01T00:00Z') });
    expect(said.asOf.toString()).toBe('2026-06-01T00:00:00Z');
  });
});

describe('a file', () => {
  const accounts = 'entity: account\nfields: {id: id, name: name}';

  test('may be gzip, CR LF, with another delimiter', async () => {
    const tenant = await aTenant(database.db, folder);
    const map = `${accounts}\nformat: {delimiter: "\\t"}`;
    expect(await tenant.import(gzipSync('id\tname\r\na\tA, B\r\n'), map)).toMatchObject({ written: 1 });
  });

  test('may be JSON lines, with dotted names, numbers as written and lists', async () => {
    const tenant = await aTenant(database.db, folder);
    const map = `entity: operator
fields: {id: id, name: profile.name, supervisor_ids: above, active: on, team_id: team.id, email: mail}`;
    const lines = [
      { id: 12, profile: { name: 'Ada' }, above: ['x', 'y'], on: true, team: { id: 't' } },
      { id: 'b', profile: { name: 'Grace' }, above: null, team: null },
    ].map((object) => JSON.stringify(object));
    const text = [
      lines[0],
      '{"id": 12345678901234567890, "profile": {"name": "Big"}}',
      '',
      'not json',
      '[1]',
      lines[1],
    ].join('\n');
    const summary = await tenant.import(text, map, { name: 'people.jsonl' });
    expect(summary).toMatchObject({ read: 5, written: 3, rejected: 2, notes: ['no object has "mail"'] });
    expect(summary.rejections.map(({ line, reason }) => [line, reason])).toEqual([
      [4, 'is not JSON'],
      [5, 'is not a JSON object'],
    ]);
    const operators = await database.db.query(sql`
      select id, name, supervisor_ids, active, team_id from crm.operators where tenant_id = ${tenant.tenantId} order by id`);
    expect(operators).toEqual([
      { id: '12', name: 'Ada', supervisor_ids: ['x', 'y'], active: true, team_id: 't' },
      { id: '12345678901234567890', name: 'Big', supervisor_ids: null, active: null, team_id: null },
      { id: 'b', name: 'Grace', supervisor_ids: null, active: null, team_id: null },
    ]);
  });

  test('of JSON lines with a row of 10 MB rejects that row', async () => {
    const tenant = await aTenant(database.db, folder);
    const text = `{"id":"a","name":"A"}\n{"id":"b","name":"${'x'.repeat(10_000_000)}"}\n{"id":"c","name":"C"}\n`;
    const summary = await tenant.import(text, accounts, { name: 'big.jsonl' });
    expect(summary).toMatchObject({ read: 3, written: 2, rejections: [{ line: 2, reason: 'is longer than 1 MB' }] });
  });

  test('with a field of 10 MB rejects that row and loads the rest', async () => {
    const tenant = await aTenant(database.db, folder);
    const summary = await tenant.import(`id,name\na,A\nb,"${'x'.repeat(10_000_000)}"\nc,C\n`, accounts);
    expect(summary).toMatchObject({ read: 3, written: 2, rejections: [{ line: 3, reason: 'is longer than 1 MB' }] });
  });

  test('cut short in its gzip loads nothing', async () => {
    const tenant = await aTenant(database.db, folder);
    const lines = Array.from({ length: 100_000 }, (_, index) => `a${index},${(index * 7919) % 10_007}`).join('\n');
    const packed = gzipSync(`id,name\n${lines}`);
    await expect(
      tenant.import(packed.subarray(0, packed.length - 5000), accounts, { name: 'cut.csv.gz' }),
    ).rejects.toMatchObject({
      code: 'FILE_TRUNCATED',
      message: expect.stringContaining('cut.csv.gz is cut short'),
    });
    expect(await database.db.query(sql`select 1 from crm.accounts where tenant_id = ${tenant.tenantId}`)).toEqual([]);
  });

  test.each([
    ['', 'FILE_EMPTY'],
    ['[{"id":1}]', 'FILE_FORMAT'],
    [`${'x'.repeat(3_000_000)}`, 'FILE_FORMAT'],
    ['id,nam\n', 'MAP_COLUMNS'],
  ])('that is not one the mapping can read is refused: %#', async (text, code) => {
    const tenant = await aTenant(database.db, folder);
    await expect(tenant.import(text, accounts)).rejects.toMatchObject({ code });
  });

  test('with only a header loads nothing and is no error', async () => {
    const tenant = await aTenant(database.db, folder);
    expect(await tenant.import('id,name\n', accounts)).toMatchObject({ read: 0, written: 0 });
  });

  test('is read no faster than the database takes it', async () => {
    const tenant = await aTenant(database.db, folder);
    const rows = Array.from({ length: 200_000 }, (_, index) => `a${index},${'n'.repeat(40)}\n`).join('');
    const seen: number[] = [];
    const summary = await tenant.import(`id,name\n${rows}`, accounts, {
      onProgress: ({ phase, rows: count }) => void (phase === 'reading' && seen.push(count)),
    });
    expect(summary).toMatchObject({ read: 200_000, inserted: 200_000 });
    const steps = seen.map((count, index) => count - (seen[index - 1] ?? 0));
    // 256 KiB a piece, 48 bytes a row: no piece holds more than its own rows and one cut in half.
    expect(Math.max(...steps)).toBeLessThan(12_000);
  });
});

describe('several rows with one id', () => {
  const map = (rules: string) => `entity: ticket
${rules}
fields: {id: id, created_at: c, status: s, priority: p}`;
  const csv =
    'id,c,v,s,p\na,2026-01-01,2,open,low\nb,2026-01-01,1,new,high\na,2026-01-01,3,closed,high\na,2026-01-01,1,new,medium\na,2026-01-01,3,resolved,critical\n';

  test.each([
    ['rows: last\norder: v', 'resolved', 'critical'],
    ['rows: first\norder: v', 'new', 'medium'],
    ['rows: last', 'resolved', 'critical'],
    ['rows: first', 'open', 'low'],
  ])('%j keeps one by order, ties by line', async (rules, status, priority) => {
    const tenant = await aTenant(database.db, folder);
    const summary = await tenant.import(csv, map(rules));
    expect(summary).toMatchObject({ read: 5, written: 2, superseded: 3 });
    expect(sumOf(summary)).toBe(5);
    expect((await tenant.tickets())[0]).toMatchObject({ id: 'a', status, priority });
  });

  test('are duplicates without a rule: the first stays, the others are named by line', async () => {
    const tenant = await aTenant(database.db, folder);
    const summary = await tenant.import(csv, map(''));
    expect(summary).toMatchObject({ read: 5, written: 2, rejected: 3, superseded: 0 });
    expect(summary.rejections[0]).toEqual({
      line: 4,
      entity: 'ticket',
      field: 'id',
      reason: '"a" is also in line 2 (say rows: last or rows: first to allow several)',
    });
    expect(summary.rejections.map((rejection) => rejection.line)).toEqual([4, 5, 6]);
    expect((await tenant.tickets())[0]).toMatchObject({ status: 'open' });
    await expect(tenant.import(csv, map(''), { strict: true })).rejects.toMatchObject({ code: 'IMPORT_REJECTED' });
  });

  test('are named in the thousands, too', async () => {
    const tenant = await aTenant(database.db, folder);
    const many = `id,c,v,s,p\n${'a,2026-01-01,1,new,low\n'.repeat(2501)}`;
    expect(await tenant.import(many, map(''))).toMatchObject({ written: 1, rejected: 2500 });
    expect(tenant.rejected).toHaveLength(2500);
  });

  test('give the last known value of a field that says keep', async () => {
    const tenant = await aTenant(database.db, folder);
    const keeping = `entity: ticket
rows: last
order: v
fields: {id: id, created_at: c, status: s, team_id: {column: t, keep: last-known}, channel: ch}`;
    const events = [
      'a,2026-01-01,1,new,t1,chat',
      'a,2026-01-01,3,open,,',
      'b,2026-01-01,1,new,,mail',
      'a,2026-01-01,2,open,t2,mail',
      'a,2026-01-01,4,closed,,',
    ];
    await tenant.import(`id,c,v,s,t,ch\n${events.join('\n')}\n`, keeping);
    expect(await tenant.tickets()).toMatchObject([
      { id: 'a', status: 'closed', team_id: 't2', channel: null },
      { id: 'b', team_id: null, channel: 'mail' },
    ]);
    await tenant.import('id,c,v,s,t,ch\na,2026-01-01,5,closed,,chat\n', keeping);
    expect((await tenant.tickets())[0]).toMatchObject({ team_id: 't2', channel: 'chat', version: 5 });
  });

  test('an order that is missing, or of another kind than before, is rejected', async () => {
    const tenant = await aTenant(database.db, folder);
    const summary = await tenant.import(
      'id,c,v,s,p\na,2026-01-01,,new,low\nb,2026-01-01,7,new,low\nc,2026-01-01,2026-01-01,new,low\nd,2026-01-01,99999999999999999999,new,low\n',
      map('rows: last\norder: v'),
    );
    expect(summary.rejections.map(({ line, field, reason }) => [line, field, reason])).toEqual([
      [2, 'order', 'is missing'],
      [4, 'order', '"2026-01-01" is neither a time nor a whole number'],
      [5, 'order', '"99999999999999999999" is too large to order by'],
    ]);
  });
});

describe('one file for several entities', () => {
  const map = `entities:
  - entity: ticket
    fields: {id: id, created_at: c, team_id: t, operator_id: o}
  - entity: team
    rows: last
    fields: {id: t, name: tn}
  - entity: operator
    rows: last
    fields: {id: o, name: on, team_id: t}`;

  test('is read once and counted for each', async () => {
    const tenant = await aTenant(database.db, folder);
    const csv =
      'id,c,t,tn,o,on\n1,2026-01-01,t1,Team one,o1,Ada\n2,2026-01-01,t1,Team One,,\n3,bad,t2,Team two,o2,Grace\n4\n';
    const summary = await tenant.import(csv, map);
    expect(summary.entities).toMatchObject([
      { entity: 'ticket', read: 4, written: 2, rejected: 2 },
      { entity: 'team', read: 4, written: 2, superseded: 1, rejected: 1 },
      { entity: 'operator', read: 3, written: 2, rejected: 1 },
    ]);
    for (const counts of [summary, ...summary.entities]) {
      expect(counts.written + counts.unchanged + counts.older + counts.superseded + counts.rejected).toBe(counts.read);
    }
    const teams = await database.db.query(
      sql`select id, name from crm.teams where tenant_id = ${tenant.tenantId} order by id`,
    );
    expect(teams).toEqual([
      { id: 't1', name: 'Team One' },
      { id: 't2', name: 'Team two' },
    ]);
    expect(await tenant.import(csv, map)).toMatchObject({ written: 0, unchanged: 6 });
  });
});

describe('a database that goes away', () => {
  test.each(['reading', 'storing'] as const)(
    'while %s: the error says that nothing was kept, and it is so',
    async (phase) => {
      const tenant = await aTenant(database.db, folder);
      const db = createDb({ url: database.url, applicationName: `crema doomed ${phase}`, log: silentLog });
      const rows = Array.from({ length: 60_000 }, (_, index) => `a${index},2026-01-01,,,,,\n`).join('');
      let ended = false;
      const failing = tenant.import(header + rows, ticketMap, {
        db,
        name: 'doomed.csv',
        async onProgress(progress) {
          if (ended || progress.phase !== phase) return;
          ended = true;
          const other = new pg.Client({ connectionString: database.url });
          await other.connect();
          await other.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1`, [
            `crema doomed ${phase}`,
          ]);
          await other.end();
        },
      });
      await expect(failing).rejects.toMatchObject({
        code: 'DB_LOST',
        message: expect.stringContaining('doomed.csv'),
        remedy: expect.stringContaining('Nothing of this file was kept'),
      });
      await db.end();
      expect(await tenant.tickets()).toEqual([]);
      expect(await tenant.marks('ticket-created-daily')).toEqual([]);
    },
  );
});
