import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Db, Tx } from '../../src/db/db.ts';
import { drain } from '../../src/rollups/engine.ts';
import { markStored } from '../../src/rollups/marks.ts';
import type { TenantZone } from '../../src/rollups/rollup.ts';
import { ticketCreatedDaily } from '../../src/rollups/ticket-created-daily.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { openClient, openNamed, standsAt } from './clients.ts';
import { type TicketState, writeTickets } from './writing.ts';

/*
 * Each variant of incremental aggregation that looks right and is not, as the exact order of events that breaks it;
 * then Crema's writer and drain through the same order. Numbers are those of one day: `full` from the records, `rollup`
 * as stored, `marks` left. A wrong rollup without a mark stays wrong for ever: nothing says that it needs work.
 */
const database = useDatabase();
const at = Temporal.Instant.from('2026-11-20T00:00:00Z');
const [dayA, dayB, dayC] = ['2026-03-01', '2026-03-02', '2026-03-03'] as const;
const rollup = ticketCreatedDaily;

interface State {
  full: number;
  rollup: number;
  marks: number;
}

describe('tempting variants go wrong for ever', () => {
  beforeAll(async () => {
    await database.db.run(sql`create schema trial`);
    await database.db.run(sql`create table trial.events (id int primary key, bucket text not null)`);
    await database.db.run(sql`create table trial.totals (bucket text primary key, total int not null)`);
    await database.db.run(sql`create table trial.marks (id int generated always as identity, bucket text not null)`);
  });

  const reset = async () =>
    void (await database.db.run(sql`truncate trial.events, trial.totals, trial.marks restart identity`));
  const add = (tx: Tx, from: number, to: number, bucket = 'a') =>
    tx.run(sql`insert into trial.events select n, ${bucket} from generate_series(${from}::int, ${to}::int) as n`);
  const mark = (tx: Tx, bucket = 'a') => tx.run(sql`insert into trial.marks (bucket) values (${bucket})`);
  const takeMarks = (tx: Tx) => tx.run(sql`delete from trial.marks`);
  const recompute = (tx: Tx, bucket = 'a') =>
    tx.run(sql`
      insert into trial.totals select ${bucket}, count(*) from trial.events where bucket = ${bucket}
      on conflict (bucket) do update set total = excluded.total`);
  const state = async (bucket = 'a'): Promise<State> => {
    const [row] = await database.db.query<State>(sql`
      select
        (select count(*)::int from trial.events where bucket = ${bucket}) as full,
        coalesce((select total from trial.totals where bucket = ${bucket}), 0) as rollup,
        (select count(*)::int from trial.marks) as marks`);
    return row!;
  };

  test('A: one deduplicated mark per bucket', async () => {
    await reset();
    await database.db.run(sql`create unique index one_mark on trial.marks (bucket)`);
    const markOnce = (tx: Tx) =>
      tx.run(sql`insert into trial.marks (bucket) values ('a') on conflict (bucket) do nothing`);
    const [first, second, drainer] = [
      await openClient(database.db),
      await openClient(database.db),
      await openClient(database.db),
    ];
    await first.begin();
    await add(first, 1, 10);
    await markOnce(first);
    await first.commit();
    await second.begin();
    await add(second, 11, 15);
    await markOnce(second);
    await drainer.begin();
    await takeMarks(drainer);
    await recompute(drainer);
    await drainer.commit();
    await second.commit();
    expect(await state()).toEqual({ full: 15, rollup: 10, marks: 0 });
    await database.db.run(sql`drop index trial.one_mark`);
  });

  test('C: the lock taken in the statement that recomputes', async () => {
    await reset();
    const writer = await openClient(database.db);
    const drainer = openNamed(database.url, 'variant C');
    const lock = sql`select pg_advisory_xact_lock(1)`;
    await add(writer, 1, 10);
    await mark(writer);
    await writer.begin();
    await writer.run(lock);
    await add(writer, 11, 15);
    await mark(writer);
    const drained = drainer.tx(async (tx) => {
      await tx.run(sql`
        with locked as materialized (${lock})
        insert into trial.totals select 'a', count(e.id) from locked cross join trial.events e
        on conflict (bucket) do update set total = excluded.total`);
      await takeMarks(tx);
    });
    await standsAt(database.db, 'variant C', 'advisory');
    await writer.commit();
    await drained;
    expect(await state()).toEqual({ full: 15, rollup: 10, marks: 0 });
  });

  test('D: two drainers without a lock, the slower one with the older snapshot', async () => {
    await reset();
    const writer = await openClient(database.db);
    const hold = await openClient(database.db);
    const quick = await openClient(database.db);
    const slow = openNamed(database.url, 'variant D');
    const takeFree = (tx: Tx) =>
      tx.run(
        sql`delete from trial.marks where id in (select id from trial.marks order by id for update skip locked limit 1)`,
      );
    await add(writer, 1, 10);
    await mark(writer);
    await hold.begin();
    await hold.run(sql`select pg_advisory_xact_lock(2)`);
    const drained = slow.tx(async (tx) => {
      await takeFree(tx);
      // Held in the middle of its statement, where its snapshot is already taken: a slow recompute.
      await tx.run(sql`
        insert into trial.totals
        select 'a', count(e.id) from (select pg_advisory_xact_lock(2)) as slowly cross join trial.events e
        on conflict (bucket) do update set total = excluded.total`);
    });
    await standsAt(database.db, 'variant D', 'advisory');
    await writer.begin();
    await add(writer, 11, 15);
    await mark(writer);
    await writer.commit();
    await quick.begin();
    await takeFree(quick);
    await recompute(quick);
    await quick.commit();
    expect(await state()).toMatchObject({ full: 15, rollup: 15 });
    await hold.commit();
    await drained;
    expect(await state()).toEqual({ full: 15, rollup: 10, marks: 0 });
  });

  test('E: learning the old bucket in the statement that changes it', async () => {
    await reset();
    const writer = await openClient(database.db);
    await add(writer, 1, 15);
    await recompute(writer);
    await writer.begin();
    await writer.run(sql`
      with moved as (
        insert into trial.events select n, 'b' from generate_series(1, 5) as n
        on conflict (id) do update set bucket = excluded.bucket returning bucket
      ), old as (
        select bucket from trial.events where id <= 5 for update
      )
      insert into trial.marks (bucket) select bucket from moved union select bucket from old`);
    await writer.commit();
    const marked = await database.db.query<{ bucket: string }>(sql`select distinct bucket from trial.marks`);
    expect(marked).toEqual([{ bucket: 'b' }]);
    await takeMarks(writer);
    await recompute(writer, 'b');
    expect(await state('b')).toEqual({ full: 5, rollup: 5, marks: 0 });
    expect(await state('a')).toEqual({ full: 10, rollup: 15, marks: 0 });
  });

  test('F: two writers of one record, each reading the old bucket without a lock', async () => {
    await reset();
    const [first, second, drainer] = [
      await openClient(database.db),
      await openClient(database.db),
      await openClient(database.db),
    ];
    await add(first, 1, 1);
    await recompute(first);
    const oldBucket = async (tx: Tx) =>
      (await tx.query<{ bucket: string }>(sql`select bucket from trial.events where id = 1`))[0]!.bucket;
    const moveTo = async (tx: Tx, old: string, bucket: string) => {
      await mark(tx, old);
      await mark(tx, bucket);
      await tx.run(sql`update trial.events set bucket = ${bucket} where id = 1`);
    };
    await first.begin();
    const oldOfFirst = await oldBucket(first);
    await second.begin();
    const oldOfSecond = await oldBucket(second);
    await moveTo(first, oldOfFirst, 'b');
    await first.commit();
    const drainAll = async () => {
      await drainer.begin();
      const marks = await drainer.query<{ bucket: string }>(sql`delete from trial.marks returning bucket`);
      for (const { bucket } of marks) await recompute(drainer, bucket);
      await drainer.commit();
    };
    await drainAll();
    await moveTo(second, oldOfSecond, 'c');
    await second.commit();
    await drainAll();
    expect(await state('c')).toEqual({ full: 1, rollup: 1, marks: 0 });
    expect(await state('b')).toEqual({ full: 0, rollup: 1, marks: 0 });
  });

  test('G: a cursor over the log instead of deleting what was read', async () => {
    await reset();
    const [slow, quick, drainer] = [
      await openClient(database.db),
      await openClient(database.db),
      await openClient(database.db),
    ];
    let last = 0;
    const drainPastCursor = async () => {
      await drainer.begin();
      const marks = await drainer.query<{ id: number }>(sql`select id from trial.marks where id > ${last} order by id`);
      if (marks.length > 0) await recompute(drainer);
      await drainer.commit();
      last = marks.at(-1)?.id ?? last;
      return marks.length;
    };
    await slow.begin();
    await add(slow, 11, 15);
    await mark(slow);
    await quick.begin();
    await add(quick, 1, 10);
    await mark(quick);
    await quick.commit();
    expect(await drainPastCursor()).toBe(1);
    await slow.commit();
    expect(await drainPastCursor()).toBe(0);
    const unread = await database.db.query(sql`select 1 from trial.marks where id > ${last}`);
    expect({ ...(await state()), marks: unread.length }).toEqual({ full: 15, rollup: 10, marks: 0 });
  });
});

