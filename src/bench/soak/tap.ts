import { runCrema } from './child.ts';

export interface TapRuns {
  /** Runs the tap into `crema ingest` from the last STATE; killed after so many milliseconds, where given. */
  run(options: { now: Temporal.Instant; killAfterMs?: number | undefined }): Promise<void>;
  counts(): { runs: number; kills: number; records: number };
}

/** The Singer tap, piped into the command that takes it, which may be killed; its STATE is kept from run to run. */
export function createTapRuns(options: {
  databaseUrl: string;
  /** Files: the mapping and the configuration. */
  mapFile: string;
  configFile: string;
  lines: (options: { state?: unknown; now: Temporal.Instant }) => Iterable<string>;
}): TapRuns {
  const { databaseUrl, mapFile, configFile, lines } = options;
  const counts = { runs: 0, kills: 0, records: 0 };
  let state: unknown;
  return {
    counts: () => ({ ...counts }),
    async run({ now, killAfterMs }) {
      counts.runs++;
      const args = ['ingest', '--singer', '--map', mapFile, '--config', configFile, '--now', now.toString()];
      const { killed } = await runCrema(args, {
        ...{ databaseUrl, killAfterMs, input: counted(lines(state === undefined ? { now } : { now, state }), counts) },
        onLine(line) {
          state = JSON.parse(line);
        },
      });
      if (killed) counts.kills++;
    },
  };
}

function* counted(lines: Iterable<string>, counts: { records: number }): Generator<string> {
  for (const line of lines) {
    if (line.startsWith('{"type":"RECORD"')) counts.records++;
    yield line;
  }
}
