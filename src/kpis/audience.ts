import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import type { Kpi } from './kpi.ts';

/**
 * Whether the viewer, or each of several, may ask a KPI at all. The database says so, by the same function that its row
 * policies go by: whoever may not would be answered with no data.
 */
export async function mayAsk(reader: Queryable, kpi: Kpi): Promise<boolean> {
  return kpi.audience !== 'supervisors' || (await seesCompany(reader));
}

/** Those of `kpis` that the viewer may ask. */
export async function askable(reader: Queryable, kpis: readonly Kpi[]): Promise<readonly Kpi[]> {
  if (kpis.every((kpi) => kpi.audience !== 'supervisors') || (await seesCompany(reader))) return kpis;
  return kpis.filter((kpi) => kpi.audience !== 'supervisors');
}

async function seesCompany(reader: Queryable): Promise<boolean> {
  const [row] = await reader.query<{ sees: boolean }>(sql`select ops.viewer_sees_company() as sees`);
  return row?.sees === true;
}
