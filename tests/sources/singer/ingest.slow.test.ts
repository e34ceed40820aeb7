import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { useDatabase } from '../../database.ts';
import { activate, aTenant, record, runAt, schema, state } from './tapping.ts';

const database = useDatabase();
const tenant = () => aTenant(database.db);

const group = (id: number, name = `Group ${id}`) => record('groups', { id, name });
const ticket = (id: number, updated: string, more: object = {}) =>
  record('tickets', { id, created: '2026-01-01', updated, ...more });

describe('what a tap writes', () => {
  test('is stored, and its state handed on', async () => {
    const t = await tenant();
    const result = await t.tap([
      schema('groups'),
      group(1),
      schema('tickets'),
      ticket(7, '2026-01-02T00:00:00Z', { status: 'open', group: 1 }),
      '',
      state({ bookmarks: { tickets: 1 } }),
    ]);
    expect(result).toMatchObject({
      ...{ records: 2, rejected: 0, commits: 1, states: 1, interrupted: false, notes: [] },
      handedOn: [{ bookmarks: { tickets: 1 } }],
    });
    expect(await t.stored('team', 'id, name')).toEqual([{ id: '1', name: 'Group 1' }]);
    expect(await t.stored('ticket', 'id, status, team_id, version')).toEqual([
      { id: '7', status: 'open', team_id: '1', version: Date.UTC(2026, 0, 2) * 1000 },
    ]);
    expect(await t.streams()).toEqual({ team: runAt, ticket: runAt });
  });

  test('may have several states of a record: the newest counts, in one batch and over several', async () => {
    for (const batchRecords of [1, 2, 100]) {
      const t = await tenant();
      const result = await t.tap(
        [
          ...[
            schema('tickets'),
            ticket(1, '2026-01-03', { status: 'pending' }),
            ticket(1, '2026-01-02', { status: 'new' }),
          ],
          ...[ticket(1, '2026-01-04', { status: 'open' }), ticket(1, '2026-01-04', { status: 'resolved' })],
          ...[schema('groups'), group(1, 'first'), group(1, 'second')],
        ],
        { batchRecords },
      );
      expect(result.rejected).toBe(0);
      expect(await t.stored('ticket', 'status')).toEqual([{ status: 'resolved' }]);
      expect(await t.stored('team', 'name')).toEqual([{ name: 'second' }]);
    }
  });

  test('of streams that nothing maps is counted and left out, with or without a SCHEMA', async () => {
    const t = await tenant();
    const result = await t.tap([
      record('tags', {}),
      schema('macros'),
      record('macros', {}),
      record('tags', {}),
      activate('tags', 1),
    ]);
    expect(result).toMatchObject({ records: 0, ignored: { tags: 2, macros: 1 }, commits: 0 });
    expect(await t.streams()).toEqual({});
  });

  test('is named by stream, line, field and reason where it cannot be taken; the rest is loaded', async () => {
    const t = await tenant();
    const result = await t.tap([
      schema('tickets'),
      ticket(1, '2026-01-02'),
      ticket(2, 'soon'),
      ticket(3, '2026-01-02'),
      state(1),
    ]);
    expect(result).toMatchObject({ records: 3, rejected: 1, handedOn: [1] });
    expect(t.said).toEqual(['tickets line 3 updated_at: "soon" is not a date as iso']);
    expect(await t.ids('ticket')).toEqual(['1', '3']);
  });

  test('ends at a rejection when it is strict, keeping nothing of its batch', async () => {
    const t = await tenant();
    const states: unknown[] = [];
    const lines = [
      schema('tickets'),
      ticket(1, '2026-01-02'),
      state('a'),
      ticket(2, '2026-01-02'),
      ticket(3, 'soon'),
      state('b'),
    ];
    await expect(t.tap(lines, { strict: true, batchRecords: 1, states })).rejects.toThrow(
      'stream tickets line 5 updated_at: "soon" is not a date as iso',
    );
    expect(states).toEqual(['a']);
    expect(await t.ids('ticket')).toEqual(['1', '2']);
  });

  test('names columns that no record had and ids that are no key', async () => {
    const t = await tenant();
    const result = await t.tap([schema('groups', ['number']), record('groups', { id: 1, title: 'x' })]);
    expect(result.notes).toEqual([
      'stream groups: no record has "name"',
      'stream groups: its key is number, the team\'s id is "id"',
    ]);
  });
});

