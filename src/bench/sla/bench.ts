import type { CommandContext } from '../../app/command.ts';
import { makeScratch, type Server, withServer } from '../scratch.ts';
import { benchAnswers, historyShapes, makeHistory } from './answers.ts';
import { benchEngine } from './engine.ts';
import { benchRisk } from './risk.ts';
import { benchStored } from './stored.ts';
import { benchSweeps } from './sweeps.ts';

/** What is measured in full, and the small form that only shows that everything works. */
const sizes = {
  full: { tickets: 100_000, days: 365, histories: 50_000, answers: 30, open: 100_000, few: 10_000, rounds: 5 },
  quick: { tickets: 6_000, days: 365, histories: 2_000, answers: 3, open: 10_000, few: 5_000, rounds: 2 },
};

export function runSlaBench(
  context: CommandContext,
  line: (text: string) => void,
  { quick }: { quick: boolean },
): Promise<Record<string, unknown>> {
  return withServer(context, (server) => benchSla(server, { quick, line }));
}

/** The SLA from the pure engine to the answer; every database is made for it and dropped. */
export async function benchSla(server: Server, { quick, line }: { quick: boolean; line: (text: string) => void }) {
  const { tickets, days, histories, answers, open, few, rounds } = quick ? sizes.quick : sizes.full;
  const engine = benchEngine(histories, line);
  const stored = await benchStored(server, tickets, line);
  const shapes = historyShapes({ tickets, days });
  const scratches = await Promise.all(shapes.map(() => makeScratch(server)));
  try {
    const made = await Promise.all(shapes.map((shape, index) => makeHistory(scratches[index]!.db, shape)));
    const answered = await benchAnswers(made, answers, line);
    const sweeps = await benchSweeps(server, { ended: made[1]!, open, few, rounds }, line);
    const risk = await benchRisk(server, { open, rules: few, rounds }, line);
    return { quick, engine, stored, answers: answered, sweeps, risk };
  } finally {
    await Promise.all(scratches.map(({ drop }) => drop()));
  }
}
