import { writeFile } from 'node:fs/promises';
import { createChartRenderer } from '../../charts/renderer.ts';
import { everything } from '../../db/viewer.ts';
import { type DateRange, parsePeriod, resolvePeriod } from '../../domain/period.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { CremaError, messageOf, usageError } from '../../lib/errors.ts';
import { isEmpty, makeReport } from '../../reports/make.ts';
import { renderReport } from '../../reports/pages.ts';
import { periodBefore } from '../../reports/period.ts';
import type { Report } from '../../reports/report.ts';
import { type Paper, type ReportTemplate, templateOf } from '../../reports/template.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { withSession } from '../open.ts';
import { createSteps } from '../steps.ts';
import { viewerNamed } from '../viewer.ts';

const papers: readonly Paper[] = ['A4', 'Letter'];

export const report: Command = {
  name: 'report',
  args: '[name] [period...]',
  summary: 'make a report now, as PDF, HTML or JSON',
  description:
    'Makes the weekly or monthly report, or one that crema.yaml describes under reports:, of the last complete week or month or of a period given in the words of /kpi. Sends nothing. Without data the exit code is 3.',
  options: [
    { flags: '--out <file>', description: 'the PDF (default NAME-LASTDAY.pdf, if neither --html nor --json is given)' },
    { flags: '--html <file>', description: 'the same pages as one HTML file that needs nothing else' },
    { flags: '--as <user>', description: 'with the rights of this person: Slack id, e-mail, operator id or name' },
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
      const template = templateOf(config.reports, name);
      const now = context.clock.now();
      const slot = now.toZonedDateTimeISO(tenant.timezone).toPlainDate().toString();
      const period = periodOf(phrase.join(' '), template, tenant, slot);
      const viewer = options.as === undefined ? everything : await viewerNamed(session, String(options.as));
      const steps = createSteps(context.io);
      const made = await makeReport(
        {
          ...{ db, tenant, now, settings: config.kpis, log: context.log },
          onProgress: (done, of) => steps.show(`Asking ${done} of ${of}`),
        },
        { ...{ template, viewer, period, slot }, ...(paper && { paper }) },
      );
      await steps.during('Drawing and printing', () => writeAll(made, options, context));
      if (isEmpty(made)) context.io.note(`There is no data for ${made.period.shown}.\n`);
      return isEmpty(made) ? 3 : 0;
    });
  },
};
