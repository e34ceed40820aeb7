import { createHash } from 'node:crypto';
import type { KpiSettings } from '../answers/answer.ts';
import { rightsOf } from '../answers/people.ts';
import { asOfPhrase } from '../answers/wording.ts';
import type { Db } from '../db/db.ts';
import { formatDate, formatDateRange } from '../domain/format.ts';
import { type KpiResult, scopePhrases } from '../domain/kpi-result.ts';
import { addDays, type DateRange } from '../domain/period.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { Log } from '../lib/log.ts';
import { type Answered, type Asking, ask, mapLimited, type Outcome } from './ask.ts';
import { definitionsOf } from './definitions.ts';
import { itemOf } from './item.ts';
import { qualityOf } from './quality.ts';
import { questionFor } from './questions.ts';
import type { Figure, Report, Section } from './report.ts';
import { restatementsSince } from './restatements.ts';
import { figureOf } from './strip.ts';
import { summaryOf } from './summary.ts';
import type { Paper, ReportTemplate } from './template.ts';

export interface ReportDeps {
  db: Db;
  tenant: Tenant;
  settings: KpiSettings;
  /** Of the business clock. */
  now: Temporal.Instant;
  log: Log;
  /** Told after each question: how many are answered, of how many. */
  onProgress?: (done: number, of: number) => void;
}

export interface ReportAsked {
  template: ReportTemplate;
  /** With whose rights every number is made; person id or `everything`. */
  viewer: string;
  /** Whole local dates of the tenant's zone. */
  period: DateRange;
  locale?: string;
  paper?: Paper;
  /** Local date it is of; also what decides which restatements are news. */
  slot: string;
}

/** Questions to the database at the same time: a report is not to starve those who ask in Slack. */
const atOnce = 2;
const mostInStrip = 5;

/**
 * Makes a report: every number is asked for by its absolute dates with the viewer's rights. What has no data is left out
 * and named under Data quality; what the viewer may not ask is left out. A report without any number has no strip and no
 * sections (`isEmpty`).
 */
export async function makeReport(deps: ReportDeps, asked: ReportAsked): Promise<Report> {
  const { db, tenant, settings, now } = deps;
  const { template, viewer, period } = asked;
  const locale = asked.locale ?? tenant.locale;
  const rights = await rightsOf(db, tenant.tenantId, viewer);
  const receipts = rights && { rights, log: deps.log };
  const asking: Asking = { db, tenant, viewer, now, settings, locale, ...(receipts && { receipts }) };
  const progress = counter(deps, template);
  const { figures, givens: inStrip, missing: missingInStrip } = await stripOf(asking, asked, progress);
  const { sections, givens, missing } = await sectionsOf(asking, asked, progress);
  const results = [...inStrip, ...givens].map(({ result }) => result);
  const quality = await qualityOf(db, tenant, { results, missing: [...missingInStrip, ...missing], period, locale });
  const restatements = await restatementsSince(db, tenant, {
    template: template.name,
    viewer,
    slot: asked.slot,
    locale,
  });
  const id = idOf(tenant, asked);
  deps.log.debug({ template: template.name, id, numbers: results.length }, 'report made');
  return {
    version: 1,
    template: template.name,
    id,
    title: template.title,
    company: tenant.name,
    language: 'en',
    locale,
    paper: asked.paper ?? template.paper,
    period: { ...period, shown: shownPeriod(period, locale), timezone: tenant.timezone },
    asOf: oldestOf(results, locale),
    madeAt: now.toString(),
    scope: scopeOf(results),
    summary: summaryOf({ results, strip: figures, quality, restatements, locale }),
    strip: figures,
    sections,
    restatements,
    quality,
    definitions: definitionsOf(new Set(results.map(({ kpi }) => kpi)), settings, {
      locale,
      currency: tenant.currency,
    }),
  };
}

export function isEmpty(report: Report): boolean {
  return report.strip.length === 0 && report.sections.length === 0;
}

interface Part {
  givens: Answered[];
  missing: string[];
}

