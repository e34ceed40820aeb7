import type { Command } from '../app/command.ts';
import { usageError } from '../lib/errors.ts';
import { benches } from './index.ts';

export const bench: Command = {
  name: 'bench',
  args: '[names...]',
  summary: 'run benchmarks',
  description: `Prints figures and ratios, all measured in one run, and writes them as JSON. Benchmarks: ${benches.map((entry) => `${entry.name} (${entry.summary})`).join('; ')}.`,
  options: [
    { flags: '--out <file>', description: 'where the JSON goes (default bench.json in CREMA_HOME)' },
    { flags: '--quick', description: 'little data where it takes minutes (rollups, sla): for a look, not for figures' },
  ],
  examples: ['crema bench', 'crema bench import', 'crema bench charts --out charts.json', 'crema bench sla --quick'],
  async run(context, names, options) {
    const unknown = names.find((name) => !benches.some((entry) => entry.name === name));
    if (unknown)
      throw usageError(
        'BENCH_UNKNOWN',
        `no benchmark "${unknown}"; there are: ${benches.map((entry) => entry.name).join(', ')}`,
      );
    const { runBenches } = await import('./run.ts');
    await runBenches(context, names, {
      ...(typeof options.out === 'string' ? { out: options.out } : {}),
      quick: options.quick === true,
    });
    return 0;
  },
};
