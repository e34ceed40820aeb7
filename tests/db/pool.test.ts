import sql from 'sql-template-tag';
import { describe, expect, onTestFinished, test } from 'vitest';
import { copyRows, createDb, type Db } from '../../src/db/db.ts';
import { silentLog } from '../../src/lib/log.ts';
import { useDatabase } from '../database.ts';

const database = useDatabase();

const open = (applicationName: string, url = database.url): Db => {
  const db = createDb({ url, applicationName, log: silentLog, maxConnections: 2 });
  onTestFinished(() => db.end().catch(() => undefined));
  return db;
};

/** Ends the server side of every connection of that name, and waits until they are gone. */
async function terminate(applicationName: string): Promise<number> {
  const ended = await database.db.query(sql`
    select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = ${applicationName}`);
  return ended.length;
}

const pid = sql`select pg_backend_pid() as pid`;

describe('a connection the server ends', () => {
  test('while idle is replaced without anybody noticing', async () => {
    const db = open('idle');
    const [before] = await db.query<{ pid: number }>(pid);
    expect(await terminate('idle')).toBe(1);
    // The pool hears of it through the socket; until then it may hand the dead connection out once.
    const [after] = await db.query<{ pid: number }>(pid).catch(() => db.query<{ pid: number }>(pid));
    expect(after!.pid).not.toBe(before!.pid);
  });

  test('in a transaction ends it with a clear error, keeps nothing, and the next one works', async () => {
    const db = open('in transaction');
    await db.run(sql`create table kept (a int)`);
    const lost = db.tx(async (tx) => {
      await tx.run(sql`insert into kept values (1)`);
      await terminate('in transaction');
      await tx.run(sql`insert into kept values (2)`);
    });
    await expect(lost).rejects.toMatchObject({
      code: 'DB_LOST',
      remedy: expect.stringContaining('Nothing of this step'),
    });
    expect(await db.tx((tx) => tx.query(sql`select * from kept`))).toEqual([]);
  });

  test('during a statement rejects that statement', async () => {
    const db = open('busy');
    const running = expect(db.query(sql`select pg_sleep(600)`)).rejects.toMatchObject({ code: 'DB_LOST' });
    while ((await terminate('busy')) === 0);
    await running;
    expect(await db.query(sql`select 1 as one`)).toEqual([{ one: 1 }]);
  });

  test('during a COPY rejects it instead of waiting for ever', async () => {
    const db = open('copying');
    await db.run(sql`create table copied (a text)`);
    async function* rows() {
      yield 'first\n';
      await terminate('copying');
      for (;;) {
        yield 'more\n';
        await new Promise(setImmediate);
      }
    }
    await expect(db.tx((tx) => copyRows(tx.copyIn('copy copied (a) from stdin'), rows()))).rejects.toMatchObject({
      code: 'DB_LOST',
    });
    expect(await db.query(sql`select * from copied`)).toEqual([]);
  });

  test('held for a session lock gives the lock back', async () => {
    const db = open('session');
    const session = await db.session();
    await session.query(sql`select pg_advisory_lock(99)`);
    await terminate('session');
    await expect(session.query(sql`select 1`)).rejects.toMatchObject({ code: 'DB_LOST' });
    session.release();
    expect(await db.query(sql`select pg_try_advisory_lock(99) as free`)).toEqual([{ free: true }]);
  });
});

test('an error rolls back and comes through as it was', async () => {
  const db = open('error');
  await db.run(sql`create table rolled (a int)`);
  const failed = db.tx(async (tx) => {
    await tx.run(sql`insert into rolled values (1)`);
    throw new RangeError('mine');
  });
  await expect(failed).rejects.toThrow(RangeError);
  await expect(db.query(sql`select * from nowhere`)).rejects.toMatchObject({ code: '42P01' });
  expect(await db.query(sql`select * from rolled`)).toEqual([]);
});

test('a server that is not there is named, without the password', async () => {
  const db = open('nowhere', 'postgres://someone:secret@127.0.0.1:1/nothing');
  const error = await db.query(sql`select 1`).then(
    () => undefined,
    (reason: Error) => reason,
  );
  expect(error).toMatchObject({ code: 'DB_UNREACHABLE', message: expect.stringContaining('127.0.0.1:1') });
  expect(error?.message).not.toContain('secret');
});

test('instants, dates, big numbers and exact decimals arrive as what they are', async () => {
  const db = open('types');
  const [row] = await db.query(sql`
    select timestamptz '2026-03-01T10:00:00.123456Z' as at, date '2026-03-01' as day, 9007199254740991::bigint as big,
      0.1::numeric as exact, array['a'] as list, null::timestamptz as none`);
  expect(row).toEqual({
    at: Temporal.Instant.from('2026-03-01T10:00:00.123456Z'),
    day: '2026-03-01',
    big: 9_007_199_254_740_991,
    exact: '0.1',
    list: ['a'],
    none: null,
  });
  await expect(db.query(sql`select 9007199254740993::bigint as big`)).rejects.toThrow(/does not fit/);
});

test('types of other pools in the process stay as they were', async () => {
  const { default: pg } = await import('pg');
  open('ours');
  const other = new pg.Pool({ connectionString: database.url });
  const { rows } = await other.query<{ big: unknown }>('select 1::bigint as big');
  await other.end();
  expect(rows).toEqual([{ big: '1' }]);
});
