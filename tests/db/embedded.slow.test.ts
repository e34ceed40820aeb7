import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { joinEmbedded } from '../../src/db/embedded.ts';
import { findPlace } from '../../src/db/embedded-place.ts';

const isRoot = process.getuid?.() === 0;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'crema-embedded-'));
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let homes = 0;
const newHome = () => path.join(folder, `home-${++homes}`);
const placeOf = (home: string) => findPlace(home, 'embedded-postgres');
const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );

async function ask<Row extends object>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<Row>(statement).finally(() => client.end());
  return rows;
}

/** Another process that joins the server of this home. */
async function join(home: string): Promise<{ child: ChildProcess; url: string; leave(): Promise<void> }> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'join-embedded.ts'), home], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [url] = (await once(createInterface(child.stdout!), 'line')) as [string];
  return {
    child,
    url,
    async leave() {
      const gone = once(child, 'exit');
      child.stdin!.end();
      expect(await gone).toEqual([0, null]);
    },
  };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const postmaster = async (home: string): Promise<number> =>
  Number((await readFile(path.join((await placeOf(home)).dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);

/** Until the server has noticed that a killed process is gone. */
async function forgotten(url: string): Promise<void> {
  for (;;) {
    const [row] = await ask<{ members: string }>(
      url,
      `select count(*)::text as members from pg_stat_activity where application_name = 'crema member'`,
    );
    if (row?.members === '0') return;
  }
}

describe('the embedded server', () => {
  test('starts in a fresh home, on loopback only, with a password, and stops when left', async () => {
    const home = newHome();
    const server = await joinEmbedded(home);
    const [settings] = await ask(
      server.url,
      `select current_setting('listen_addresses') as host, current_setting('unix_socket_directories') as sockets`,
    );
    expect(settings).toEqual({ host: '127.0.0.1', sockets: '' });
    const { mode } = await stat(path.join(home, 'postgres-password'));
    expect(mode & 0o777).toBe(0o600);
    await expect(ask(server.url.replace(/:[^:@]+@/, ':wrong@'), 'select 1')).rejects.toThrow(/password/);
    await server.leave();
    await expect(ask(server.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
    expect(await exists(path.join(home, 'postgres.lock'))).toBe(false);
  });

  test('is shared by processes: the last one out stops it, the data stays', async () => {
    const home = newHome();
    const [first, second] = await Promise.all([join(home), join(home)]);
    expect(second.url).toBe(first.url);
    await ask(first.url, 'create table kept as select 42 as answer');
    await first.leave();
    expect(await ask(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await second.leave();
    await expect(ask(second.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
    const again = await joinEmbedded(home);
    expect(await ask(again.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await again.leave();
  });

  test('outlives a killed process; the next one joins it and may stop it', async () => {
    const home = newHome();
    const victim = await join(home);
    await ask(victim.url, 'create table kept as select 42 as answer');
    await kill(victim.child);
    await forgotten(victim.url);
    const next = await joinEmbedded(home);
    expect(next.url).toBe(victim.url);
    expect(await ask(next.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await next.leave();
    await expect(ask(next.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
  });

  test('starts again after everything was killed, server included', async () => {
    const home = newHome();
    const victim = await join(home);
    await ask(victim.url, 'create table kept as select 42 as answer');
    const pid = await postmaster(home);
    process.kill(pid, 'SIGKILL');
    await kill(victim.child);
    const next = await joinEmbedded(home);
    expect(await ask(next.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await next.leave();
  });

  test('starts where postmaster.pid names a process that is no server', async () => {
    const home = newHome();
    await (await joinEmbedded(home)).leave();
    const { dataDir } = await placeOf(home);
    const lines = [process.pid, dataDir, 1, 1, '', '127.0.0.1', '', 'ready'];
    await writeFile(path.join(dataDir, 'postmaster.pid'), `${lines.join('\n')}\n`);
    const server = await joinEmbedded(home);
    expect(await ask(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.leave();
  });

  test('is not kept waiting by the lock of a process that died', async () => {
    const home = newHome();
    await mkdir(home, { recursive: true });
    const dead = spawn(process.execPath, ['-e', '']);
    await once(dead, 'exit');
    const lock = path.join(home, 'postgres.lock');
    // Its number may also be our own by now, as in a container that was started again.
    for (const pid of [dead.pid, process.pid]) {
      await writeFile(lock, String(pid));
      const server = await joinEmbedded(home);
      expect(await ask(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
      await server.leave();
    }
  });

  test('does not take over half a database that a kill left behind', async () => {
    const home = newHome();
    const place = await placeOf(home);
    await mkdir(`${place.dataDir}.new/base`, { recursive: true });
    await writeFile(`${place.dataDir}.new/PG_VERSION`, place.majorVersion);
    const server = await joinEmbedded(home);
    expect(await ask(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.leave();
  });

  test('refuses files of another PostgreSQL, and says what to do', async () => {
    const home = newHome();
    const { dataDir } = await placeOf(home);
    await mkdir(dataDir, { recursive: true });
    await writeFile(path.join(dataDir, 'PG_VERSION'), '9.6\n');
    await expect(joinEmbedded(home)).rejects.toMatchObject({
      code: 'EMBEDDED_VERSION',
      message: expect.stringContaining('9.6'),
      remedy: expect.stringContaining('move the folder away'),
    });
    expect(await exists(path.join(home, 'postgres.lock'))).toBe(false);
  });

  test('does not start over where its password was lost', async () => {
    const home = newHome();
    await (await joinEmbedded(home)).leave();
    await rm(path.join(home, 'postgres-password'));
    await expect(joinEmbedded(home)).rejects.toMatchObject({ code: 'EMBEDDED_PASSWORD' });
  });
});

// PostgreSQL refuses to run as root, so Crema started by root runs it as a system user who may be unable to reach a folder.
describe.skipIf(!isRoot)('started by root (skipped for others: they run the server themselves)', () => {
  test('opens a private home for passing through, and keeps the files in it', async () => {
    const home = await mkdtemp(path.join(folder, 'private-'));
    const server = await joinEmbedded(home);
    expect(server.note).toBeUndefined();
    expect((await stat(home)).mode & 0o777).toBe(0o711);
    await server.leave();
  });

  test('below a folder that is not its own to open, keeps the files elsewhere and says where', async () => {
    const closed = path.join(folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const home = path.join(closed, 'home');
    const place = await placeOf(home);
    onTestFinished(() => rm(path.dirname(place.dataDir), { recursive: true, force: true }));
    const server = await joinEmbedded(home);
    expect(server.note).toContain(closed);
    expect(server.note).toContain(path.dirname(place.dataDir));
    expect((await stat(closed)).mode & 0o777).toBe(0o700);
    await ask(server.url, 'create table kept as select 42 as answer');
    await server.leave();
    const again = await joinEmbedded(home);
    expect(await ask(again.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await again.leave();

    // A home that was removed and made anew starts with an empty database, not with one it has no password for.
    await rm(home, { recursive: true });
    const fresh = await joinEmbedded(home);
    expect(await ask(fresh.url, `select to_regclass('kept') as kept`)).toEqual([{ kept: null }]);
    await fresh.leave();
  });
});
