import fc from 'fast-check';
import sql from 'sql-template-tag';
import { beforeEach, describe, expect, test } from 'vitest';
import { fixedClock } from '../../src/lib/clock.ts';
import type { ListStream, Source } from '../../src/sources/stream.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { later, runNow, sourceAt, syncDeps } from './harness.ts';
import { startModel } from './model-server.ts';

const database = useDatabase();
let tenantId = 0;
let tenants = 0;
beforeEach(async () => {
  tenantId = await makeTenant(database.db, `t${tenants++}`);
});

const ids = (from: number, count: number) => Array.from({ length: count }, (_, index) => `c-${from + index}`);

async function storedContacts(): Promise<string[]> {
  const rows = await database.db.query<{ id: string }>(sql`
    select id from crm.contacts where tenant_id = ${tenantId} and deleted_at is null order by id`);
  return rows.map(({ id }) => id);
}

async function asOf(): Promise<string | undefined> {
  const [row] = await database.db.query<{ as_of: Temporal.Instant | null }>(sql`
    select as_of from ops.streams where tenant_id = ${tenantId} and stream = 'contact'`);
  return row?.as_of?.toString();
}

/** The same source with pages of so few contacts that a few dozen make a long walk. */
function withPageSize(source: Source, size: number): Source {
  const streams = source.streams.map((stream) => {
    if (stream.id !== 'contacts' || stream.shape !== 'list') return stream;
    const small: ListStream = {
      ...stream,
      pageSize: size,
      read: (pace, page) => paged(stream, pace, page, size),
    };
    return small;
  });
  return { ...source, streams };
}

/** Cuts the room's pages of 100 into smaller ones: a page is whatever the list holds there at that moment. */
async function paged(stream: ListStream, pace: Parameters<ListStream['read']>[0], page: number, size: number) {
  const all = await stream.read(pace, 1);
  const entries = all.entries.slice((page - 1) * size, page * size);
  return { ...all, entries, size, hasNext: entries.length > 0 && page * size < (all.total ?? 0) };
}

function setup(model: { url: string }, size: number, over: { mass_delete_limit?: number } = {}) {
  const clock = fixedClock('2026-11-20T08:00:00Z');
  const deps = syncDeps(database.db, tenantId, clock);
  return { clock, deps, source: withPageSize(sourceAt(model.url, over), size) };
}

describe('a list that moves while it is read', () => {
  test('a contact that slips to a page already read, as others are deleted, is found by stepping back', async () => {
    const model = await startModel(ids(1, 9));
    const { deps, source } = setup(model, 3);
    let pages = 0;
    model.before = (path) => {
      if (path === '/crm/chat' && ++pages === 2) model.contacts.splice(0, 2);
    };
    const result = await runNow(deps, source, 'contacts');
    expect(result.outcome).toBe('whole');
    // c-4 and c-5 slipped from page 2 to page 1.
    expect(await storedContacts()).toEqual(ids(1, 9));
    expect(await asOf()).toBe('2026-11-20T08:00:00Z');
    model.before = () => undefined;
    expect(await runNow(deps, source, 'contacts', {})).toMatchObject({ outcome: 'whole', deleted: 0 });
  });

  test('one goes and one comes between two pages: what was missed is not taken for deleted', async () => {
    const model = await startModel(ids(1, 9));
    const { clock, deps, source } = setup(model, 3, { mass_delete_limit: 0.5 });
    await runNow(deps, source, 'contacts');
    later(clock, { minutes: 15 });
    let pages = 0;
    model.before = (path) => {
      if (path !== '/crm/chat' || ++pages !== 2) return;
      model.contacts.shift();
      model.contacts.push('c-new');
    };
    const result = await runNow(deps, source, 'contacts');
    expect(result).toMatchObject({ outcome: 'drifting', deleted: 0 });
    expect(result.notes).toContain('1 entries were skipped while the pages moved; the next pass reads them');
    expect(await storedContacts()).toEqual([...ids(1, 9), 'c-new']);
    // As of the last pass that can be believed.
    expect(await asOf()).toBe('2026-11-20T08:00:00Z');
    later(clock, { minutes: 15 });
    expect(await runNow(deps, source, 'contacts')).toMatchObject({ outcome: 'whole', deleted: 1 });
    expect(await storedContacts()).toEqual([...ids(2, 8), 'c-new']);
    expect(await asOf()).toBe('2026-11-20T08:30:00Z');
  });

  test('a total that its pages never show is not taken as complete, and said', async () => {
    const model = await startModel(ids(1, 4));
    model.before = (path) =>
      path === '/crm/chat'
        ? {
            status: 200,
            body: JSON.stringify({
              success: true,
              data: [{ chat_id: 'c-1' }],
              pagination: { page: 1, limit: 100, total: 4 },
            }),
          }
        : undefined;
    const { deps } = setup(model, 3);
    const result = await runNow(deps, sourceAt(model.url), 'contacts');
    expect(result).toMatchObject({ outcome: 'drifting', calls: 2 });
    expect(result.notes).toContain('the source counts 4 entries, its pages show 1; not taken as complete');
    expect(await asOf()).toBeUndefined();
  });

  test('never loses a contact that is there, and is right once the list holds still', async () => {
    const change = fc.record({
      kind: fc.constantFrom('insert', 'delete', 'swap', 'move'),
      at: fc.nat(1_000),
      to: fc.nat(1_000),
    });
    const passes = fc.array(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 14 }), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 25 }),
        fc.integer({ min: 1, max: 7 }),
        passes,
        async (size, pageSize, changes) => {
          tenantId = await makeTenant(database.db, `t${tenants++}`);
          const model = await startModel(ids(1, size));
          const { clock, deps, source } = setup(model, pageSize, { mass_delete_limit: 1 });
          let next = size + 1;
          const apply = ({ kind, at, to }: { kind: string; at: number; to: number }) => {
            const list = model.contacts;
            const place = (number: number) => number % (list.length + 1);
            if (kind !== 'insert') {
              const [gone] = list.splice(place(at), 1);
              if (kind === 'move' && gone !== undefined) list.splice(place(to), 0, gone);
            }
            if (kind === 'insert' || kind === 'swap') list.splice(place(to), 0, `c-${next++}`);
          };
          for (const during of changes) {
            const turns = [...during];
            model.before = (path) => {
              if (path === '/crm/chat') for (const one of turns.shift() ?? []) apply(one);
            };
            const known = new Set(await storedContacts());
            const { outcome } = await runNow(deps, source, 'contacts');
            const stored = new Set(await storedContacts());
            // Whatever was stored and is there still is stored: nothing is deleted by mistake.
            for (const id of model.contacts) if (known.has(id)) expect(stored).toContain(id);
            if (outcome === 'whole') expect(await asOf()).toBe(clock.now().toString());
            later(clock, { minutes: 15 });
          }
          model.before = () => undefined;
          expect((await runNow(deps, source, 'contacts')).outcome).toBe('whole');
          expect(await storedContacts()).toEqual([...model.contacts].sort());
        },
      ),
      { seed: 20261121, numRuns: 8 },
    );
  });
});

