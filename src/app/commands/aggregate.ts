import { type AggregateType, aggregateTypes } from '../../jobs/job.ts';
import { aggregate as runAggregate } from '../../jobs/manual.ts';
import { usageError } from '../../lib/errors.ts';
import type { Command, ExitCode } from '../command.ts';
import { byHand, stepText } from '../jobs.ts';
import { withSession } from '../open.ts';

export const aggregate: Command = {
  name: 'aggregate',
  args: '<type>',
  summary: 'run the jobs of an hour, a day or a week now',
  description:
    'hourly: the streams of the sources, then facts and aggregates. daily: also partitions, snapshots, the verification of yesterday and a sample, and retention. weekly: also the full reconciliation of the sources and the verification of everything. Jobs that are running already are waited for, not run twice. Exits with 1 if one fails.',
  examples: ['crema aggregate hourly', 'npm run aggregate:daily', 'crema aggregate weekly --json'],
  run(context, [word]) {
    const type = aggregateTypes.find((candidate) => candidate === word);
    if (!type) throw usageError('AGGREGATE_TYPE', `there is no run "${word}": use ${aggregateTypes.join(', ')}`);
    return withSession(context, 'aggregate', async (session): Promise<ExitCode> => {
      const { deps, of } = await byHand(context, session);
      const steps = await runAggregate(deps, of, type satisfies AggregateType, new AbortController().signal);
      const failed = steps.filter(({ done }) => !done).length;
      if (context.globals.json) context.io.out(`${JSON.stringify({ type, success: failed === 0, jobs: steps })}\n`);
      else for (const step of steps) context.io.out(`${stepText(step)}\n`);
      return failed === 0 ? 0 : 1;
    });
  },
};
