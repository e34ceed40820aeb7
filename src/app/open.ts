import type { Config } from '../config/config.ts';
import type { Environment } from '../config/environment.ts';
import { createDb, type Db } from '../db/db.ts';
import { joinEmbedded } from '../db/embedded.ts';
import { migrate, pendingMigrations } from '../db/migrate.ts';
import type { Tenant } from '../domain/tenant.ts';
import { type SlaTerms, slaTerms } from '../facts/policies.ts';
import { CremaError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { CommandContext } from './command.ts';
import { policiesOf } from './policies.ts';
import { loadTenant, syncTenants } from './tenants.ts';

export interface OpenDatabase {
  db: Db;
  url: string;
  embedded: boolean;
  close(): Promise<void>;
}

/** Connects to DATABASE_URL, or joins (starting it if need be) the embedded PostgreSQL of CREMA_HOME. */
export async function openDatabase(environment: Environment, log: Log, name: string): Promise<OpenDatabase> {
  const options = { applicationName: `crema ${name} pid ${process.pid}`, log };
  if (environment.databaseUrl) {
    const db = createDb({ url: environment.databaseUrl, ...options });
    return { db, url: environment.databaseUrl, embedded: false, close: () => db.end() };
  }
  const server = await joinEmbedded(environment.home);
  if (server.note) log.info({ note: server.note }, 'embedded postgresql lies elsewhere');
  const db = createDb({ url: server.url, ...options });
  return {
    db,
    url: server.url,
    embedded: true,
    async close() {
      await db.end();
      await server.leave();
    },
  };
}

/**
 * Brings the schema up to date where Crema owns the database (embedded) or was asked to; a database of somebody else's
 * is never migrated by the way.
 */
export async function prepareSchema(database: OpenDatabase, options: { migrate: boolean }): Promise<void> {
  const pending = await pendingMigrations(database.db);
  if (pending.length === 0) return;
  if (!options.migrate && !database.embedded) {
    throw new CremaError('DB_NOT_MIGRATED', `the database lacks ${pending.length} migrations (${pending[0]} and on)`, {
      remedy: 'Run: crema migrate',
    });
  }
  await migrate(database.url);
}

export interface Session extends OpenDatabase {
  config: Config;
  tenant: Tenant;
  /** The SLA policies of the tenant. */
  terms: SlaTerms;
}

/** Opens what most commands need, runs `work`, and closes it whatever happens. */
export async function withSession<T>(
  context: CommandContext,
  name: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { config, present } = await context.config();
  const database = await openDatabase(context.environment, context.log, name);
  try {
    await prepareSchema(database, { migrate: false });
    await syncTenants(database.db, config, present);
    const tenant = await loadTenant(database.db, context.globals.tenant);
    const terms = slaTerms(policiesOf(config, tenant.slug));
    return await work({ ...database, config, tenant, terms });
  } finally {
    await database.close();
  }
}