describe('the writer and the drain, through the same order of events', () => {
  const tickets = (from: number, to: number, day: string = dayA, version = 1): TicketState[] =>
    Array.from({ length: to - from + 1 }, (_, n) => ({
      id: String(from + n),
      version,
      created_at: `${day}T10:00:00Z`,
    }));
  const write = (tx: Tx, tenant: TenantZone, states: TicketState[]) => writeTickets(tx, { tenant, at }, states);
  const drainAs = (db: Db, tenant: TenantZone) => drain(db, rollup, tenant, at);
  /** Drained once while empty: a rollup's first drain makes every day, whatever is marked. */
  const newTenant = async (name: string): Promise<TenantZone> => {
    const tenant = { tenantId: await makeTenant(database.db, name), timezone: 'UTC' };
    await drainAs(database.db, tenant);
    return tenant;
  };
  const marksOf = async (tenant: TenantZone) =>
    (
      await database.db.query(
        sql`select 1 from ops.dirty where tenant_id = ${tenant.tenantId} and rollup = ${rollup.id}`,
      )
    ).length;
  const state = async (tenant: TenantZone, day: string = dayA): Promise<State> => {
    const [row] = await database.db.query<Omit<State, 'marks'>>(sql`
      select
        (select count(*)::int from crm.tickets
         where tenant_id = ${tenant.tenantId} and created_at::date = ${day}::date) as full,
        (select coalesce(sum(tickets), 0)::int from mart.ticket_created_daily
         where tenant_id = ${tenant.tenantId} and day = ${day}) as rollup`);
    return { ...row!, marks: await marksOf(tenant) };
  };

  test('A: a second writer of a marked day leaves its own mark, and the drain waits for it', async () => {
    const tenant = await newTenant('a');
    const second = await openClient(database.db);
    const drainer = openNamed(database.url, 'engine A');
    await database.db.tx((tx) => write(tx, tenant, tickets(1, 10)));
    await second.begin();
    await write(second, tenant, tickets(11, 15));
    const drained = drainAs(drainer, tenant);
    await standsAt(database.db, 'engine A', 'advisory');
    await second.commit();
    await drained;
    expect(await state(tenant)).toEqual({ full: 15, rollup: 15, marks: 0 });
  });

  test('B: even a writer that takes no lock keeps its mark until a drain has seen its rows', async () => {
    const tenant = await newTenant('b');
    const careless = await openClient(database.db);
    await database.db.tx((tx) => write(tx, tenant, tickets(1, 10)));
    await careless.begin();
    for (const ticket of tickets(11, 15)) {
      await careless.run(sql`
        insert into crm.tickets (tenant_id, source, id, created_at, version)
        values (${tenant.tenantId}, 'import', ${ticket.id}, ${ticket.created_at}, 1)`);
    }
    await markStored(careless, [rollup], tenant, sql`select 'import'::text, '11'::text`);
    await drainAs(database.db, tenant);
    await careless.commit();
    expect(await state(tenant)).toEqual({ full: 15, rollup: 10, marks: 1 });
    await drainAs(database.db, tenant);
    expect(await state(tenant)).toEqual({ full: 15, rollup: 15, marks: 0 });
  });

  test('C: what is written while the drain waits for its lock is in its recompute', async () => {
    const tenant = await newTenant('c');
    const writer = await openClient(database.db);
    const drainer = openNamed(database.url, 'engine C');
    await database.db.tx((tx) => write(tx, tenant, tickets(1, 10)));
    await writer.begin();
    await write(writer, tenant, tickets(1, 10));
    const drained = drainAs(drainer, tenant);
    await standsAt(database.db, 'engine C', 'advisory');
    await write(writer, tenant, tickets(11, 15));
    await writer.commit();
    await drained;
    expect(await state(tenant)).toEqual({ full: 15, rollup: 15, marks: 0 });
  });

  test('D: a drain held up in the middle makes writer and second drain wait, in turn', async () => {
    const tenant = await newTenant('d');
    const hold = await openClient(database.db);
    const slow = openNamed(database.url, 'engine D slow');
    const writer = openNamed(database.url, 'engine D writer');
    const quick = openNamed(database.url, 'engine D quick');
    await database.db.tx((tx) => write(tx, tenant, tickets(1, 10)));
    await hold.begin();
    await hold.run(sql`lock table mart.ticket_created_daily in share mode`);
    const drainedSlowly = drainAs(slow, tenant);
    await standsAt(database.db, 'engine D slow', 'relation');
    const written = writer.tx((tx) => write(tx, tenant, tickets(11, 15)));
    await standsAt(database.db, 'engine D writer', 'advisory');
    const drainedQuickly = drainAs(quick, tenant);
    await standsAt(database.db, 'engine D quick', 'advisory');
    await hold.commit();
    expect(await drainedSlowly).toMatchObject({ buckets: 1 });
    await written;
    expect(await drainedQuickly).toMatchObject({ buckets: 1 });
    expect(await state(tenant)).toEqual({ full: 15, rollup: 15, marks: 0 });
  });

  test('E: moving records marks the day they leave as well as the one they come to', async () => {
    const tenant = await newTenant('e');
    await database.db.tx((tx) => write(tx, tenant, tickets(1, 15)));
    await drainAs(database.db, tenant);
    await database.db.tx((tx) => write(tx, tenant, tickets(1, 5, dayB, 2)));
    const marked = await database.db.query(sql`
      select distinct bucket from ops.dirty where tenant_id = ${tenant.tenantId} and rollup = ${rollup.id} order by 1`);
    expect(marked).toEqual([{ bucket: dayA }, { bucket: dayB }]);
    await drainAs(database.db, tenant);
    expect(await state(tenant, dayA)).toEqual({ full: 10, rollup: 10, marks: 0 });
    expect(await state(tenant, dayB)).toEqual({ full: 5, rollup: 5, marks: 0 });
  });

  test('F: the second writer of one record reads its old day only after the first has committed', async () => {
    const tenant = await newTenant('f');
    const first = await openClient(database.db);
    const second = openNamed(database.url, 'engine F second');
    const drainer = openNamed(database.url, 'engine F drain');
    await database.db.tx((tx) => write(tx, tenant, tickets(1, 1)));
    await drainAs(database.db, tenant);
    await first.begin();
    await write(first, tenant, tickets(1, 1, dayB, 2));
    const drained = drainAs(drainer, tenant);
    await standsAt(database.db, 'engine F drain', 'advisory');
    const moved = second.tx((tx) => write(tx, tenant, tickets(1, 1, dayC, 3)));
    await standsAt(database.db, 'engine F second', 'advisory');
    await first.commit();
    await Promise.all([drained, moved]);
    await drainAs(database.db, tenant);
    for (const day of [dayA, dayB]) expect(await state(tenant, day)).toEqual({ full: 0, rollup: 0, marks: 0 });
    expect(await state(tenant, dayC)).toEqual({ full: 1, rollup: 1, marks: 0 });
  });

  test('G: a mark with a lower id that commits later is drained all the same', async () => {
    const tenant = await newTenant('g');
    const slow = await openClient(database.db);
    const quick = await openClient(database.db);
    const careless = async (tx: Tx, from: number, to: number) => {
      for (const { id, created_at } of tickets(from, to)) {
        await tx.run(sql`
          insert into crm.tickets (tenant_id, source, id, created_at, version)
          values (${tenant.tenantId}, 'import', ${id}, ${created_at}, 1)`);
      }
      await markStored(tx, [rollup], tenant, sql`select 'import'::text, ${String(from)}::text`);
    };
    await slow.begin();
    await careless(slow, 11, 15);
    await quick.begin();
    await careless(quick, 1, 10);
    await quick.commit();
    expect(await drainAs(database.db, tenant)).toMatchObject({ buckets: 1 });
    await slow.commit();
    expect(await state(tenant)).toEqual({ full: 15, rollup: 10, marks: 1 });
    expect(await drainAs(database.db, tenant)).toMatchObject({ buckets: 1 });
    expect(await state(tenant)).toEqual({ full: 15, rollup: 15, marks: 0 });
  });
});
