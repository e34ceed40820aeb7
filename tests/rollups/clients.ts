import sql, { type Sql } from 'sql-template-tag';
import { onTestFinished } from 'vitest';
import { createDb, type Db, type Queryable, type Tx } from '../../src/db/db.ts';
import { silentLog } from '../../src/lib/log.ts';

/** A connection whose transaction begins and ends where the test says. */
export interface Client extends Tx {
  begin(): Promise<void>;
  commit(): Promise<void>;
}

/** Opens a connection of its own, closed with the test. */
export async function openClient(db: Db): Promise<Client> {
  const session = await db.session();
  onTestFinished(() => session.release());
  return {
    query: session.query,
    run: session.run,
    copyIn: session.copyIn,
    begin: async () => void (await session.run(sql`begin`)),
    commit: async () => void (await session.run(sql`commit`)),
  };
}

/** A one-connection pool that can be told from others in pg_stat_activity by its name. */
export function openNamed(url: string, name: string): Db {
  const db = createDb({ url, applicationName: name, log: silentLog, maxConnections: 1 });
  onTestFinished(() => db.end());
  return db;
}

export type Wait = 'advisory' | 'relation' | 'transactionid' | 'tuple';

/** Resolves once the connection of that name stands at a lock of that kind: the only order a test may rely on. */
export async function standsAt(db: Queryable, name: string, wait: Wait): Promise<void> {
  await until(
    db,
    sql`select 1 from pg_stat_activity
        where application_name = ${name} and wait_event_type = 'Lock' and wait_event = ${wait}
          and datname = current_database()`,
    `${name} waits for a lock (${wait})`,
  );
}

/** Asks until there is a row; gives up after 20 s with what was hoped for. */
async function until(db: Queryable, statement: Sql, hope: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while ((await db.query(statement)).length === 0) {
    if (performance.now() > deadline) throw new Error(`in vain: ${hope}`);
  }
}
