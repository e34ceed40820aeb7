import { spawn } from 'node:child_process';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const main = path.join(import.meta.dirname, '..', '..', 'main.ts');

export interface ChildOptions {
  databaseUrl: string;
  /** What it reads on standard input. */
  input?: Iterable<string>;
  /** Told of each whole line on standard output as it comes; what is cut off is not told. */
  onLine?: (line: string) => void;
  killAfterMs?: number | undefined;
}

/** Runs `crema` as a process of its own that may be killed. Rejects with what it said where it ends with anything but 0 or 1. */
export async function runCrema(
  args: readonly string[],
  { databaseUrl, input, onLine, killAfterMs }: ChildOptions,
): Promise<{ killed: boolean; out: string }> {
  const child = spawn(process.execPath, [main, ...args], {
    // Not the environment of whoever runs the soak, which may be a test's.
    env: { DATABASE_URL: databaseUrl, LOG_LEVEL: 'silent' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let killed = false;
  const kill = () => {
    killed = child.kill('SIGKILL');
  };
  const timer = killAfterMs === undefined ? undefined : setTimeout(kill, killAfterMs);
  let [out, note, rest] = ['', '', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    if (!onLine) {
      out += String(chunk);
      return;
    }
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    note += String(chunk);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  // Who is killed does not read on; why else it did not, its own words say better.
  await pipeline(Readable.from(input ?? []), child.stdin).catch(() => undefined);
  const code = await ended;
  clearTimeout(timer);
  if (!killed && code !== 0 && code !== 1) throw new Error(`crema ${args[0]} ended with ${code}: ${note}`);
  if (!killed && code === 1 && note !== '') throw new Error(`crema ${args[0]} failed: ${note}`);
  return { killed, out };
}
