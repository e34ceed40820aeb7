import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { useDatabase } from '../../database.ts';
import { aTenant, sumOf, useFolder } from './importing.ts';
import { type LogRow, logFile, logMap, storedEvents } from './logs.ts';

const database = useDatabase();
const folder = useFolder();

const row = (minute: number, more: Partial<LogRow> = {}): LogRow => ({
  ticket: '1',
  minute,
  status: 'open',
  priority: 'low',
  operator: '',
  team: '',
  ...more,
});
const short = async (tenantId: number) =>
  (await storedEvents(database.db, tenantId)).map(
    ({ at, kind, old, new: now }) => `${at.slice(11, 16)} ${kind} ${old} > ${now}`,
  );

describe('the history of a log', () => {
  test('is what changed from row to row; the first row is the state the ticket came with', async () => {
    const tenant = await aTenant(database.db, folder);
    const log = [
      row(0, { status: 'new', operator: 'o1' }),
      row(1, { status: 'new', operator: 'o1' }),
      row(2, { priority: 'high' }),
      row(3, { status: '', priority: 'high', operator: 'o2', team: 't1' }),
      row(4, { status: 'resolved', priority: 'urgent' }),
    ];
    const summary = await tenant.import(logFile(log), logMap);
    expect(await short(tenant.tenantId)).toEqual([
      '00:02 priority low > high',
      '00:02 status new > open',
      '00:03 assignee o1 > o2',
      '00:03 status open > null',
      '00:03 team null > t1',
      '00:04 priority high > unmapped',
      '00:04 status null > resolved',
    ]);
    expect(summary).toMatchObject({ read: 5, written: 1, superseded: 4 });
    expect(sumOf(summary)).toBe(5);
    expect(summary.entities[0]?.history).toEqual({ inserted: 7, updated: 0, unchanged: 0, older: 0 });
    expect(await tenant.tickets()).toMatchObject([{ status: 'resolved', operator_id: 'o2', team_id: 't1' }]);
  });

  test('is the same when the file comes again, and grows when it has grown', async () => {
    const tenant = await aTenant(database.db, folder);
    const log = [row(0), row(1, { status: 'pending', team: 't1' }), row(2, { ticket: '2' })];
    await tenant.import(logFile(log), logMap);
    const again = await tenant.import(logFile(log), logMap);
    expect(again).toMatchObject({ written: 0, unchanged: 2 });
    expect(again.entities[0]?.history).toEqual({ inserted: 0, updated: 0, unchanged: 2, older: 0 });
    const longer = [...log, row(3, { status: 'closed', team: 't1' }), row(4, { ticket: '2', priority: 'high' })];
    const grown = await tenant.import(logFile(longer), logMap);
    expect(grown.entities[0]?.history).toEqual({ inserted: 2, updated: 0, unchanged: 2, older: 0 });
  });

  test('goes on from what is stored when a file has only later rows', async () => {
    const tenant = await aTenant(database.db, folder);
    await tenant.import(logFile([row(0, { operator: 'o1' }), row(1, { operator: 'o1' })]), logMap);
    await tenant.import(
      logFile([row(2, { status: 'pending' }), row(3, { operator: 'o2', status: 'pending' })]),
      logMap,
    );
    expect(await short(tenant.tenantId)).toEqual(['00:02 status open > pending', '00:03 assignee o1 > o2']);
  });

  test('can be asked for later: importing the same file then brings all of it', async () => {
    const tenant = await aTenant(database.db, folder);
    const log = logFile([row(0, { status: 'new' }), row(1, { team: 't1' }), row(2, { status: 'closed', team: 't2' })]);
    await tenant.import(log, logMap.replace(/history:.*\n/, ''));
    expect(await short(tenant.tenantId)).toEqual([]);
    expect(await tenant.import(log, logMap)).toMatchObject({ written: 0, unchanged: 1 });
    expect(await short(tenant.tenantId)).toEqual([
      '00:01 status new > open',
      '00:01 team null > t1',
      '00:02 status open > closed',
      '00:02 team t1 > t2',
    ]);
  });

  test('takes of rows with one time the last, wherever the others stand', async () => {
    const tenant = await aTenant(database.db, folder);
    const log = [
      row(1, { status: 'pending', operator: 'o1' }),
      row(0),
      row(1, { status: 'resolved' }),
      row(2, { status: 'open' }),
      row(2, { status: 'resolved' }),
    ];
    await tenant.import(logFile(log), logMap);
    expect(await short(tenant.tenantId)).toEqual(['00:01 assignee null > o1', '00:01 status open > resolved']);
  });

  test('is kept of the fields that are asked for', async () => {
    const tenant = await aTenant(database.db, folder);
    const log = [row(0), row(1, { status: 'closed', priority: 'high', operator: 'o1' })];
    await tenant.import(logFile(log), logMap.replace(/history:.*\n/, 'history: [priority]\n'));
    expect(await short(tenant.tenantId)).toEqual(['00:01 priority low > high']);
  });

  test('is part of a file that feeds several entities, and of a dry run only for show', async () => {
    const tenant = await aTenant(database.db, folder);
    const block = logMap.replaceAll('\n', '\n    ');
    const map = `entities:\n  - ${block}\n  - entity: team\n    rows: last\n    fields: {id: team, name: team}`;
    const log = logFile([row(0), row(1, { status: 'closed', team: 't1' })]);
    const dry = await tenant.import(log, map, { dryRun: true });
    expect(dry.entities[0]?.history).toMatchObject({ inserted: 2 });
    expect(await short(tenant.tenantId)).toEqual([]);
    expect((await tenant.import(log, map)).entities).toMatchObject([
      { entity: 'ticket', read: 2, history: { inserted: 2 } },
      { entity: 'team', read: 1, written: 1 },
    ]);
  });

  test('brings the stream of events as far as that of the tickets', async () => {
    const tenant = await aTenant(database.db, folder);
    await tenant.import(logFile([row(0), row(7)]), logMap);
    const streams = await database.db.query(sql`
      select stream, as_of::text from ops.streams where tenant_id = ${tenant.tenantId} order by stream`);
    expect(streams).toEqual(['ticket', 'ticket_event'].map((stream) => ({ stream, as_of: '2026-03-01 00:07:00+00' })));
  });

  test('is refused where the order is a number', async () => {
    const tenant = await aTenant(database.db, folder);
    const csv = 'ticket,created,changed,status,priority,operator,team\n1,2026-03-01,5,open,low,,\n';
    await expect(tenant.import(csv, logMap)).rejects.toMatchObject({
      code: 'MAP_HISTORY',
      message: expect.stringMatching(
        /^map\.yaml:4 history: the column "changed" of .*file\.csv has numbers; a history needs times/,
      ),
    });
    expect(await tenant.tickets()).toEqual([]);
  });
});
