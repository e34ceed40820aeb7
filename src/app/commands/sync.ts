import { CremaError, usageError } from '../../lib/errors.ts';
import { SourceError } from '../../sources/source-error.ts';
import { planWords } from '../../sync/plan-words.ts';
import { planFor } from '../../sync/planning.ts';
import { type SyncResult, syncStream } from '../../sync/sync.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { makeCurrent } from '../make-current.ts';
import { type Session, withSession } from '../open.ts';
import { createProgress } from '../progress.ts';
import { findTargets, sourcesOf, type Target } from '../sources.ts';

export const sync: Command = {
  name: 'sync',
  args: '[source:stream]',
  summary: 'read the sources of crema.yaml now',
  description:
    'Reads one stream, all streams of a source, or all sources, each from where it was left; what is read is stored page by page, and an interrupted sync goes on where it stopped. Afterwards the aggregates are brought up to date. Exits with 1 if a stream failed; the others are read all the same.',
  options: [
    { flags: '--full', description: 'read everything again, whatever was read before, with all calls the quota has' },
    { flags: '--plan', description: 'read nothing, and say how fresh the quota lets each stream be' },
    { flags: '--accept-deletes', description: 'delete what is gone, however much it is (one stream)' },
  ],
  examples: ['crema sync', 'crema sync crm:contacts', 'crema sync --plan', 'crema sync crm:contacts --accept-deletes'],
  run(context, [name], options) {
    return withSession(context, 'sync', async (session): Promise<ExitCode> => {
      const targets = findTargets(sourcesOf(session.config, session.tenant.slug), name);
      if (options.plan === true) return showPlan(context, session, targets);
      if (options.acceptDeletes === true && targets.length > 1)
        throw usageError(
          'SYNC_ACCEPT',
          '--accept-deletes needs one stream',
          'Name it: crema sync crm:contacts --accept-deletes',
        );
      const outcomes: Outcome[] = [];
      // A key that is not accepted for one stream is not for the others of its source.
      const locked = new Set<string>();
      for (const target of targets) {
        if (locked.has(target.source.name)) continue;
        const outcome = await runTarget(context, session, target, {
          // Ctrl-C ends the process, which is as good a moment to stop as any other.
          signal: new AbortController().signal,
          full: options.full === true,
          acceptDeletes: options.acceptDeletes === true,
        });
        outcomes.push(outcome);
        if (outcome.error instanceof SourceError && outcome.error.failure === 'key') locked.add(target.source.name);
      }
      await makeCurrent(context, session);
      if (context.globals.json) context.io.out(`${JSON.stringify(outcomes.map(asJson))}\n`);
      return outcomes.some(({ error }) => error) ? 1 : 0;
    });
  },
};

interface Outcome {
  target: Target;
  result?: SyncResult;
  error?: CremaError;
}

async function runTarget(
  context: CommandContext,
  { db, tenant }: Session,
  target: Target,
  options: { signal: AbortSignal; full: boolean; acceptDeletes: boolean },
): Promise<Outcome> {
  const { io, clock, log, globals } = context;
  const progress = createProgress(io);
  const name = `${target.source.name}:${target.stream}`;
  try {
    const result = await syncStream({ db, clock, log, tenant }, target.source, target.stream, {
      ...options,
      now: true,
      onProgress: ({ records, done, of }) =>
        progress.show({ label: `Reading ${name}`, rows: records, part: of ? done / of : undefined }),
    });
    progress.done();
    if (!globals.json) for (const line of resultLines(result)) io.out(`${line}\n`);
    return { target, result };
  } catch (error) {
    progress.done();
    if (!(error instanceof CremaError)) throw error;
    io.note(`crema: ${error.message}\n${error.remedy ? `${error.remedy}\n` : ''}`);
    return { target, error };
  }
}

const outcomeWords: Readonly<Record<SyncResult['outcome'], string>> = {
  whole: '',
  part: '; more is due, the next run goes on',
  drifting: '; not complete, the next run reads it again',
  'not due': 'not due yet',
  quota: '; no calls left for now, the next run goes on',
  elsewhere: 'another process is reading it',
};

function resultLines({ source, stream, outcome, stored, deleted, calls, notes }: SyncResult): string[] {
  const name = `${source}:${stream}`;
  const words = outcomeWords[outcome];
  if (outcome === 'elsewhere' || outcome === 'not due') return [`${name}: ${words}`];
  const counts = [
    `${stored.inserted} new`,
    `${stored.updated} changed`,
    `${stored.unchanged} unchanged`,
    ...(stored.older > 0 ? [`${stored.older} older than what is stored`] : []),
    ...(deleted > 0 ? [`${deleted} deleted`] : []),
    `${calls} ${calls === 1 ? 'call' : 'calls'}`,
  ];
  return [`${name}: ${counts.join(', ')}${words}`, ...notes.map((note) => `  ${note}`)];
}

function asJson({ target, result, error }: Outcome): object {
  if (result) return result;
  return {
    source: target.source.name,
    stream: target.stream,
    outcome: 'failed',
    error: { code: error?.code, message: error?.message, remedy: error?.remedy },
  };
}

async function showPlan(
  context: CommandContext,
  { db, tenant }: Session,
  targets: readonly Target[],
): Promise<ExitCode> {
  const plans = [];
  for (const source of new Set(targets.map((target) => target.source))) {
    const plan = await planFor(db, tenant.tenantId, source, context.clock.now());
    plans.push({ source: source.name, ...plan });
    if (!context.globals.json) context.io.out(`${planWords(source.name, plan).join('\n')}\n`);
  }
  if (context.globals.json) context.io.out(`${JSON.stringify(plans)}\n`);
  return 0;
}
