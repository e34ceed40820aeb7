import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import sql from 'sql-template-tag';
import { CremaError, messageOf } from '../lib/errors.ts';
import type { Db } from './db.ts';
import { publicUrl } from './db.ts';

const migrationsDir = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'migrations');
const oldestServer = 150_000;

/** Brings the schema up to date, forward only; safe to run from several processes at once. Returns what was applied. */
export async function migrate(url: string): Promise<string[]> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'crema migrate',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw new CremaError('DB_UNREACHABLE', `cannot connect to PostgreSQL at ${publicUrl(url)}: ${messageOf(error)}`, {
      remedy:
        'Check DATABASE_URL and that the server runs and accepts this user; unset it to use the embedded PostgreSQL.',
      cause: error,
    });
  }
  try {
    const { rows } = await client.query<{ version: number; name: string }>(
      `select current_setting('server_version_num')::int as version, current_setting('server_version') as name`,
    );
    if ((rows[0]?.version ?? 0) < oldestServer) {
      throw new CremaError('DB_TOO_OLD', `PostgreSQL ${rows[0]?.name} is too old: Crema needs 15 or newer`, {
        remedy: 'Upgrade the server, or unset DATABASE_URL to use the embedded PostgreSQL.',
      });
    }
    const applied = await runner({
      dbClient: client,
      dir: migrationsDir,
      migrationsTable: 'migrations',
      migrationsSchema: 'ops',
      createMigrationsSchema: true,
      direction: 'up',
      advisoryLockMode: 'wait',
      logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    return applied.map((migration) => migration.name);
  } catch (error) {
    if (error instanceof CremaError) throw error;
    throw new CremaError('DB_MIGRATION', `migration failed: ${messageOf(error)}`, {
      remedy:
        'The failed step was rolled back. The database user needs CREATE on the database and CREATEROLE (or an existing role crema_reader it is a member of).',
      cause: error,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Names of migrations that are in the folder and not yet in the database; all of them when it was never migrated. */
export async function pendingMigrations(db: Db): Promise<string[]> {
  const files = (await readdir(migrationsDir))
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.replace(/\.sql$/, ''));
  const [table] = await db.query<{ present: boolean }>(
    sql`select to_regclass('ops.migrations') is not null as present`,
  );
  if (!table?.present) return files.sort();
  const done = await db.query<{ name: string }>(sql`select name from ops.migrations`);
  const names = new Set(done.map((row) => row.name));
  return files.filter((file) => !names.has(file)).sort();
}
