import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { useDatabase } from '../../database.ts';
import { activate, aTenant, record, schema, state, type TapOptions } from './tapping.ts';

const database = useDatabase();

const map = `source: tap
entities:
  - { entity: team, stream: groups, fields: { id: id, name: name } }
  - { entity: operator, stream: agents, fields: { id: id, name: name, created_at: created } }
  - { entity: operator, stream: admins, fields: { id: id, name: name } }
  - { entity: ticket, stream: tickets, fields: { id: id, created_at: at, updated_at: at } }
`;

/** A full table: its records with a version, then that version. */
const table = (stream: string, version: number, ids: readonly number[], more: object = {}) => [
  schema(stream),
  ...ids.map((id) => record(stream, { id, name: `${stream} ${id}`, at: '2026-01-01', ...more }, version)),
  activate(stream, version),
];
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const tenant = async () => {
  const t = await aTenant(database.db);
  return {
    ...t,
    tap: (lines: string[] | AsyncIterable<string>, options: TapOptions = {}) => t.tap(lines, { map, ...options }),
  };
};
const later = (day: number) => ({ at: `2026-11-${20 + day}T00:00:00Z` });

describe('ACTIVATE_VERSION', () => {
  test('deletes what the table does not have any more, and only of its stream', async () => {
    const t = await tenant();
    await t.tap([...table('groups', 1, upTo(10)), ...table('tickets', 1, upTo(3))]);
    const result = await t.tap([...table('groups', 2, upTo(9)), state(2)], later(1));
    expect(result).toMatchObject({ deleted: 1, refused: [], handedOn: [2] });
    expect(await t.ids('team')).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(await t.ids('ticket')).toEqual(['1', '2', '3']);
  });

  test('brings back a record that is listed again, though it never changed', async () => {
    for (const stream of ['tickets', 'groups']) {
      const t = await tenant();
      const entity = stream === 'tickets' ? 'ticket' : 'team';
      await t.tap(table(stream, 1, upTo(10)));
      await t.tap(table(stream, 2, upTo(9)), later(1));
      expect((await t.ids(entity)).length).toBe(9);
      await t.tap(table(stream, 3, upTo(10)), later(2));
      expect((await t.ids(entity)).length).toBe(10);
    }
  });

  test('refuses to delete more than a fifth, says so, and goes on with the rest', async () => {
    const t = await tenant();
    await t.tap(table('groups', 1, upTo(10)));
    const result = await t.tap([...table('groups', 2, upTo(7)), ...table('tickets', 1, [1]), state(2)], later(1));
    expect(result).toMatchObject({
      ...{ deleted: 0, handedOn: [2] },
      refused: [{ stream: 'groups', entity: 'team', records: 10, vanishing: 3 }],
    });
    expect((await t.ids('team')).length).toBe(10);
    expect(await t.ids('ticket')).toEqual(['1']);
    expect(await t.tap(table('groups', 3, upTo(8)), later(2))).toMatchObject({ deleted: 2, refused: [] });
    expect(await t.tap(table('groups', 4, [1]), { ...later(3), acceptDeletes: true })).toMatchObject({ deleted: 7 });
    expect(await t.ids('team')).toEqual(['1']);
  });

  test('does nothing to a stream that is read on from where it was: its version stays the same', async () => {
    const t = await tenant();
    await t.tap([activate('tickets', 1), ...table('tickets', 1, upTo(5))]);
    const result = await t.tap([activate('tickets', 1), ...table('tickets', 1, [6])], later(1));
    expect(result).toMatchObject({ deleted: 0, refused: [] });
    expect(await t.ids('ticket')).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  test('before its records says nothing yet: what is missing is deleted at the end', async () => {
    const t = await tenant();
    await t.tap(table('tickets', 1, upTo(10)));
    const lines = table('tickets', 2, upTo(9));
    const early = [activate('tickets', 2), ...lines.slice(0, -1), state('end')];
    const result = await t.tap(early, { ...later(1), batchRecords: 2 });
    expect(result).toMatchObject({ deleted: 1, refused: [] });
    expect((await t.ids('ticket')).length).toBe(9);
  });

  test('of a table without any record is believed only when it is said so', async () => {
    const t = await tenant();
    await t.tap(table('groups', 1, upTo(3)));
    const empty = [...table('groups', 2, []), state(1), ...table('tickets', 1, [1]), state(2)];
    expect(await t.tap(empty, later(1))).toMatchObject({
      ...{ deleted: 0, handedOn: [2] },
      refused: [{ stream: 'groups', records: 3, vanishing: 3 }],
    });
    expect(await t.tap(empty, { ...later(2), acceptDeletes: true })).toMatchObject({ deleted: 3, refused: [] });
    expect(await t.ids('team')).toEqual([]);
  });

  test('holds the state back while it has to wait, so that a run that is killed says it again', async () => {
    const t = await tenant();
    await t.tap(table('groups', 1, upTo(3)));
    const states: unknown[] = [];
    async function* killed() {
      yield* [...table('groups', 2, []), state(1), ...table('tickets', 1, [1]), state(2)];
      throw new Error('killed');
    }
    const options = { ...later(1), states, batchRecords: 1, acceptDeletes: true };
    await expect(t.tap(killed(), options)).rejects.toThrow('killed');
    expect(states).toEqual([]);
  });

  test('keeps a record whose newest state was rejected: it is still there', async () => {
    const t = await tenant();
    await t.tap(table('tickets', 1, upTo(10)));
    const lines = table('tickets', 2, upTo(9));
    const bad = record('tickets', { id: 10, at: 'soon' }, 2);
    expect(await t.tap([...lines.slice(0, -1), bad, activate('tickets', 2)], later(1))).toMatchObject({
      ...{ deleted: 0, rejected: 1 },
    });
    expect((await t.ids('ticket')).length).toBe(10);
  });

  test('keeps a record that another stream brings too', async () => {
    const t = await tenant();
    await t.tap([...table('agents', 1, upTo(10)), ...table('admins', 1, [10])]);
    expect(await t.tap(table('agents', 2, upTo(9)), later(1))).toMatchObject({ deleted: 0, refused: [] });
    expect(await t.tap(table('admins', 2, [1, 2, 3, 4, 5]), { ...later(2), acceptDeletes: true })).toMatchObject({
      deleted: 1,
    });
    expect((await t.ids('operator')).length).toBe(9);
  });

  test('leaves other tenants and sources alone, and what came without a version', async () => {
    const t = await tenant();
    const other = await tenant();
    await t.tap(table('groups', 1, upTo(10)));
    await t.tap([schema('groups'), record('groups', { id: 99, name: 'no version' })]);
    await other.tap(table('groups', 1, upTo(20)));
    const otherSource = { map: map.replace('source: tap', 'source: tap2') };
    await t.tap(table('groups', 1, upTo(20)), otherSource);
    expect(await t.tap(table('groups', 2, upTo(9)), later(1))).toMatchObject({ deleted: 1 });
    expect((await other.ids('team')).length).toBe(20);
    const counts = await database.db.query(sql`
      select source, count(*)::int as records from crm.teams
      where tenant_id = ${t.tenantId} and deleted_at is null group by source order by source`);
    expect(counts).toEqual([
      { source: 'tap', records: 10 },
      { source: 'tap2', records: 20 },
    ]);
  });

  test('of two versions in one stretch of records counts each for itself', async () => {
    const t = await tenant();
    const [first, second] = [table('groups', 1, upTo(10)), table('groups', 2, upTo(9))];
    expect(await t.tap([...first.slice(0, -1), ...second])).toMatchObject({ deleted: 1 });
    expect((await t.ids('team')).length).toBe(9);
  });
});