describe('a broken line', () => {
  test.each([
    ['INFO hello', 'line 5 is not JSON'],
    [record('groups', { id: 1 }), 'line 5 is a RECORD of stream groups, of which no SCHEMA has come yet'],
  ])('%s ends the run: what came before stays, no later state is handed on', async (line, message) => {
    const t = await tenant();
    const states: unknown[] = [];
    const lines = [schema('tickets'), ticket(1, '2026-01-02'), state('a'), ticket(2, '2026-01-02')];
    await expect(t.tap([...lines, line, ticket(3, '2026-01-02'), state('b')], { states })).rejects.toThrow(message);
    expect(states).toEqual(['a']);
    expect(await t.ids('ticket')).toEqual(['1', '2']);
    // Nothing says how far the stream is.
    expect(await t.streams()).toEqual({ ticket: null });
  });

  test('a batch that cannot be stored is named by its lines, and its state is not handed on', async () => {
    const t = await tenant();
    const states: unknown[] = [];
    let left = 1;
    const db = {
      ...database.db,
      tx: ((work, options) =>
        left-- > 0 ? database.db.tx(work, options) : Promise.reject(new Error('disk full'))) as typeof database.db.tx,
    };
    const lines = [schema('tickets'), ticket(1, '2026-01-02'), state('a'), ticket(2, '2026-01-02'), state('b')];
    await expect(t.tap(lines, { db, states, batchRecords: 1 })).rejects.toThrow(
      'lines 4 to 4 (streams tickets) could not be stored: disk full',
    );
    expect(states).toEqual([]);
    expect(await t.ids('ticket')).toEqual(['1']);
  });
});

describe('a state', () => {
  test('is handed on when all before it is committed, and only the newest of several', async () => {
    const t = await tenant();
    const states: unknown[] = [];
    const seen: unknown[] = [];
    async function* lines() {
      yield* [schema('groups'), state(0), group(1), state(1), state(2), group(2)];
      // The batch of two is committed before the next line is asked for.
      seen.push([...states], await t.ids('team'));
      yield* [state(3), group(3), state(4)];
    }
    await t.tap(lines(), { batchRecords: 2, states });
    expect(seen).toEqual([[2], ['1', '2']]);
    expect(states).toEqual([2, 4]);
  });

  test('does not wait for a tap that is silent', async () => {
    const t = await tenant();
    const states: unknown[] = [];
    const told = Promise.withResolvers<void>();
    async function* lines() {
      yield* [schema('groups'), group(1), state(1)];
      await told.promise;
    }
    await t.tap(lines(), { batchMs: 1, states, onState: told.resolve });
    expect(states).toEqual([1]);
  });

  test('that was reached is handed on when the run is asked to end', async () => {
    const t = await tenant();
    const stop = new AbortController();
    async function* lines() {
      yield* [schema('groups'), group(1), state(1), group(2)];
      stop.abort();
      await new Promise(() => undefined);
    }
    const result = await t.tap(lines(), { signal: stop.signal });
    expect(result).toMatchObject({ interrupted: true, handedOn: [1] });
    expect(await t.ids('team')).toEqual(['1', '2']);
    expect(await t.streams()).toEqual({ team: null });
  });
});

describe('a stream is as of the start of the run', () => {
  const asOf = async (lines: string[], options = {}) => {
    const t = await tenant();
    await t.tap(lines, options);
    return t.streams();
  };

  test('when its tap gives no states at all, or one behind its last record', async () => {
    expect(await asOf([schema('groups'), group(1)])).toEqual({ team: runAt });
    expect(await asOf([schema('groups'), group(1), state({})])).toEqual({ team: runAt });
    // A stream without news is as fresh as the run.
    expect(await asOf([schema('groups'), state({})])).toEqual({ team: runAt });
    expect(await asOf([schema('groups'), state({ currently_syncing: 'groups' }), group(1), state({})])).toEqual({
      team: runAt,
    });
  });

  test('but not when the tap broke off in the middle of it', async () => {
    const both = [schema('groups'), group(1), state({}), schema('tickets'), ticket(1, '2026-01-02')];
    expect(await asOf(both)).toEqual({ team: runAt, ticket: null });
    expect(await asOf([...both, state({ currently_syncing: 'tickets' })])).toEqual({ team: runAt, ticket: null });
  });

  test('or of when it is said to be', async () => {
    const at = Temporal.Instant.from('2026-11-19T12:00:00Z');
    expect(await asOf([schema('groups'), state({}), group(1)], { asOf: at })).toEqual({ team: at.toString() });
  });
});

