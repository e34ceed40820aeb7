import { bringUpToDate } from '../jobs/upkeep.ts';
import type { CommandContext } from './command.ts';
import type { Session } from './open.ts';
import { createProgress } from './progress.ts';

/** Brings facts and aggregates up to date after a command has written records, with progress. */
export async function makeCurrent({ io, clock }: CommandContext, session: Session): Promise<void> {
  const { db, tenant, terms } = session;
  const progress = createProgress(io);
  try {
    await bringUpToDate(db, { tenant, terms: () => terms }, clock, ({ evaluated }) =>
      progress.show({ label: 'Evaluating SLAs', rows: evaluated, part: undefined }),
    );
  } finally {
    progress.done();
  }
}
