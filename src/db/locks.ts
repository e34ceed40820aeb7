import sql, { type Sql } from 'sql-template-tag';
import type { Db, Queryable, Tx } from './db.ts';

/** First key of our advisory locks: one class per thing that is locked. */
const lockClass = {
  ...{ stream: 7301, instance: 7302, partitions: 7303 },
  ...{ job: 7304, mending: 7305, queueSchema: 7306, work: 7307, numbers: 7308, incidents: 7309 },
} as const;

/**
 * Locks (tenant, stream) until the transaction ends. Always a statement of its own, before anything is read: a lock
 * taken in the statement that reads would leave that statement with a snapshot older than the lock.
 */
export async function lockStream(tx: Queryable, tenantId: number, stream: string): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(${lockClass.stream}::int, hashtext(${`${tenantId}:${stream}`}))`);
}

/** Claims the one long-running instance of a database for as long as the session lives; undefined when it is taken. */
export async function claimInstance(db: Db): Promise<(Tx & { release(): void }) | undefined> {
  const session = await db.session();
  const [row] = await session.query<{ taken: boolean }>(
    sql`select pg_try_advisory_lock(${lockClass.instance}::int, 0) as taken`,
  );
  if (row?.taken) return session;
  session.release();
  return undefined;
}

/** Locks a tenant's job until the transaction ends, so that who runs it is decided by one at a time. */
export async function lockJob(tx: Queryable, tenantId: number, job: string): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(${lockClass.job}::int, hashtext(${`${tenantId}:${job}`}))`);
}

/** Locks the counting of a tenant's subscriptions until the transaction ends: their numbers are consecutive. */
export async function lockNumbers(tx: Queryable, tenantId: number): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(${lockClass.numbers}::int, hashtext(${String(tenantId)}))`);
}

/** The same for its incidents, which are counted while rules are locked. */
export async function lockIncidentNumbers(tx: Queryable, tenantId: number): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(${lockClass.incidents}::int, hashtext(${String(tenantId)}))`);
}

/** Whether this transaction is the one that looks after dead workers now; another replica's may be. Never waits. */
export async function leadsMending(tx: Queryable): Promise<boolean> {
  const [row] = await tx.query<{ taken: boolean }>(
    sql`select pg_try_advisory_xact_lock(${lockClass.mending}::int, 0) as taken`,
  );
  return row?.taken ?? false;
}

/** Runs `work` while no other process of this database installs the queue's tables. */
export async function whileInstallingQueue<T>(db: Db, work: () => Promise<T>): Promise<T> {
  const session = await db.session();
  try {
    await session.query(sql`select pg_advisory_lock(${lockClass.queueSchema}::int, 0)`);
    return await work();
  } finally {
    // The lock ends with its connection.
    session.release();
  }
}

/** The one connection on which a process holds all its claims: one for each would use up the pool. */
interface Claims {
  session: Promise<Tx & { release(): void }>;
  /** A session gets a lock it has already, so what this process holds it must know itself. */
  held: Set<string>;
  /** Statements of a connection go one after the other. */
  last: Promise<unknown>;
}

const claims = new WeakMap<Db, Claims>();

/**
 * Claims a piece of a tenant's work until it is released, so that no two do it at once; undefined when it is taken. A
 * killed process lets go at once. What is written must be fenced all the same: the connection may be lost while its process
 * lives on.
 */
export async function claimWork(
  db: Db,
  tenantId: number,
  name: string,
): Promise<{ release(): Promise<void> } | undefined> {
  const key = `${tenantId}:${name}`;
  const mine = claims.get(db) ?? { session: db.session(), held: new Set<string>(), last: Promise.resolve() };
  claims.set(db, mine);
  if (mine.held.has(key)) return undefined;
  mine.held.add(key);
  const ask = <Row extends object>(statement: Sql): Promise<Row[]> => {
    const answer = mine.last.then(async () => (await mine.session).query<Row>(statement));
    mine.last = answer.catch(() => undefined);
    return answer;
  };
  const drop = async () => {
    mine.held.delete(key);
    if (mine.held.size > 0 || claims.get(db) !== mine) return;
    claims.delete(db);
    await mine.session.then((session) => session.release()).catch(() => undefined);
  };
  try {
    const [row] = await ask<{ taken: boolean }>(
      sql`select pg_try_advisory_lock(${lockClass.work}::int, hashtext(${key})) as taken`,
    );
    if (!row?.taken) {
      await drop();
      return undefined;
    }
  } catch (error) {
    // A connection that failed once is not used for the next claim.
    if (claims.get(db) === mine) claims.delete(db);
    throw error;
  }
  return {
    async release() {
      await ask(sql`select pg_advisory_unlock(${lockClass.work}::int, hashtext(${key}))`).catch(() => undefined);
      await drop();
    },
  };
}

/** Locks the making of partitions of a table until the transaction ends. */
export async function lockPartitions(tx: Queryable, table: string): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(${lockClass.partitions}::int, hashtext(${table}))`);
}
