import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';

/** Processes on Linux that descend from this one and are not zombies: the browsers it started. */
export function browserPids(parent = process.pid): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = statOf(Number(name));
      return stat && stat.state !== 'Z' && stat.parent === parent ? [Number(name)] : [];
    });
  return children.flatMap((pid) => [pid, ...browserPids(pid)]);
}

/** `pid (command) state parent ...`: the command may hold spaces and brackets. */
function statOf(pid: number): { state: string; parent: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: state!, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** Whether a process runs; a zombie does not. */
export function isRunning(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.state !== 'Z';
}

/** Folders of browsers that the process with this id started. */
export function browserFolders(pid = process.pid): string[] {
  return readdirSync(os.tmpdir()).filter((name) => name.startsWith(`crema-chromium-${pid}-`));
}
