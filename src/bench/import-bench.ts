import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CommandContext } from '../app/command.ts';
import { benchImport } from './import.ts';
import { withServer } from './scratch.ts';

const root = path.join(import.meta.dirname, '..', '..');
/** Real data where it lies beside the project; else the benchmark generates its own. */
const realFile = path.join(root, '..', 'shared', 'data', 'servicenow-incidents', 'incident_event_log.csv.gz');

export function runImportBench(
  context: CommandContext,
  line: (text: string) => void,
): Promise<Record<string, unknown>> {
  const real = existsSync(realFile)
    ? { file: realFile, mapFile: path.join(root, 'examples', 'maps', 'servicenow-incidents.yaml') }
    : {};
  return withServer(context, (server) => benchImport({ ...server, clock: context.clock, line, ...real }));
}
