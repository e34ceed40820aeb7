import type { ChartRenderer } from '../../charts/renderer.ts';
import type { RawFile } from '../../deliveries/artifacts.ts';
import type { Delivery } from '../../deliveries/delivery.ts';
import type { Made, Make } from '../../deliveries/dispatch.ts';
import { type Edition, type Editions, filesOnce } from '../../deliveries/editions.ts';
import { lacksFor } from '../../digests/lacks.ts';
import type { DateRange } from '../../domain/period.ts';
import { kpis } from '../../kpis/index.ts';
import type { Printer } from '../../pdf/printer.ts';
import { reportMail } from '../../reports/mail.ts';
import { isEmpty, makeReport } from '../../reports/make.ts';
import { renderReport, titleOf } from '../../reports/pages.ts';
import { periodBefore } from '../../reports/period.ts';
import type { Report } from '../../reports/report.ts';
import { type ReportsSettings, templateOf } from '../../reports/template.ts';
import { escapeText } from '../../slack/text.ts';
import { dateOfSlot } from '../../subscriptions/plan.ts';
import { lookAgain, type MakeDeps } from './kpi.ts';
import { mailLetter } from './mail.ts';
import { type Reading, readingOf, withoutReading } from './reading.ts';

export interface ReportMakeDeps extends MakeDeps {
  editions: Editions;
  charts: ChartRenderer;
  printer: Pick<Printer, 'print'>;
  /** Asked at each report: a new configuration brings new ones. */
  reports: () => ReportsSettings;
}

/** Failures to draw after which a report goes out with the gap named. */
const mostDrawings = 3;

/** The report of the last complete week or month before its slot: a mail with the PDF, or the PDF in a conversation. */
export function reportMaker(deps: ReportMakeDeps): Make {
  const { db, tenant } = deps;
  return async (delivery, { now, signal }) => {
    const reading = await readingOf(deps, delivery);
    if (!('subscription' in reading)) return withoutReading(reading);
    const template = templateOf(deps.reports(), reading.subscription.subject);
    const period = periodBefore(template.span, dateOfSlot(delivery.slot), tenant);
    if (Temporal.Instant.compare(now, delivery.deadlineAt) < 0) {
      // Its sections are of all groups, and what it waits for is what it would name as missing.
      const lacks = await lacksFor({ db, tenant, now }, { headlines: kpis }, reading.viewer, period);
      if (lacks.length > 0) return { kind: 'wait', until: now.add(lookAgain), reason: `waits for ${lacks.join(', ')}` };
    }
    const edition = await editionFor(deps, delivery, reading, period);
    const { content: report, editionId } = edition;
    if (isEmpty(report)) return { kind: 'skip', reason: `there is no data for ${report.period.shown}` };
    const files = await filesOnce(db, delivery.tenantId, editionId, () =>
      filesOf(deps, report, { allowGaps: delivery.failures >= mostDrawings, signal }),
    );
    const pdf = files.find(({ mediaType }) => mediaType === 'application/pdf');
    if (!pdf) throw new Error('the report was not printed');
    const made =
      delivery.carrier === 'mail'
        ? await byMail(deps, delivery, reading, edition, pdf)
        : { kind: 'letter' as const, letter: { body: slackBodyOf(report), files: [pdf] } };
    return made.kind === 'letter' ? { ...made, editionId } : made;
  };
}

function editionFor(
  { db, tenant, settings, log, clock, editions, reports }: ReportMakeDeps,
  delivery: Delivery,
  { subscription, viewer, locale }: Reading,
  period: DateRange,
): Promise<Edition<Report>> {
  const template = templateOf(reports(), subscription.subject);
  const slot = dateOfSlot(delivery.slot);
  const key = { kind: 'report', subject: template.name, slot, viewer, view: { locale, period } } as const;
  return editions.once(key, () =>
    makeReport({ db, tenant, settings, now: clock.now(), log }, { template, viewer, period, locale, slot }),
  );
}

async function filesOf(
  { charts, printer }: ReportMakeDeps,
  report: Report,
  { allowGaps, signal }: { allowGaps: boolean; signal: AbortSignal },
): Promise<RawFile[]> {
  const { gaps, ...pages } = await renderReport({ charts }, report, { allowGaps });
  const bytes = await printer.print({ ...pages, signal });
  return [{ name: `${report.id}.pdf`, mediaType: 'application/pdf', bytes }];
}

async function byMail(
  deps: ReportMakeDeps,
  delivery: Delivery,
  reading: Reading,
  { content: report, madeAt }: Edition<Report>,
  pdf: RawFile,
): Promise<Made> {
  const { images, ...content } = await reportMail({ charts: deps.charts }, report);
  const pictures = images.map(({ cid, png }) => ({ name: cid, mediaType: 'image/png', bytes: png }));
  return mailLetter(deps.mail, delivery, reading, { ...content, images: pictures, attachments: [pdf] }, madeAt);
}

/** The line above the PDF: the title, and what the summary begins with. */
function slackBodyOf(report: Report): { type: 'file'; title: string; comment: string } {
  const title = titleOf(report);
  return {
    type: 'file',
    title,
    comment: [`*${escapeText(title)}*`, ...report.summary.slice(0, 3).map(escapeText)].join('\n'),
  };
}
