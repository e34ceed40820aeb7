import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CommandContext } from '../app/command.ts';
import { benches } from './index.ts';

/** Runs the named benchmarks (all, when none is named), one after the other, and writes one JSON file. */
export async function runBenches(
  context: CommandContext,
  names: readonly string[],
  { out, quick = false }: { out?: string; quick?: boolean } = {},
): Promise<void> {
  const { io, environment, globals } = context;
  const results: Record<string, unknown> = {
    machine: {
      cpus: os.availableParallelism(),
      cpu: os.cpus()[0]?.model ?? 'unknown',
      memoryGb: Math.round(os.totalmem() / 2 ** 30),
      node: process.version,
    },
  };
  for (const bench of benches) {
    if (names.length > 0 && !names.includes(bench.name)) continue;
    io.note(`\n${bench.name}: ${bench.summary}\n`);
    const line = (text: string) => (globals.json ? io.note(`${text}\n`) : io.out(`${text}\n`));
    results[bench.name] = await bench.run(context, line, { quick });
  }
  const file = out ?? path.join(environment.home, 'bench.json');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
  if (globals.json) io.out(`${JSON.stringify(results, null, 2)}\n`);
  else io.note(`\nFigures written to ${file}\n`);
}
