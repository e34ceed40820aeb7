import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import sql from 'sql-template-tag';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createDb } from '../../src/db/db.ts';
import { migrate, pendingMigrations } from '../../src/db/migrate.ts';
import { silentLog } from '../../src/lib/log.ts';

const folder = path.join(import.meta.dirname, '..', '..', 'migrations');
const all = (await readdir(folder)).map((file) => file.replace(/\.sql$/, '')).sort();

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('serverUrl') });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** A database without anything in it, dropped with the test. */
async function emptyDatabase(): Promise<string> {
  const name = `crema_empty_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name} template template0`);
  onTestFinished(() => onServer(`drop database ${name} with (force)`));
  const url = new URL(inject('serverUrl'));
  url.pathname = `/${name}`;
  return url.toString();
}

test('applies every migration once, in order, and nothing the second time', async () => {
  const url = await emptyDatabase();
  const db = createDb({ url, applicationName: 'crema test', log: silentLog });
  onTestFinished(() => db.end());
  expect(await pendingMigrations(db)).toEqual(all);
  expect(await migrate(url)).toEqual(all);
  expect(await pendingMigrations(db)).toEqual([]);
  expect(await migrate(url)).toEqual([]);
  const recorded = await db.query<{ name: string }>(sql`select name from ops.migrations order by id`);
  expect(recorded.map(({ name }) => name)).toEqual(all);
});

test('several processes at once: one applies, the others wait and find it done', async () => {
  const url = await emptyDatabase();
  const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(url)));
  expect(applied.flat().sort()).toEqual(all);
});

test('two databases of one server at once: the role they share is no obstacle', async () => {
  const urls = await Promise.all([emptyDatabase(), emptyDatabase(), emptyDatabase()]);
  expect(await Promise.all(urls.map(migrate))).toEqual(urls.map(() => all));
});

test('a database that cannot be migrated is left as it was, with the reason', async () => {
  const url = await emptyDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create schema crm; create table crm.teams (mine int)');
  await expect(migrate(url)).rejects.toMatchObject({ code: 'DB_MIGRATION', message: expect.stringContaining('teams') });
  const { rows } = await client.query(`select to_regclass('crm.tickets') as made`);
  expect(rows).toEqual([{ made: null }]);
  await client.query('drop schema crm cascade');
  await client.end();
  expect((await migrate(url)).at(-1)).toBe(all.at(-1));
});

test('a server that is not there is named, without the password', async () => {
  const failed = migrate('postgres://someone:secret@127.0.0.1:1/nothing');
  await expect(failed).rejects.toMatchObject({ code: 'DB_UNREACHABLE' });
  await expect(failed).rejects.not.toThrow(/secret/);
});
