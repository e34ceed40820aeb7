import { mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const memory = '/dev/shm';
const prefix = 'crema-test-';

/** Bytes. The data of a run are a gigabyte at most, its write-ahead log two; what is left is for everything else. */
const room = 4 * 2 ** 30;
const spare = 8 * 2 ** 30;

/**
 * A folder for the server of the run: in memory where there is plenty of it, else among the temporary files. Making and
 * dropping a database for each test file is a thousand files each time, over which a disk's file system spends more time
 * than PostgreSQL spends on the statements of the tests.
 */
export async function makeServerHome(): Promise<string> {
  if (!(await isRoomy(memory))) return mkdtemp(path.join(os.tmpdir(), prefix));
  await removeForgotten(memory);
  return mkdtemp(path.join(memory, `${prefix}${process.pid}-`));
}

async function isRoomy(folder: string): Promise<boolean> {
  const found = await statfs(folder).catch(() => undefined);
  return found !== undefined && found.bavail * found.bsize >= room && process.availableMemory() >= spare;
}

/**
 * Of runs that were killed: their server keeps running, on memory that is nobody's. It ends by itself within a minute
 * of losing its files. The hour is for runs whose processes cannot be seen from here, in another container.
 */
async function removeForgotten(folder: string): Promise<void> {
  const hourAgo = Temporal.Now.instant().subtract({ hours: 1 }).epochMilliseconds;
  for (const name of await readdir(folder)) {
    const pid = Number(new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]);
    if (!pid || isAlive(pid)) continue;
    const made = await stat(path.join(folder, name)).catch(() => undefined);
    if (made && made.mtimeMs < hourAgo) await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