describe('deletes', () => {
  test('of more than the limit are not made until somebody accepts them', async () => {
    const model = await startModel(ids(1, 10));
    const { clock, deps, source } = setup(model, 100);
    await runNow(deps, source, 'contacts');
    model.contacts.splice(0, 3);
    later(clock, { minutes: 15 });
    await expect(runNow(deps, source, 'contacts')).rejects.toMatchObject({
      code: 'SYNC_MASS_DELETE',
      message:
        'crm:contacts: 3 of 10 records are gone at once, more than 20 % (mass_delete_limit); nothing was deleted',
      remedy: 'If they were really deleted: crema sync crm:contacts --accept-deletes',
    });
    expect(await storedContacts()).toHaveLength(10);
    expect(await asOf()).toBe('2026-11-20T08:00:00Z');
    const [state] = await database.db.query<object>(sql`
      select error_code, failing_since is not null as failing from ops.sync_state where tenant_id = ${tenantId}`);
    expect(state).toEqual({ error_code: 'SYNC_MASS_DELETE', failing: true });
    later(clock, { minutes: 15 });
    expect(await runNow(deps, source, 'contacts', { acceptDeletes: true })).toMatchObject({
      deleted: 3,
      outcome: 'whole',
    });
    expect(await storedContacts()).toEqual(model.contacts.toSorted());
    expect(await asOf()).toBe('2026-11-20T08:30:00Z');
    const [after] = await database.db.query<object>(sql`
      select error_code, failing_since from ops.sync_state where tenant_id = ${tenantId}`);
    expect(after).toEqual({ error_code: null, failing_since: null });
  });

  test('of too many to be asked for one by one are made when two passes in a row do not show them', async () => {
    const model = await startModel(ids(1, 300));
    const { clock, deps } = setup(model, 100);
    const source = sourceAt(model.url, { mass_delete_limit: 0.5 });
    await runNow(deps, source, 'contacts');
    model.contacts.splice(0, 60);
    later(clock, { minutes: 15 });
    const first = await runNow(deps, source, 'contacts');
    expect(first).toMatchObject({ deleted: 0 });
    expect(first.notes).toContain('60 entries were not shown; they are deleted if the next pass does not show them');
    later(clock, { minutes: 15 });
    expect(await runNow(deps, source, 'contacts')).toMatchObject({ deleted: 60 });
    expect(await storedContacts()).toHaveLength(240);
  });

  test('an empty list is a mass deletion like any other', async () => {
    const model = await startModel(ids(1, 5));
    const { clock, deps, source } = setup(model, 100);
    await runNow(deps, source, 'contacts');
    model.contacts.length = 0;
    later(clock, { minutes: 15 });
    await expect(runNow(deps, source, 'contacts')).rejects.toThrow('5 of 5 records are gone at once');
    expect(await storedContacts()).toHaveLength(5);
  });
});
