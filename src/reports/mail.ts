import type { ChartRenderer } from '../charts/renderer.ts';
import type { SparklineSpec } from '../charts/sparkline.ts';
import { leadIn } from '../domain/format.ts';
import { isEmpty } from './make.ts';
import type { Figure, Report } from './report.ts';
import { template } from './templates.ts';
import { outcomeOf } from './tones.ts';

/** A report's mail without its envelope; the PDF is attached by whoever sends it. */
export interface ReportMail {
  subject: string;
  html: string;
  /** The same for those who read plain text. */
  text: string;
  /** Pictures the HTML names as `cid:NAME`. */
  images: { cid: string; png: Buffer }[];
}

const message = template<MailModel>('mail');

/**
 * The summary and the strip, as mail clients take them: tables, styles on the elements, no colours that a dark ground would
 * swallow. Rejects when a sparkline cannot be drawn, unless `allowGaps`: then the mail says that some are missing.
 */
export async function reportMail(
  { charts }: { charts: Pick<ChartRenderer, 'sparkline'> },
  report: Report,
  { allowGaps = false }: { allowGaps?: boolean } = {},
): Promise<ReportMail> {
  const images: ReportMail['images'] = [];
  let missing = 0;
  const strip: FigureModel[] = [];
  const drawn = (trend: SparklineSpec): Promise<Buffer | undefined> =>
    charts.sparkline(trend).catch((error: unknown) => {
      if (!allowGaps) throw error;
      missing += 1;
      return undefined;
    });
  for (const [index, figure] of report.strip.entries()) {
    const png = figure.trend ? await drawn(figure.trend) : undefined;
    const cid = png ? `trend-${index + 1}` : '';
    if (png) images.push({ cid, png });
    const { title, shown, mark, change, trend } = figure;
    strip.push({ title, shown, mark, change, target: targetOf(figure), cid, alt: trend?.altText ?? '' });
  }
  const model: MailModel = {
    language: report.language,
    subject: subjectOf(report),
    company: report.company,
    title: report.title,
    period: [report.period.shown, ...(report.scope ? [report.scope] : [])].join(' · '),
    summary: report.summary,
    isEmpty: isEmpty(report),
    strip,
    contents: contentsOf(report),
    foot: footOf(report, missing),
  };
  return { subject: model.subject, html: message(model), text: textOf(report, missing), images };
}

interface MailModel {
  language: string;
  subject: string;
  company: string;
  title: string;
  period: string;
  summary: string[];
  isEmpty: boolean;
  strip: FigureModel[];
  contents: string;
  foot: string;
}

interface FigureModel {
  title: string;
  shown: string;
  mark: string;
  change: string;
  target: string;
  /** Empty where there is no line to show. */
  cid: string;
  alt: string;
}

/** `Weekly report, Mon 9 – Sun 15 Nov 2026: Ticket SLA compliance 87.7 %`: the first number is read without opening it. */
function subjectOf({ title, period, strip }: Report): string {
  const [first] = strip;
  return `${title}, ${period.shown}${first ? `: ${leadIn(first.title)} ${first.shown}` : ''}`;
}

function targetOf({ target, met }: Figure): string {
  return `${target}${outcomeOf(met)}`;
}

function contentsOf({ sections }: Report): string {
  return [...sections.map(({ title }) => title), 'Restatements, Data quality and Definitions'].join(', ');
}

function footOf({ period, asOf, id }: Report, missing: number): string {
  const gap = missing === 0 ? '' : ` · ${missing === 1 ? 'a small chart' : 'some small charts'} could not be drawn`;
  return `${period.timezone} · ${asOf} · report ${id}${gap}`;
}

function textOf(report: Report, missing: number): string {
  const { company, title, period, scope, summary, strip } = report;
  const figures = strip.map((figure) => {
    const facts = [figure.change, targetOf(figure)].filter((fact) => fact !== '');
    return `${figure.title}: ${figure.shown}${facts.length > 0 ? ` (${facts.join('; ')})` : ''}`;
  });
  return [
    `${title}, ${company}`,
    [period.shown, ...(scope ? [scope] : [])].join(' · '),
    '',
    isEmpty(report) ? 'There is no number to report for these dates.' : summary.join(' '),
    '',
    ...figures,
    ...(figures.length > 0 ? [''] : []),
    `The report is attached as PDF: ${contentsOf(report)}.`,
    footOf(report, missing),
    '',
  ].join('\n');
}