describe('a deleted record', () => {
  const deletedMap = `source: tap
entities:
  - { entity: team, stream: groups, deleted: deleted, fields: { id: id, name: name } }
  - entity: ticket
    stream: tickets
    deleted: { column: status, values: [deleted] }
    fields: { id: id, created_at: created, updated_at: updated, status: status }
`;

  test('is marked by the protocol or by a column of its own, and dated by its mark where that is a time', async () => {
    const t = await tenant();
    await t.tap([schema('groups'), ...[1, 2, 3, 4, 5].map((id) => group(id))], { map: deletedMap });
    const result = await t.tap(
      [
        schema('groups'),
        record('groups', { id: 1, _sdc_deleted_at: '2026-11-01T08:00:00Z' }),
        record('groups', { id: 2, name: 'x', __deleted: 'true' }),
        record('groups', { id: 3, name: 'x', deleted: true }),
        record('groups', { id: 4, name: 'x', deleted: false, __deleted: 'false', _sdc_deleted_at: null }),
        record('groups', { id: 9, deleted: true }),
      ],
      { map: deletedMap, at: '2026-11-21T00:00:00Z' },
    );
    expect(result).toMatchObject({ deleted: 3, rejected: 0 });
    expect(await t.ids('team')).toEqual(['4', '5']);
    const dates = await database.db.query(sql`
      select id, deleted_at::text from crm.teams where tenant_id = ${t.tenantId} and deleted_at is not null order by id`);
    expect(dates).toEqual([
      { id: '1', deleted_at: '2026-11-01 08:00:00+00' },
      { id: '2', deleted_at: '2026-11-21 00:00:00+00' },
      { id: '3', deleted_at: '2026-11-21 00:00:00+00' },
    ]);
  });

  test('comes back by a newer state only, in whatever order they come and in whatever batches', async () => {
    const alive = ticket(1, '2026-01-02', { status: 'open' });
    const gone = ticket(1, '2026-01-03', { status: 'deleted' });
    const back = ticket(1, '2026-01-04', { status: 'open' });
    for (const batchRecords of [1, 100]) {
      for (const [lines, ids] of [
        [[alive, gone], []],
        [[gone, alive], []],
        [[alive, gone, back], ['1']],
        [[back, gone, alive], ['1']],
        [[gone, back], ['1']],
      ] as const) {
        const t = await tenant();
        await t.tap([schema('tickets'), ...lines], { map: deletedMap, batchRecords });
        expect(await t.ids('ticket')).toEqual(ids);
      }
    }
  });

  test('of a stream without versions comes back when it is named again', async () => {
    for (const batchRecords of [1, 100]) {
      const t = await tenant();
      const gone = record('groups', { id: 1, deleted: true });
      await t.tap([schema('groups'), group(1), gone], { map: deletedMap, batchRecords });
      expect(await t.ids('team')).toEqual([]);
      await t.tap([schema('groups'), gone, group(1), gone, group(1)], { map: deletedMap, batchRecords });
      expect(await t.ids('team')).toEqual(['1']);
    }
  });
});

describe('a part of a record', () => {
  const partMap = `source: tap
entities:
  - { entity: ticket, stream: tickets, fields: { id: id, created_at: created, updated_at: updated, status: status } }
  - entity: ticket
    stream: metrics
    partial: true
    order: updated
    fields: { id: ticket, created_at: created, reopened_count: reopens, resolved_at: solved }
`;
  const metric = (updated: string, reopens: number) =>
    record('metrics', { id: 99, ticket: 1, created: '2026-01-01', updated, reopens, solved: '2026-01-05' });

  test.each([1, 100])(
    'is added to what another stream describes, whichever comes first (batches of %i)',
    async (batchRecords) => {
      const whole = ticket(1, '2026-01-02', { status: 'resolved' });
      const part = metric('2026-01-06', 2);
      for (const lines of [
        [whole, part],
        [part, whole],
        [part, whole, metric('2026-01-03', 1)],
        [whole, metric('2026-01-03', 1), part, whole],
      ]) {
        const t = await tenant();
        await t.tap([schema('tickets'), schema('metrics', ['id']), ...lines], { map: partMap, batchRecords });
        expect(await t.stored('ticket', 'id, status, reopened_count, resolved_at::text')).toEqual([
          { id: '1', status: 'resolved', reopened_count: 2, resolved_at: '2026-01-05 00:00:00+00' },
        ]);
      }
    },
  );
});

describe('a list in a record', () => {
  test('gives a row for each of its items, with the fields of the record around it', async () => {
    const t = await tenant();
    const eachMap = `source: tap
entities:
  - entity: ticket_event
    stream: audits
    each: events
    where: { events.type: [Change], events.field: [status, group_id] }
    fields:
      ticket_id: ticket_id
      at: created_at
      operator_id: author_id
      kind: { column: events.field, values: { group_id: team } }
      old: events.before
      new: events.after
`;
    const events = [
      { type: 'Change', field: 'status', before: 'new', after: 'open' },
      { type: 'Change', field: 'tags', before: [], after: ['a'] },
      { type: 'Comment', body: 'Hello' },
      null,
      { type: 'Change', field: 'group_id', before: null, after: '7' },
    ];
    const audit = { id: 1, ticket_id: 5, created_at: '2026-01-02T03:04:05Z', author_id: 8 };
    const result = await t.tap(
      [schema('audits'), record('audits', { ...audit, events }), record('audits', { ...audit, events: null })],
      { map: eachMap },
    );
    expect(result).toMatchObject({ records: 2, rejected: 0, entities: [{ read: 2, inserted: 2 }] });
    expect((await t.stored('ticket_event', 'ticket_id, at::text, operator_id, kind, old, new')).toSorted()).toEqual(
      expect.arrayContaining([
        { ticket_id: '5', at: '2026-01-02 03:04:05+00', operator_id: '8', kind: 'status', old: 'new', new: 'open' },
        { ticket_id: '5', at: '2026-01-02 03:04:05+00', operator_id: '8', kind: 'team', old: null, new: '7' },
      ]),
    );
  });
});