/** The first five KPIs with data. Only those that somebody chose are missed. */
async function stripOf(
  asking: Asking,
  { template, period }: ReportAsked,
  progress: () => void,
): Promise<Part & { figures: Figure[] }> {
  const part: Part = { givens: [], missing: [] };
  for (let from = 0; from < template.strip.length && part.givens.length < mostInStrip; from += atOnce) {
    const ids = template.strip.slice(from, from + atOnce);
    const outcomes = await mapLimited(ids, atOnce, (id) => ask(asking, questionFor(id, period), { keep: true }));
    for (const outcome of outcomes) {
      if (outcome.kind === 'answered' && part.givens.length < mostInStrip) part.givens.push(outcome);
      if (outcome.kind === 'missing' && template.stripChosen) part.missing.push(sentenceOf(outcome));
    }
  }
  const figures = await mapLimited(part.givens, atOnce, async (given) => {
    const figure = await figureOf(asking, given, period, template.span);
    progress();
    return figure;
  });
  return { ...part, figures };
}

async function sectionsOf(
  asking: Asking,
  { template, period }: ReportAsked,
  progress: () => void,
): Promise<Part & { sections: Section[] }> {
  const plan = template.sections.flatMap((section) => section.questions.map((words) => ({ section, words })));
  const outcomes = await mapLimited(plan, atOnce, async ({ section, words }) => {
    const outcome = await ask(asking, questionFor(words, period), { keep: true });
    progress();
    return { section, outcome };
  });
  const part: Part = { givens: [], missing: [] };
  const sections = template.sections.flatMap((section): Section[] => {
    const own = outcomes.filter((one) => one.section === section).map(({ outcome }) => outcome);
    const givens = own.filter((outcome) => outcome.kind === 'answered');
    const missing = own.filter((outcome) => outcome.kind === 'missing');
    part.givens.push(...givens);
    part.missing.push(...missing.map((outcome) => `${section.title}: ${sentenceOf(outcome)}`));
    if (givens.length === 0) return [];
    const items = givens.map((given) => itemOf(given, asking.locale));
    return [{ id: section.id, title: section.title, items }];
  });
  return { ...part, sections };
}

function sentenceOf({ request, why }: Extract<Outcome, { kind: 'missing' }>): string {
  return `${request.kpi.title}: ${why}`;
}

/** `Mon 9 – Sun 15 Nov 2026`, or the month by its name. */
function shownPeriod({ from, to }: DateRange, locale: string): string {
  const first = Temporal.PlainDate.from(from);
  const last = Temporal.PlainDate.from(addDays(to, -1));
  if (first.day === 1 && last.day === last.daysInMonth && first.month === last.month && first.year === last.year)
    return first.toLocaleString(locale, { month: 'long', year: 'numeric' });
  if (first.until(last).days !== 6) return formatDateRange(from, to, { locale });
  const weekday = (date: Temporal.PlainDate) => date.toLocaleString(locale, { weekday: 'short' });
  const start =
    first.month === last.month ? String(first.day) : formatDate(from, { locale, year: first.year !== last.year });
  return `${weekday(first)} ${start} – ${weekday(last)} ${formatDate(last.toString(), { locale, year: true })}`;
}

/** As of the source that is furthest behind. */
function oldestOf(results: readonly KpiResult[], locale: string): string {
  const behind = results.toSorted((a, b) => (a.freshness.asOf ?? '').localeCompare(b.freshness.asOf ?? '', 'en'))[0];
  return behind ? asOfPhrase(behind, locale) : 'nothing loaded yet';
}

function scopeOf(results: readonly KpiResult[]): string {
  return [...new Set(results.flatMap((result) => scopePhrases(result)))].join(', ');
}

/** Same template, dates, slot and viewer: same id. Seven hexadecimal digits tell reports of one template and date apart. */
function idOf({ tenantId }: Tenant, { template, period, slot, viewer, locale, paper }: ReportAsked): string {
  const hash = createHash('sha256').update(
    JSON.stringify([tenantId, template.name, period, slot, viewer, locale, paper]),
  );
  return `${template.name}-${addDays(period.to, -1)}-${hash.digest('hex').slice(0, 7)}`;
}

function counter({ onProgress }: ReportDeps, template: ReportTemplate): () => void {
  const all = template.sections.reduce((sum, { questions }) => sum + questions.length, mostInStrip);
  let done = 0;
  return () => onProgress?.(++done, all);
}
