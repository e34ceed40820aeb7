import { CremaError, usageError } from '../../lib/errors.ts';
import { loadMapping } from '../../sources/files/read-mapping.ts';
import { describeRejection, shownRejections } from '../../sources/files/summary.ts';
import { ingestSinger } from '../../sources/singer/ingest.ts';
import { readLines } from '../../sources/singer/lines.ts';
import type { SingerSummary } from '../../sources/singer/summary.ts';
import type { Command, CommandContext, ExitCode, Io } from '../command.ts';
import { makeCurrent } from '../make-current.ts';
import { type Session, withSession } from '../open.ts';
import { createProgress } from '../progress.ts';
import { asOfOption } from './import.ts';

export const ingest: Command = {
  name: 'ingest',
  summary: 'load what a Singer tap writes, from standard input',
  description:
    'Reads SCHEMA, RECORD, STATE and ACTIVATE_VERSION messages on standard input and writes a STATE to standard output once everything before it is committed. All else is said on standard error. Afterwards the aggregates are brought up to date.',
  options: [
    { flags: '--singer', description: 'the input is that of a Singer tap; required' },
    { flags: '--map <file>', description: 'the mapping from streams to entities (docs/importing.md); required' },
    { flags: '--strict', description: 'end at the first rejected record, keeping nothing of its batch' },
    {
      flags: '--accept-deletes',
      description: 'let a full table that is replaced lose more than a fifth of its records',
    },
    {
      flags: '--as-of <instant>',
      description: 'when the tap read its records (default: the start of this run)',
    },
  ],
  examples: [
    'tap-zendesk -c tap.json --catalog catalog.json | crema ingest --singer --map examples/maps/zendesk.yaml >> state.jsonl',
    'crema ingest --singer --map examples/maps/hubspot.yaml --as-of 2026-11-20T00:00:00Z < tap-output.jsonl',
  ],
  async run(context, _args, options): Promise<ExitCode> {
    if (options.singer !== true) {
      throw usageError('INGEST_KIND', '--singer is missing: it says what the input is', 'Give --singer.');
    }
    if (typeof options.map !== 'string') {
      throw usageError(
        'INGEST_MAP',
        '--map is missing: a mapping says which stream is which entity',
        'See docs/importing.md and examples/maps.',
      );
    }
    const mapping = await loadMapping(options.map);
    const asOf = asOfOption(options.asOf);
    const input = context.io.input?.();
    if (!input) {
      throw usageError(
        'INGEST_INPUT',
        'nothing is piped into it',
        'Run a tap into it: TAP | crema ingest --singer ...',
      );
    }
    const stop = new AbortController();
    void context.untilStopped().then(() => stop.abort());
    const { outClosed } = context.io;
    const signal = outClosed ? AbortSignal.any([stop.signal, outClosed]) : stop.signal;
    try {
      return await withSession(context, 'ingest', async (session): Promise<ExitCode> => {
        const summary = await load(context, session, {
          ...{ lines: readLines(input), mapping, tenant: session.tenant, signal },
          ...{ strict: options.strict === true, acceptDeletes: options.acceptDeletes === true },
          ...(asOf ? { asOf } : {}),
        });
        if (context.globals.json) context.io.note(`${JSON.stringify(summary)}\n`);
        else printSummary(context.io, summary);
        await makeCurrent(context, session);
        return exitOf(summary, outClosed?.aborted === true);
      });
    } finally {
      input.destroy();
    }
  },
};

async function load(
  { io, clock, log }: CommandContext,
  { db }: Session,
  options: Parameters<typeof ingestSinger>[1],
): Promise<SingerSummary> {
  const progress = createProgress(io);
  let rejected = 0;
  try {
    return await ingestSinger(
      {
        db,
        clock,
        log,
        onState(line) {
          if (!io.outClosed?.aborted) io.out(`${line}\n`);
        },
        onReject(stream, rejection) {
          rejected += 1;
          if (rejected > shownRejections) return;
          progress.done();
          io.note(`stream ${stream} ${describeRejection(rejection)}\n`);
        },
        onCommit: (rows) => progress.show({ label: 'Loading', rows, part: undefined }),
      },
      options,
    );
  } finally {
    progress.done();
  }
}

function exitOf(summary: SingerSummary, outClosed: boolean): ExitCode {
  if (outClosed) {
    throw new CremaError('INGEST_OUT_CLOSED', 'nobody reads standard output any more, so no STATE can be handed on', {
      remedy: 'What came is committed. Run the tap again with the last STATE that was read.',
    });
  }
  if (summary.refused.length > 0) {
    const each = summary.refused.map(
      ({ stream, entity, records, vanishing }) =>
        `stream ${stream}: ${vanishing} of ${records} ${entity} records would be deleted, more than a fifth; none was`,
    );
    throw new CremaError('INGEST_MASS_DELETE', each.join('\n'), {
      remedy: 'All else is committed. If they are really gone, run the tap again into crema with --accept-deletes.',
    });
  }
  return summary.interrupted ? 1 : 0;
}

function printSummary(io: Io, summary: SingerSummary): void {
  const { records, rejected, deleted, states, seconds } = summary;
  const counts = [
    `${records} records`,
    `${rejected} rejected`,
    ...(deleted > 0 ? [`${deleted} deleted`] : []),
    `${states} states handed on`,
  ];
  io.note(
    `${summary.source}: ${counts.join(', ')}, ${seconds.toFixed(1)} s${summary.interrupted ? '; stopped before the end' : ''}\n`,
  );
  if (rejected > shownRejections) io.note(`  and ${rejected - shownRejections} more rejected rows\n`);
  for (const { entity, inserted, updated, unchanged, older, asOf, unmapped } of summary.entities) {
    if (inserted + updated + unchanged + older > 0 || asOf) {
      io.note(
        `  ${entity}: ${inserted} new, ${updated} changed, ${unchanged} unchanged${older > 0 ? `, ${older} older than what is stored` : ''}; ${asOf ? `as of ${asOf}` : 'not complete'}\n`,
      );
    }
    for (const { field, value, rows } of unmapped.slice(0, 10)) {
      io.note(`  ${entity} ${field}: "${value}" is not a known value, kept as unmapped (${rows} rows)\n`);
    }
  }
  const ignored = Object.entries(summary.ignored);
  if (ignored.length > 0) {
    io.note(
      `  streams that nothing maps: ${ignored.map(([name, count]) => `${name} (${count} records)`).join(', ')}\n`,
    );
  }
  for (const note of summary.notes) io.note(`  ${note}\n`);
}
