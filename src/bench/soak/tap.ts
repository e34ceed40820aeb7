import { spawn } from 'node:child_process';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const main = path.join(import.meta.dirname, '..', '..', 'main.ts');

export interface TapRuns {
  /** Runs the tap into `crema ingest` from the last STATE; killed after so many milliseconds, where given. */
  run(options: { now: Temporal.Instant; killAfterMs?: number | undefined }): Promise<void>;
  counts(): { runs: number; kills: number; records: number };
}

/** The Singer tap, piped into the command that takes it, in a process that may be killed; its STATE is kept from run to run. */
export function createTapRuns(options: {
  databaseUrl: string;
  /** Files: the mapping and the configuration. */
  mapFile: string;
  configFile: string;
  lines: (options: { state?: unknown; now: Temporal.Instant }) => Iterable<string>;
}): TapRuns {
  const counts = { runs: 0, kills: 0, records: 0 };
  let state: unknown;
  return {
    counts: () => ({ ...counts }),
    async run({ now, killAfterMs }) {
      counts.runs++;
      const args = ['ingest', '--singer', '--map', options.mapFile, '--config', options.configFile];
      const child = spawn(process.execPath, [main, ...args, '--now', now.toString()], {
        env: { DATABASE_URL: options.databaseUrl, LOG_LEVEL: 'silent' },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      let killed = false;
      const timer =
        killAfterMs === undefined
          ? undefined
          : setTimeout(() => {
              killed = child.kill('SIGKILL');
            }, killAfterMs);
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => {
        const lines = (out + String(chunk)).split('\n');
        // A STATE that is cut off was never handed on.
        out = lines.pop() ?? '';
        for (const line of lines) if (line !== '') state = JSON.parse(line);
      });
      let note = '';
      child.stderr.on('data', (chunk: Buffer) => {
        note += String(chunk);
      });
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
      const input = counted(options.lines({ now, ...(state === undefined ? {} : { state }) }), counts);
      await pipeline(Readable.from(input), child.stdin).catch((error: unknown) => {
        if (!killed) throw error;
      });
      const code = await ended;
      clearTimeout(timer);
      if (killed) counts.kills++;
      else if (code !== 0) throw new Error(`crema ingest ended with code ${code}: ${note}`);
    },
  };
}

function* counted(lines: Iterable<string>, counts: { records: number }): Generator<string> {
  for (const line of lines) {
    if (line.startsWith('{"type":"RECORD"')) counts.records++;
    yield line;
  }
}
