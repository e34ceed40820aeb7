import { rmSync } from 'node:fs';
import { open, readFile, stat, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CremaError, messageOf } from '../lib/errors.ts';

/** Locks that this process holds: a file with our own number and not among them was left by a namesake. */
const held = new Set<string>();

/**
 * Runs `work` while a file with our process number exists, one process at a time; a lock whose owner died is taken
 * over. Throws CremaError when the file cannot be made, or stays another living process's for 90 s.
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + 90_000;
  for (;;) {
    try {
      const handle = await open(file, 'wx', 0o600);
      held.add(file);
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
    // In one go: between the two, another caller of this process would take the file for left behind, or lose its own.
    rmSync(file, { force: true });
    held.delete(file);
  }
}

async function clearDeadLock(file: string): Promise<void> {
  const owner = Number(await readFile(file, 'utf8').catch(() => ''));
  const age = await stat(file).then(
    (found) => Date.now() - found.mtimeMs,
    () => 0,
  );
  // An empty file is a lock being written right now, unless it is old: then its writer was killed in between.
  const dead = owner > 0 ? !isAlive(owner, file) : age > 5_000;
  if (dead) await unlink(file).catch(() => undefined);
}

/** In a container every start may get the number that the killed one had. */
function isAlive(pid: number, file: string): boolean {
  if (pid === process.pid) return held.has(file);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
