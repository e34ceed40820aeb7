import sql from 'sql-template-tag';
import type { Db } from '../db/db.ts';
import { formatDate, formatDateRange, formatValue } from '../domain/format.ts';
import type { Tenant } from '../domain/tenant.ts';
import { kpiOf } from '../kpis/index.ts';
import type { Restatement } from './report.ts';

/** More would be a report of its own; they are told in the order of how lately they were found. */
const mostShown = 30;

/**
 * What has changed of numbers in earlier reports of the same template and the same rights since the one before this was
 * made. Of a number that changed several times, what it was at first and is at last: a reader of reports was told nothing in
 * between. A change that an edition has in several places is told once; the first report of all has none.
 */
export async function restatementsSince(
  db: Db,
  tenant: Tenant,
  { template, viewer, slot, locale }: { template: string; viewer: string; slot: string; locale: string },
): Promise<Restatement[]> {
  const rows = await db.query<{
    kpi: string;
    was: number | null;
    now: number | null;
    why: string;
    receipt: string;
    found: Temporal.Instant;
    from: string | null;
    to: string | null;
    currency: string | null;
  }>(sql`
    select * from (
      select distinct on (edition_id, kpi, was, now) * from (
        select distinct on (r.edition_id, r.receipt) r.edition_id, r.kpi, r.is_now as now, r.why, r.receipt,
          first_value(r.was) over (partition by r.edition_id, r.receipt order by r.revision) as was, r.found_at as found,
          e.content #>> '{period,from}' as "from", e.content #>> '{period,to}' as "to", c.result ->> 'currency' as currency
        from ops.restatements r
        join ops.editions e on e.tenant_id = r.tenant_id and e.edition_id = r.edition_id
        left join ops.receipts c on c.tenant_id = r.tenant_id and c.code = r.receipt
        where r.tenant_id = ${tenant.tenantId} and e.kind = 'report' and e.subject = ${template} and e.viewer = ${viewer}
          and e.slot < ${slot}
          and r.found_at > (
            select max(last.made_at) from ops.editions last
            where last.tenant_id = ${tenant.tenantId} and last.kind = 'report' and last.subject = ${template}
              and last.viewer = ${viewer} and last.slot < ${slot})
        order by r.edition_id, r.receipt, r.revision desc
      ) latest
      where was is distinct from now
      order by edition_id, kpi, was, now, found desc, receipt
    ) changed
    order by found desc, receipt
    limit ${mostShown}`);
  return rows.map(({ kpi, was, now, why, receipt, found, from, to, currency }) => {
    const { title = kpi, unit = 'count', outOf } = kpiOf(kpi) ?? {};
    const shape = {
      locale,
      ...(outOf !== undefined && { outOf }),
      ...(unit === 'money' && { currency: currency ?? tenant.currency }),
    };
    const at = found.toZonedDateTimeISO(tenant.timezone);
    return {
      report: from && to ? formatDateRange(from, to, { locale }) : '',
      title,
      was: formatValue(was, unit, shape),
      now: formatValue(now, unit, shape),
      why,
      found: `${formatDate(at.toPlainDate().toString(), { locale, year: true })} ${at.toPlainTime().toString({ smallestUnit: 'minute' })}`,
      receipt,
    };
  });
}
