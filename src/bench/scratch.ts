import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sql, { raw } from 'sql-template-tag';
import type { CommandContext } from '../app/command.ts';
import { openDatabase } from '../app/open.ts';
import { createDb, type Db } from '../db/db.ts';
import { migrate } from '../db/migrate.ts';
import { silentLog } from '../lib/log.ts';

/** A server on which databases may be made: its user needs CREATEDB. */
export interface Server {
  db: Db;
  url: string;
}

export interface Scratch {
  db: Db;
  url: string;
  drop(): Promise<void>;
}

/** A server of the benchmark's own that is removed afterwards, or the one of DATABASE_URL. */
export async function withServer<T>(context: CommandContext, work: (server: Server) => Promise<T>): Promise<T> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'crema-bench-'));
  const database = await openDatabase({ ...context.environment, home }, silentLog, 'bench');
  try {
    return await work(database);
  } finally {
    await database.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** A migrated database of its own, to be dropped by the caller. */
export async function makeScratch(server: Server): Promise<Scratch> {
  const name = `crema_bench_${randomBytes(4).toString('hex')}`;
  await server.db.run(sql`create database ${raw(name)}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const db = createDb({ url: url.toString(), applicationName: 'crema bench', log: silentLog });
  const drop = async () => {
    await db.end();
    await server.db.run(sql`drop database if exists ${raw(name)} with (force)`);
  };
  try {
    await migrate(url.toString());
    return { db, url: url.toString(), drop };
  } catch (error) {
    await drop();
    throw error;
  }
}
