import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CommandContext } from '../../app/command.ts';
import { CremaError } from '../../lib/errors.ts';
import { makeScratch, withServer } from '../scratch.ts';
import type { Amounts } from './plan.ts';
import { type SoakResult, soak } from './soak.ts';

const usual: Omit<Amounts, 'days' | 'contacts' | 'replicas'> = {
  historyDays: 30,
  stepMinutes: [30, 180],
  pauseMs: [200, 700],
  patienceMs: 1_500,
  faults: 1.2,
  slowFaults: false,
  kill: 0.15,
  blackout: 0.02,
  killTap: 0.3,
  tapEveryHours: 6,
  trouble: 0.1,
  lost: 0.03,
};

const sizes = {
  full: { ...usual, days: 30, contacts: 500, replicas: 3, slowFaults: true },
  quick: { ...usual, days: 3, contacts: 250, replicas: 2 },
} satisfies Record<string, Amounts>;

/** A month of trouble on a database of its own. Throws where anything differs: the exit code says so. */
export async function runSoakBench(
  context: CommandContext,
  line: (text: string) => void,
  { quick }: { quick: boolean },
): Promise<Record<string, unknown>> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'crema-bench-'));
  try {
    return await withServer(context, async (server) => {
      const scratch = await makeScratch(server);
      try {
        const result = await soak({
          ...{ db: scratch.db, url: scratch.url, home, seed: 'month', amounts: quick ? sizes.quick : sizes.full },
          onProgress: (words) => context.io.note(`${words}\n`),
        });
        for (const text of soakText(result)) line(text);
        if (result.differing > 0)
          throw new CremaError('SOAK_DIFFERS', `${result.differing} values differ from the truth`, {
            remedy: 'This is a defect of Crema or of the simulated CRM: the examples above say where.',
          });
        return { ...result };
      } finally {
        await scratch.drop();
      }
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** The result as lines of text. */
export function soakText(result: SoakResult): string[] {
  const { events, replicas, tap, verified, compared } = result;
  const counts = (of: Readonly<Record<string, number>>) =>
    Object.entries(of)
      .toSorted(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none';
  const { sent, attempts, refused, ...troubles } = events;
  const row = (name: string, ...cells: (string | number)[]) =>
    `${name.padEnd(16)}${cells.map((cell) => String(cell).padStart(10)).join('')}`;
  const sum = (of: 'records' | 'cells' | 'differing' | 'untold') => compared.reduce((total, one) => total + one[of], 0);
  return [
    `seed ${result.seed}: ${result.days} days in ${result.steps} steps, ${result.seconds} s`,
    `calls: ${result.calls}; faults: ${counts(result.faults)}`,
    `events: ${sent}, posted ${attempts} times, ${refused} refused; ${counts(troubles)}`,
    `tap: ${tap.runs} runs, ${tap.records} records, ${tap.kills} killed`,
    `replicas: ${replicas.count}, killed ${replicas.kills} times (${replicas.blackouts} times all at once), started ${replicas.starts} times`,
    `runs of jobs: ${counts(result.runs)}; events as stored: ${counts(result.webhooks)}`,
    '',
    row('entity', 'records', 'values', 'untold', 'differing'),
    ...compared.map(({ entity, records, cells, untold, differing }) => row(entity, records, cells, untold, differing)),
    row('all', sum('records'), sum('cells'), sum('untold'), sum('differing')),
    '',
    `wrong before everything was read once more: ${result.beforeFull.differing}`,
    ...result.beforeFull.examples.slice(0, 20).map((example) => `  ${example}`),
    `refresh --verify: ${verified.tickets} tickets, ${verified.cells} cells, ${verified.differing} differ; found by nightly verifications: ${result.mended}`,
    ...Object.keys(result.warnings).filter((warning) => /differ/.test(warning)),
    ...compared.flatMap(({ examples }) => examples),
    ...verified.examples.slice(0, 20),
    `${result.differing} differing`,
  ];
}
