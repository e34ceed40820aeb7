import sql from 'sql-template-tag';
import { headlineCandidates } from '../answers/answer.ts';
import { viewing } from '../db/viewer.ts';
import { type DateRange, startOfDay } from '../domain/period.ts';
import type { Kpi } from '../kpis/kpi.ts';
import type { DigestDeps } from './ask-lines.ts';
import type { DigestTemplate } from './template.ts';

/**
 * What a digest would have to wait for: the streams, as `source:stream`, that its numbers need and that either do not reach
 * the end of its days or are later than they promise. Never waited for: streams that promise nothing (a file that somebody
 * imports), and those that never brought anything.
 */
export async function lacksFor(
  { db, tenant, now }: Pick<DigestDeps, 'db' | 'tenant' | 'now'>,
  template: Pick<DigestTemplate, 'headlines'>,
  viewer: string,
  period: DateRange,
  followed: readonly Kpi[] | null = null,
): Promise<string[]> {
  const { tenantId, timezone } = tenant;
  const kpis = followed?.length ? followed : (template.headlines ?? headlineCandidates().first);
  // Whoever may not ask a KPI does not wait for its data.
  const [free, company] = [false, true].map((isCompany) => [
    ...new Set(kpis.filter((kpi) => isOfCompany(kpi) === isCompany).flatMap(({ streams }) => streams)),
  ]) as [string[], string[]];
  const rows = await viewing(db, { tenantId, viewer }, (tx) =>
    tx.query<{ lacking: string }>(sql`
      select source || ':' || stream as lacking from ops.streams
      where tenant_id = ${tenantId}
        and (stream = any (${free}::text[])
          or (stream = any (${company}::text[]) and (select ops.viewer_sees_company())))
        and refresh_sla_minutes is not null and as_of is not null
        and (as_of < ${startOfDay(period.to, timezone).toString()}::timestamptz
          or as_of < ${now.toString()}::timestamptz - refresh_sla_minutes * interval '1 minute')
      order by 1`),
  );
  return rows.map(({ lacking }) => lacking);
}

function isOfCompany({ audience }: Kpi): boolean {
  return audience === 'supervisors';
}
