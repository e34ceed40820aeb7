import sql from 'sql-template-tag';
import type { Db, Queryable, Tx } from './db.ts';

/** First key of our advisory locks: one class per thing that is locked. */
const lockClass = { stream: 7301, instance: 7302 } as const;

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
