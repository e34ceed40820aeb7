import { usageError } from '../../lib/errors.ts';
import { importFile } from '../../sources/files/import-file.ts';
import { loadMapping } from '../../sources/files/read-mapping.ts';
import { describeRejection, type ImportSummary, shownRejections } from '../../sources/files/summary.ts';
import type { Command, CommandContext, ExitCode, Io } from '../command.ts';
import { makeCurrent } from '../make-current.ts';
import { type Session, withSession } from '../open.ts';
import { createProgress } from '../progress.ts';

export const importFiles: Command = {
  name: 'import',
  args: '<file...>',
  summary: 'load CSV or JSONL files (or their .gz) into the CRM tables',
  description:
    'Each file is loaded in one transaction: all of its good rows or nothing. Rejected rows are named with line, field and reason, the rest is loaded. Running it again changes nothing. Afterwards the aggregates are brought up to date.',
  options: [
    { flags: '--map <file>', description: 'the mapping from columns to fields (docs/importing.md); required' },
    { flags: '--strict', description: 'load nothing of a file that has a rejected row' },
    { flags: '--dry-run', description: 'do everything but keep it, and say what would be done' },
    {
      flags: '--as-of <instant>',
      description:
        'the moment the files were exported (default: the newest row by the order of the mapping, else the time of the run)',
    },
  ],
  examples: [
    'crema import --map examples/maps/servicenow-incidents.yaml incident_event_log.csv.gz',
    'crema import --map examples/maps/seed-tickets.yaml --dry-run tickets.csv',
    'crema import --map tickets.yaml --strict --as-of 2026-11-20T00:00:00Z export-*.jsonl',
  ],
  async run(context, files, options): Promise<ExitCode> {
    if (typeof options.map !== 'string') {
      throw usageError(
        'IMPORT_MAP',
        '--map is missing: a mapping says which column is which field',
        'See docs/importing.md and examples/maps.',
      );
    }
    const mapping = await loadMapping(options.map);
    const asOf = asOfOption(options.asOf);
    return withSession(context, 'import', async (session): Promise<ExitCode> => {
      const summaries: ImportSummary[] = [];
      for (const file of files) {
        const summary = await load(context, session, file, {
          mapping,
          asOf,
          strict: options.strict === true,
          dryRun: options.dryRun === true,
        });
        summaries.push(summary);
        if (!context.globals.json) printSummary(context.io, summary);
      }
      if (options.dryRun !== true) await makeCurrent(context, session);
      if (context.globals.json) context.io.out(`${JSON.stringify(summaries)}\n`);
      return 0;
    });
  },
};

export function asOfOption(given: unknown): Temporal.Instant | undefined {
  if (given === undefined) return undefined;
  try {
    return Temporal.Instant.from(String(given));
  } catch {
    throw usageError(
      'AS_OF_INVALID',
      `--as-of is "${given}", not an instant`,
      'Give date, time and zone: 2026-11-20T00:00:00Z.',
    );
  }
}

type LoadOptions = Pick<Parameters<typeof importFile>[1], 'mapping' | 'strict' | 'dryRun'> & {
  asOf: Temporal.Instant | undefined;
};

async function load(
  { io, clock, log }: CommandContext,
  { db, tenant }: Session,
  file: string,
  options: LoadOptions,
): Promise<ImportSummary> {
  const { asOf, ...rest } = options;
  const progress = createProgress(io);
  let rejected = 0;
  try {
    return await importFile(
      {
        db,
        clock,
        log,
        onProgress: ({ phase, rows, bytesRead, bytesTotal }) =>
          progress.show({
            label: phase === 'reading' ? `Reading ${file}` : `Storing ${file}`,
            rows,
            part: phase === 'reading' && bytesTotal ? bytesRead / bytesTotal : undefined,
          }),
        onReject(rejection) {
          rejected += 1;
          if (rejected <= shownRejections) {
            progress.done();
            io.note(`${file} ${describeRejection(rejection)}\n`);
          }
        },
      },
      { file, tenant, ...rest, ...(asOf ? { asOf } : {}) },
    );
  } finally {
    progress.done();
  }
}

function printSummary(io: Io, summary: ImportSummary): void {
  const { dryRun, file } = summary;
  const counts = [
    `${summary.read} read`,
    `${summary.written} written (${summary.inserted} new, ${summary.updated} changed)`,
    `${summary.unchanged} unchanged`,
    ...(summary.superseded > 0 ? [`${summary.superseded} superseded by another row of the file`] : []),
    ...(summary.older > 0 ? [`${summary.older} older than what is stored`] : []),
    `${summary.rejected} rejected`,
  ];
  io.out(
    `${file}: ${counts.join(', ')}; as of ${summary.asOf}, ${summary.seconds.toFixed(1)} s${dryRun ? ' (dry run: nothing was kept)' : ''}\n`,
  );
  if (summary.rejected > shownRejections) io.out(`  and ${summary.rejected - shownRejections} more rejected rows\n`);
  for (const entity of summary.entities) {
    if (entity.history) {
      const { inserted, updated, unchanged, older } = entity.history;
      const all = inserted + updated + unchanged + older;
      io.out(`  ${entity.entity} history: ${all} events, ${inserted + updated} of them new\n`);
    }
    for (const { field, value, rows } of entity.unmapped.slice(0, 10)) {
      io.out(`  ${entity.entity} ${field}: "${value}" is not a known value, kept as unmapped (${rows} rows)\n`);
    }
  }
  for (const note of summary.notes) io.out(`  ${note}\n`);
}
