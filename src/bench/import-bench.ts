import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CommandContext } from '../app/command.ts';
import { openDatabase } from '../app/open.ts';
import { silentLog } from '../lib/log.ts';
import { benchImport } from './import.ts';

const root = path.join(import.meta.dirname, '..', '..');
/** Real data where it lies beside the project; else the benchmark generates its own. */
const realFile = path.join(root, '..', 'shared', 'data', 'servicenow-incidents', 'incident_event_log.csv.gz');

/** A scratch server of its own, or a scratch database on the server of DATABASE_URL. */
export async function runImportBench(
  context: CommandContext,
  line: (text: string) => void,
): Promise<Record<string, unknown>> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'crema-bench-'));
  const database = await openDatabase({ ...context.environment, home }, silentLog, 'bench');
  try {
    const real = existsSync(realFile)
      ? { file: realFile, mapFile: path.join(root, 'examples', 'maps', 'servicenow-incidents.yaml') }
      : {};
    return await benchImport({ db: database.db, url: database.url, clock: context.clock, line, ...real });
  } finally {
    await database.close();
    await rm(home, { recursive: true, force: true });
  }
}
