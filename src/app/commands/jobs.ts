import { type ByHand, runAgain, runByHand } from '../../jobs/execute.ts';
import { reviveRun } from '../../jobs/runs.ts';
import { deadRuns, type JobStatus, type RunStatus, runOf, statusOf } from '../../jobs/status.ts';
import { closest } from '../../lib/closest.ts';
import { CremaError, usageError } from '../../lib/errors.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { byHand, configuredJobs } from '../jobs.ts';
import { type Session, withSession } from '../open.ts';
import { alignedTable } from '../text.ts';

export const jobs: Command = {
  name: 'jobs',
  args: '[action] [id]',
  summary: 'what is scheduled, how it went; run a job now',
  description:
    'Without arguments: every job with its schedule, last and next run, and the failures and late runs of the last 24 hours; then the runs that failed for good. `run JOB` runs a job here and now, recorded as a run by hand; `retry RUN` runs one that failed for good once more, for the same slot.',
  examples: ['crema jobs', 'crema jobs --json', 'crema jobs run drain', 'crema jobs retry 4711'],
  run(context, [action, id]) {
    if (action !== undefined && action !== 'run' && action !== 'retry')
      throw usageError('JOBS_ACTION', `there is no "${action}": use run or retry, or no word at all`);
    if (action !== undefined && id === undefined)
      throw usageError('JOBS_ID', `${action} what? Give ${action === 'run' ? 'a job' : 'the number of a run'}`);
    return withSession(context, 'jobs', (session) => {
      if (action === 'run') return runNow(context, session, id ?? '');
      if (action === 'retry') return retry(context, session, id ?? '');
      return list(context, session);
    });
  },
};

async function list({ clock, globals, io }: CommandContext, { db, tenant, config }: Session): Promise<ExitCode> {
  const all = configuredJobs(config);
  const now = clock.now();
  const status = await statusOf(db, tenant, all, now);
  const dead = await deadRuns(db, tenant.tenantId, all, now);
  if (globals.json) {
    io.out(`${JSON.stringify({ jobs: status, dead }, null, 2)}\n`);
    return 0;
  }
  const local = (at: string | null) =>
    at === null
      ? ''
      : Temporal.Instant.from(at)
          .toZonedDateTimeISO(tenant.timezone)
          .toPlainDateTime()
          .toString({ smallestUnit: 'minute' })
          .replace('T', ' ');
  const header = ['job', 'schedule', 'last run', 'for', 'took', 'next run', 'done 24 h', 'failed', 'late', 'dead'];
  const rows = status.map((job) => [
    job.job,
    `${job.cron} ${job.zone}`,
    lastWords(job.last),
    local(job.last?.dueAt ?? null),
    tookWords(job.last),
    local(job.nextDueAt),
    ...[job.day.done, job.day.failedAttempts, job.day.beyondSla, job.dead].map(String),
  ]);
  io.out(`${alignedTable({ header, rows, numeric: header.map((_, column) => column >= 6) })}\n`);
  for (const job of status) if (job.last) io.out(remarks(job, job.last));
  if (dead.length > 0) io.out('\nFailed for good (crema jobs retry RUN):\n');
  for (const run of dead)
    io.out(
      `${String(run.run).padStart(8)}  ${run.job}  ${local(run.dueAt)}  after ${run.attempt} attempts: ${run.error}\n`,
    );
  if (status.every(({ last, nextDueAt }) => last === null && nextDueAt === null))
    io.out('\nNothing has been scheduled yet: `crema start` does it.\n');
  return 0;
}

function lastWords(run: RunStatus | null): string {
  if (!run) return 'never';
  return `${run.state}${run.by === 'hand' ? ' (by hand)' : ''}${run.attempt > 1 ? `, attempt ${run.attempt} of ${run.attempts}` : ''}`;
}

function tookWords(run: RunStatus | null): string {
  return run?.tookMs == null ? '' : `${(run.tookMs / 1000).toFixed(1)} s`;
}

function remarks({ job }: JobStatus, run: RunStatus): string {
  const said = [
    run.error === null ? '' : `last error: ${run.error}`,
    run.problem ?? '',
    run.lacking.length > 0 ? `ran without ${run.lacking.join(', ')}` : '',
    run.state === 'waiting' ? 'waits for its parts' : '',
    run.beyondSla ? 'beyond its refresh SLA' : '',
  ].filter((text) => text !== '');
  return said.map((text) => `  ${job}: ${text}\n`).join('');
}

async function runNow(context: CommandContext, session: Session, id: string): Promise<ExitCode> {
  const all = configuredJobs(session.config);
  const job = all.find((candidate) => candidate.id === id);
  if (!job) {
    const ids = all.map((candidate) => candidate.id);
    throw usageError(
      'JOB_UNKNOWN',
      `no job "${id}"; did you mean ${closest(id, ids, 1)[0] ?? 'one of these'}? There are: ${ids.join(', ')}`,
    );
  }
  const { deps, of } = await byHand(context, session);
  return told(context, session, await runByHand(deps, of, job, new AbortController().signal));
}

async function retry(context: CommandContext, session: Session, id: string): Promise<ExitCode> {
  const { deps, of } = await byHand(context, session);
  const ref = { tenantId: session.tenant.tenantId, runId: /^\d{1,15}$/.test(id) ? Number(id) : 0 };
  const run = await runOf(session.db, ref.tenantId, ref.runId, context.clock.now());
  const job = deps.jobs.find((candidate) => candidate.id === run?.job);
  if (!run || !job || !(await reviveRun(session.db, ref))) {
    const why = run ? (job ? `it is ${run.state}` : `its job ${run.job} is gone`) : 'there is none of that number';
    throw new CremaError('RUN_NOT_FAILED', `run "${id}" cannot be tried again: ${why}`, {
      remedy: 'crema jobs lists the runs that failed for good.',
    });
  }
  const again = await runAgain(deps, of, job, ref, new AbortController().signal);
  return told(context, session, again ?? { kind: 'busy', runId: ref.runId });
}

async function told(context: CommandContext, session: Session, ran: ByHand): Promise<ExitCode> {
  const { io, globals, clock } = context;
  const run = await runOf(session.db, session.tenant.tenantId, ran.runId, clock.now());
  if (globals.json) io.out(`${JSON.stringify({ ...run, ran: ran.kind === 'ran' })}\n`);
  else if (ran.kind === 'busy') io.out(`run ${ran.runId} of this job is at work already; nothing was started\n`);
  else {
    const counts = Object.entries(run?.counts ?? {}).map(([name, count]) => `${name} ${count}`);
    io.out(`run ${ran.runId} of ${run?.job}: ${run?.state}${counts.length > 0 ? ` (${counts.join(', ')})` : ''}\n`);
    for (const text of [run?.error, run?.problem]) if (text) io.out(`  ${text}\n`);
  }
  return ran.kind === 'busy' || run?.state === 'done' ? 0 : 1;
}
