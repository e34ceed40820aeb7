import { rm } from 'node:fs/promises';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { joinEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { makeServerHome } from './server-home.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the server's `postgres` database; tests clone `template` on it. */
    serverUrl: string;
    template: string;
  }
}

/**
 * One PostgreSQL for the run (the embedded one, or the server CREMA_TEST_DATABASE_URL names) and one migrated template
 * database, which each test file clones.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.CREMA_TEST_DATABASE_URL;
  const home = given ? undefined : await makeServerHome();
  const embedded = home === undefined ? undefined : await joinEmbedded(home);
  const serverUrl = given ?? embedded!.url;
  if (embedded) await forgetPowerCuts(serverUrl);
  const template = `crema_template_${process.pid}`;
  await onServer(serverUrl, `create database ${template}`);
  await migrate(databaseUrl(serverUrl, template));
  project.provide('serverUrl', serverUrl);
  project.provide('template', template);

  return async () => {
    await onServer(serverUrl, `drop database if exists ${template} with (force)`);
    await embedded?.leave();
    if (home !== undefined) await rm(home, { recursive: true, force: true });
  };
}

/**
 * The server dies with the run: waiting for the disk at each commit and drop proves nothing. What a crash of the server
 * leaves is tested on servers of their own.
 */
async function forgetPowerCuts(url: string): Promise<void> {
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit'])
    await onServer(url, `alter system set ${setting} = off`);
  await onServer(url, 'select pg_reload_conf()');
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.toString();
}
