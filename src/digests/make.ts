import { createHash } from 'node:crypto';
import { onlyInDigest } from '../alerts/store/noise.ts';
import { scopeLabel } from '../answers/access.ts';
import { receiptsFor } from '../answers/answer.ts';
import { datedWords } from '../answers/parse.ts';
import { type Sees, seenIn } from '../answers/people.ts';
import type { Rights } from '../answers/rights.ts';
import { changeMark, shapeOf, shortChange, shownValue } from '../answers/wording.ts';
import type { Db, Queryable } from '../db/db.ts';
import { inSnapshot } from '../db/snapshot.ts';
import { formatDateRange, formatTarget, formatValue } from '../domain/format.ts';
import { addDays, type DateRange, daysBetween } from '../domain/period.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { Kpi } from '../kpis/kpi.ts';
import { CremaError } from '../lib/errors.ts';
import { type AskedLine, asking, askLines, type DigestDeps, sameDaysBefore } from './ask-lines.ts';
import type { Digest, DigestFinding, DigestLine } from './digest.ts';
import type { Finding, FindingContext } from './findings/finding.ts';
import { findAll, ranked } from './findings/index.ts';
import { newsAmong, type Reading, rememberFindings } from './findings/memory.ts';
import { lateSources } from './late.ts';
import { panelChart } from './panel-chart.ts';
import type { DigestTemplate } from './template.ts';

export interface DigestOrder {
  template: DigestTemplate;
  /** With whose rights; several people with spaces between them, as everywhere. */
  viewer: string;
  /** Local dates, half-open; of the tenant's zone, in which all days are counted. */
  period: DateRange;
  locale: string;
  /** Zone in which the reader is told times. */
  timezone: string;
  /** What the viewer was found to see, where others who see the same are given this digest too. */
  sees?: Sees;
  /** Instead of the template's headlines; null: the template's. */
  followed: readonly Kpi[] | null;
  /** Only looked at: no receipts, and nothing is told to anybody by it. */
  dryRun?: boolean;
}

/**
 * Makes one digest: numbers with their receipts, what is worth a look and was not told before, a picture, what is late. What
 * the viewer may not see is left out; rejects with DIGEST_VIEWER for somebody who may see nothing at all, and with
 * DIGEST_RIGHTS where that is not what `sees` says any more. May be made again for the same day: what it tells then is the
 * same, as far as the data is.
 */
export async function makeDigest(deps: DigestDeps, order: DigestOrder): Promise<Digest> {
  const { db, tenant, now } = deps;
  const { template, viewer, locale, timezone } = order;
  const { tenantId } = tenant;
  const period = pastDays(order.period, tenant, now);
  const before = sameDaysBefore(period);
  const headlines = order.followed?.length ? order.followed : template.headlines;
  let sees: Sees | null = null;
  let digestOnly: FindingContext['digestOnly'] = [];
  // Rights and numbers are of one moment: else numbers of new rights could go to whoever has the old ones.
  const look = async (tx: Queryable) => {
    sees = await seenIn(tx, tenantId, viewer);
    if (!sees) throw new CremaError('DIGEST_VIEWER', `a digest for somebody who may see nothing: ${viewer}`);
    if (order.sees && JSON.stringify(sees) !== JSON.stringify(order.sees))
      throw new CremaError('DIGEST_RIGHTS', `what ${viewer} may see has changed while it was made`);
    const asked = sees.rights.all ? null : viewer;
    digestOnly = await onlyInDigest(tx, tenantId, instantsOf(period, tenant), asked);
  };
  const read = async (snapshot: Db) => {
    const asks = asking({ ...deps, db: snapshot }, viewer);
    const lines = await askLines(asks, headlines, period);
    const streams = lines.flatMap(({ result }) => result.freshness.sources);
    const late = lateSources(streams, period.to, tenant.timezone);
    const context: FindingContext = { ...{ period, before, locale, timezone, late, lines, digestOnly }, ...asks };
    return { lines, streams, late, found: template.findings > 0 ? await findAll(context) : [] };
  };
  const { lines, streams, late, found } = await inSnapshot(db, { tenantId, viewer }, read, look);
  const { rights } = sees!;
  const reading: Reading = { tenantId, reader: readerOf(order, rights), slot: period.to };
  const chosen = ranked(await newsAmong(db, reading, found)).slice(0, template.findings);
  if (!order.dryRun) {
    const told = chosen.flatMap((one) => (one.with ? [one.finding, one.with] : [one.finding]));
    await rememberFindings(db, reading, told, found);
  }
  const drawn = template.chart ? lines.filter(({ kpi }) => template.chart?.includes(kpi)) : lines.slice(0, mostDrawn);
  const scope = scopeLabel(rights);
  const marks = streams.flatMap(({ asOf }) => (asOf === null ? [] : [asOf]));
  return {
    ...{ template: template.name, title: template.title, date: period.to, period, comparedWith: before },
    ...{ timezone: tenant.timezone, readerTimezone: timezone, locale, scope, late },
    madeAt: now.toString(),
    asOf: marks.toSorted(Temporal.Instant.compare)[0] ?? null,
    lines: await linesOf(lines, period, rights, deps, order),
    findings: chosen.map(toldOf),
    chart: panelChart(drawn, { period, locale, timezone: tenant.timezone, scope }),
  };
}

