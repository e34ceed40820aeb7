import sql from 'sql-template-tag';
import type { Db, Queryable, Tx } from './db.ts';

/** First key of our advisory locks: one class per thing that is locked. */
const lockClass = {
  ...{ stream: 7301, instance: 7302, partitions: 7303 },
  ...{ job: 7304, mending: 7305, queueSchema: 7306, work: 7307 },
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

/**
 * Claims a piece of a tenant's work for as long as the session lives, so that two processes do not do it at once; undefined
 * when it is taken. A killed process lets go at once. What is written must be fenced all the same: a session may be lost
 * while its process lives on.
 */
export async function claimWork(
  db: Db,
  tenantId: number,
  name: string,
): Promise<{ release(): Promise<void> } | undefined> {
  const session = await db.session();
  const key = `${tenantId}:${name}`;
  const [row] = await session.query<{ taken: boolean }>(
    sql`select pg_try_advisory_lock(${lockClass.work}::int, hashtext(${key})) as taken`,
  );
  if (!row?.taken) {
    session.release();
    return undefined;
  }
  return {
    async release() {
      // The server sees a closed connection a little later; whoever comes next should not have to wait for that.
      await session
        .query(sql`select pg_advisory_unlock(${lockClass.work}::int, hashtext(${key}))`)
        .catch(() => undefined);
      session.release();
    },
  };
}

/** Locks the making of partitions of a table until the transaction ends. */
export async function lockPartitions(tx: Queryable, table: string): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(${lockClass.partitions}::int, hashtext(${table}))`);
}
