import { createChartRenderer } from '../../charts/renderer.ts';
import { type DateRange, parsePeriod, resolvePeriod } from '../../domain/period.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { usageError } from '../../lib/errors.ts';
import { completeHtml } from '../../pdf/document.ts';
import { createPrinter } from '../../pdf/printer.ts';
import { isEmpty, makeReport } from '../../reports/make.ts';
import { renderReport } from '../../reports/pages.ts';
import { periodBefore } from '../../reports/period.ts';
import type { Report } from '../../reports/report.ts';
import { type Paper, type ReportTemplate, templateOf } from '../../reports/template.ts';
import type { Command, CommandContext, ExitCode, Io } from '../command.ts';
import { withSession } from '../open.ts';
import { viewerOf } from '../viewer.ts';
import { writeOut } from '../write-out.ts';

const papers: readonly Paper[] = ['A4', 'Letter'];

export const report: Command = {
  name: 'report',
  args: '[name] [period...]',
  summary: 'make a report now, as PDF, HTML or JSON',
  description:
    'Makes the weekly or monthly report, or one that crema.yaml describes under reports:, of the last complete week or month, or of a period in the words of /kpi. Sends nothing. Without data the exit code is 3.',
  options: [
    { flags: '--out <file>', description: 'the PDF (default ID.pdf where neither --html nor --json is given)' },
    { flags: '--html <file>', description: 'the same pages as one HTML file that needs nothing else' },
    { flags: '--as <user>', description: 'with the rights of this person: Slack id, e-mail or name' },
    { flags: '--paper <paper>', description: 'A4 or Letter (default as configured, else A4)' },
  ],
  examples: [
    'crema report',
    'crema report monthly --out october.pdf',
    'crema report weekly 2026-11-09..2026-11-15 --paper Letter',
    'crema report weekly "last month" --html report.html --as sam@example.com',
    'crema report --json',
  ],
  run(context, [name = 'weekly', ...phrase], options) {
    const paper = paperOf(options.paper);
    return withSession(context, 'report', async (session): Promise<ExitCode> => {
      const { db, tenant, config } = session;
      const { clock, io, log } = context;
      const template = templateOf(config.reports, name);
      const { viewer } = await viewerOf(session, options.as);
      const now = clock.now();
      const slot = now.toZonedDateTimeISO(tenant.timezone).toPlainDate().toString();
      const period = periodOf(phrase.join(' '), template, tenant, slot);
      const made = await makeReport(
        {
          ...{ db, tenant, settings: config.kpis, now, log },
          onProgress: (done, of) => step(io, `Asking: ${done} of ${of}`),
        },
        { ...{ template, viewer, period, slot }, ...(paper && { paper }) },
      );
      step(io, 'Drawing and printing');
      const files = await filesOf(made, options, context);
      step(io, '');
      if (context.globals.json) io.out(`${JSON.stringify(made, null, 2)}\n`);
      for (const { file, content } of files) await writeOut(file, content, io);
      if (isEmpty(made)) io.note(`There is no data for ${made.period.shown}.\n`);
      return isEmpty(made) ? 3 : 0;
    });
  },
};

/** What is being done, drawn over itself on a terminal and not at all elsewhere; an empty text wipes it. */
function step(io: Io, text: string): void {
  if (io.terminal) io.note(`\r\u001b[K${text}`);
}

function paperOf(given: unknown): Paper | undefined {
  if (given === undefined) return undefined;
  const paper = papers.find((known) => known.toLowerCase() === String(given).toLowerCase());
  if (!paper) throw usageError('PAPER_UNKNOWN', `no paper "${given}"; use ${papers.join(' or ')}`);
  return paper;
}

/** The dates asked for, else the last complete week or month. */
function periodOf(phrase: string, { span }: ReportTemplate, tenant: Tenant, today: string): DateRange {
  if (phrase === '') return periodBefore(span, today, tenant);
  const expression = parsePeriod(phrase);
  if (!expression || expression.kind === 'all')
    throw usageError(
      'PERIOD_UNKNOWN',
      `"${phrase}" is no period of a report`,
      'Give one such as "last week", 2026-10 or 2026-11-09..2026-11-15.',
    );
  const { from, to } = resolvePeriod(expression, { today, weekStart: tenant.weekStart }, null);
  return { from, to };
}

interface OutFile {
  file: string;
  content: string | Uint8Array;
}

/** Charts and the browser are there for these files only, and gone before the command ends. */
async function filesOf(
  made: Report,
  options: Readonly<Record<string, unknown>>,
  { environment, globals, log }: CommandContext,
): Promise<OutFile[]> {
  const html = options.html === undefined ? null : String(options.html);
  const byDefault = html === null && !globals.json && !isEmpty(made) ? `${made.id}.pdf` : null;
  const pdf = options.out === undefined ? byDefault : String(options.out);
  if (html === null && pdf === null) return [];
  const charts = createChartRenderer();
  const printer = createPrinter({ executablePath: environment.browserPath, home: environment.home, log });
  try {
    const pages = await renderReport({ charts }, made);
    return [
      ...(html === null ? [] : [{ file: html, content: completeHtml(pages) }]),
      ...(pdf === null ? [] : [{ file: pdf, content: await printer.print(pages) }]),
    ];
  } finally {
    await Promise.all([charts.close(), printer.close()]);
  }
}