/** Panels that are read on a phone without looking closely. */
const mostDrawn = 6;

/** A day that has not ended where the data is counted is left for the next digest: a reader's zone may be ahead of it. */
function pastDays({ from, to }: DateRange, tenant: Tenant, now: Temporal.Instant): DateRange {
  const today = now.toZonedDateTimeISO(tenant.timezone).toPlainDate().toString();
  if (to <= today) return { from, to };
  const days = daysBetween(today, to);
  return { from: addDays(from, -days), to: today };
}

/** Local days from their first moment to the one behind their last. */
function instantsOf({ from, to }: DateRange, { timezone }: Tenant): { from: Temporal.Instant; to: Temporal.Instant } {
  const begin = (date: string) => Temporal.PlainDate.from(date).toZonedDateTime(timezone).toInstant();
  return { from: begin(from), to: begin(to) };
}

/** Everybody who sees the same numbers has been told the same. */
function readerOf({ template, followed }: DigestOrder, rights: Rights): string {
  const seen = rights.all
    ? []
    : [rights.teams, rights.operators].map((some) => some.map(({ source, id }) => [source, id]));
  const what = JSON.stringify([seen, followed?.map(({ id }) => id) ?? null]);
  return `${template.name} ${createHash('sha256').update(what).digest('hex').slice(0, 16)}`;
}

async function linesOf(
  lines: readonly AskedLine[],
  period: DateRange,
  rights: Rights,
  { log, ...deps }: DigestDeps,
  { viewer, locale, dryRun }: DigestOrder,
): Promise<DigestLine[]> {
  const kept = dryRun ? [] : lines.filter(({ result }) => result.value !== null);
  const answers = kept.map((line) => ({ request: requestOf(line), result: line.result }));
  const codes = await receiptsFor({ ...deps, viewer, receipts: { rights, log } }, answers);
  const receipts = new Map(kept.map((line, index) => [line, codes[index] ?? null]));
  return lines.map((line) => lineOf(line, { period, locale, receipt: receipts.get(line) ?? null }));
}

function requestOf({ kpi, question }: AskedLine) {
  return { kpi, question, show: 'chart' } as const;
}

function lineOf(
  line: AskedLine,
  { period, locale, receipt }: { period: DateRange; locale: string; receipt: string | null },
): DigestLine {
  const { kpi, result } = line;
  const isOfPeriod = result.period.from === period.from && result.period.to === period.to;
  return {
    ...{ kpi: kpi.id, title: result.title, value: result.value, unit: result.unit },
    shown: result.value === null ? 'no data' : shownValue(result, locale),
    mark: changeMark(result) as DigestLine['mark'],
    change: result.value === null ? '' : shortChange(result, locale),
    was: result.comparison?.value ?? null,
    wasShown: formatValue(result.comparison?.value ?? null, result.unit, shapeOf(result, locale)),
    verdict: result.comparison?.verdict ?? null,
    target: result.target && {
      shown: formatTarget(result.target.value, result.unit, shapeOf(result, locale)),
      met: result.target.met,
    },
    dates: isOfPeriod ? '' : formatDateRange(result.period.from, result.period.to, { locale, year: false }),
    shape: {
      ...(result.currency === undefined ? {} : { currency: result.currency }),
      ...(result.outOf === undefined ? {} : { outOf: result.outOf }),
    },
    ...{ receipt, words: datedWords(requestOf(line), result) },
  };
}

function toldOf({ finding, with: also }: { finding: Finding; with: Finding | null }): DigestFinding {
  return {
    ...{ kind: finding.kind, kpi: finding.kpi?.id ?? null, words: also?.words ?? finding.words },
    text: also ? `${finding.text} ${also.text}` : finding.text,
  };
}
