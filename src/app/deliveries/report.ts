import type { ChartRenderer } from '../../charts/renderer.ts';
import type { Delivery, Json, NewDelivery } from '../../deliveries/delivery.ts';
import type { Made, Make } from '../../deliveries/dispatch.ts';
import { type Edition, type Editions, filesOnce } from '../../deliveries/editions.ts';
import type { DateRange } from '../../domain/period.ts';
import type { Printer } from '../../pdf/printer.ts';
import { isEmpty, makeReport } from '../../reports/make.ts';
import { renderReport } from '../../reports/pages.ts';
import { periodBefore } from '../../reports/period.ts';
import type { Report } from '../../reports/report.ts';
import { type ReportsSettings, templateOf } from '../../reports/template.ts';
import type { MakeDeps } from './kpi.ts';
import { lookAgain } from './kpi.ts';
import { type MailDeps, mailLetter } from './mail.ts';
import { type Reading, readingOf, withoutReading } from './reading.ts';

export interface ReportMakeDeps extends MakeDeps {
  editions: Editions;
  charts: ChartRenderer;
  printer: Pick<Printer, 'print'>;
  /** Asked at each report: a new configuration brings new ones. */
  reports: () => ReportsSettings;
  mail: MailDeps | undefined;
}

/** Failures to draw after which a report goes out with the gap named. */
const mostDrawings = 3;

/** The report of the last complete week or month before its slot: a mail with the PDF, or the PDF in a channel. */
export function reportMaker(deps: ReportMakeDeps): Make {
  return async (delivery, { now, signal }) => {
    const reading = await readingOf(deps, delivery);
    if (!('subscription' in reading)) return withoutReading(reading);
    const template = templateOf(deps.reports(), reading.subscription.subject);
    const period = periodBefore(template.span, delivery.slot, deps.tenant);
    const late = await lateFor(deps, period, delivery, now);
    if (late.length > 0) return { kind: 'wait', until: now.add(lookAgain), reason: `waits for ${late.join(', ')}` };
    const edition = await editionFor(deps, delivery, reading, period);
    if (isEmpty(edition.content)) return { kind: 'skip', reason: `there is no data for ${edition.content.period.shown}` };
    const allowGaps = delivery.failures >= mostDrawings;
    const [pdf] = await filesOnce(deps.db, delivery.tenantId, edition.editionId, async () => {
      const pages = await renderReport({ charts: deps.charts }, edition.content, { allowGaps });
      const bytes = await deps.printer.print({ ...pages, signal });
      return [{ name: `${edition.content.id}.pdf`, mediaType: 'application/pdf', bytes }];
    });
    if (!pdf) throw new Error('the report was not printed');
    const { editionId } = edition;
    return delivery.carrier === 'mail'
      ? mailLetter(deps, delivery, reading, { editionId, report: edition.content, pdf })
      : inSlack(edition.content, pdf, editionId);
  };
}

function editionFor(
  { db, tenant, settings, log, clock, editions, reports }: ReportMakeDeps,
  { slot }: Delivery,
  { subscription, viewer, locale }: Reading,
  period: DateRange,
): Promise<Edition<Report>> {
  const template = templateOf(reports(), subscription.subject);
  const key = { kind: 'report', subject: template.name, slot, viewer, view: { locale, period } } as const;
  return editions.once(key, () =>
    makeReport({ db, tenant, settings, now: clock.now(), log }, { template, viewer, period, locale, slot }),
  );
}
