import { readdirSync, readFileSync } from 'node:fs';

/** `/proc` counts memory in pages of this many bytes on every Linux that Chromium runs on. */
const pageBytes = 4_096;

/** Processes on Linux that descend from this one, zombies left out: the browsers it started. None elsewhere. */
export function descendants(parent = process.pid): number[] {
  const children = new Map<number, number[]>();
  for (const pid of pids()) {
    const stat = statOf(pid);
    if (!stat || stat.state === 'Z') continue;
    const siblings = children.get(stat.parent);
    if (siblings) siblings.push(pid);
    else children.set(stat.parent, [pid]);
  }
  const below = (pid: number): number[] => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(parent);
}

/**
 * Resident memory of this process and all below it, in megabytes. What processes share counts in each of them, so the
 * sum is more than what is taken of the machine. `null` where there is no /proc.
 */
export function residentMegabytes(): number | null {
  const own = residentPages(process.pid);
  if (own === null) return null;
  const all = descendants().reduce((sum, pid) => sum + (residentPages(pid) ?? 0), own);
  return (all * pageBytes) / 1e6;
}

/** Whether a process runs; a zombie does not. */
export function isRunning(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== null && stat.state !== 'Z';
}

function pids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** `pid (command) state parent ...`: the command may hold spaces and brackets. */
function statOf(pid: number): { state: string; parent: number } | null {
  const text = readProc(pid, 'stat');
  if (text === null) return null;
  const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: state!, parent: Number(parent) };
}

function residentPages(pid: number): number | null {
  const text = readProc(pid, 'statm');
  return text === null ? null : Number(text.split(' ')[1]);
}

/** Null when the process has ended since it was listed. */
function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return null;
  }
}
