import sql from 'sql-template-tag';
import type { Db } from '../db/db.ts';
import { formatDate, formatDuration } from '../domain/format.ts';
import type { KpiResult, SourceFreshness } from '../domain/kpi-result.ts';
import { type DateRange, startOfDay } from '../domain/period.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { Quality } from './report.ts';

/** How far the data reaches that the answers rest on, and what of it was refused. */
export async function qualityOf(
  db: Db,
  tenant: Tenant,
  told: { results: readonly KpiResult[]; missing: readonly string[]; period: DateRange; locale: string },
): Promise<Quality> {
  const streams = new Map<string, SourceFreshness>();
  for (const { freshness } of told.results)
    for (const stream of freshness.sources) streams.set(`${stream.source} ${stream.stream}`, stream);
  return {
    streams: [...streams.values()]
      .toSorted((a, b) => a.source.localeCompare(b.source, 'en') || a.stream.localeCompare(b.stream, 'en'))
      .map((stream) => ({
        ...stream,
        shown: stream.asOf === null ? 'never read in whole' : shownMoment(stream.asOf, tenant.timezone, told.locale),
        age: stream.ageSeconds === undefined ? '' : formatDuration(stream.ageSeconds),
      })),
    pending: told.results.reduce((most, { freshness }) => Math.max(most, freshness.pending), 0),
    rejected: await rejectedIn(db, tenant, told.period),
    missing: [...new Set(told.missing)],
  };
}

/** `16 Nov 2026 08:25` on the zone's clock. */
export function shownMoment(instant: string, timezone: string, locale: string): string {
  const at = Temporal.Instant.from(instant).toZonedDateTimeISO(timezone);
  const time = at.toPlainTime().toString({ smallestUnit: 'minute' });
  return `${formatDate(at.toPlainDate().toString(), { locale, year: true })} ${time}`;
}

/** Events that came in the period and could not be used, with the most frequent reason. */
function rejectedIn(db: Db, tenant: Tenant, { from, to }: DateRange): Promise<Quality['rejected']> {
  return db.query(sql`
    select source, count(*)::int as count, coalesce(mode() within group (order by reason), '') as reason
    from ops.webhook_events
    where tenant_id = ${tenant.tenantId} and state = 'rejected'
      and received_at >= ${startOfDay(from, tenant.timezone).toString()}::timestamptz
      and received_at < ${startOfDay(to, tenant.timezone).toString()}::timestamptz
    group by source
    order by source`);
}
