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
  return (await standingOf(reader)).company;
}

/** What the row policies let the viewer of a snapshot see. */
export interface Standing {
  everything: boolean;
  /** What belongs to no operator and no team. */
  company: boolean;
  role: string | null;
  /** Ids of the operators whose rows are all that there is for the viewer; null for whoever sees more than that. */
  operators: readonly string[] | null;
}

/** The database says so, by the functions that its row policies go by; within one snapshot it is asked once. */
export async function standingOf(reader: Queryable): Promise<Standing> {
  const [standing] = await reader.query<Standing>(sql`
    select sees.everything, sees.company, sees.role,
      case when not sees.company and not exists (select from ops.viewer_teams())
        then array(select distinct operator_id from ops.viewer_operators()) end as operators
    from (
      select ops.viewer_sees_all() as everything, ops.viewer_sees_company() as company, ops.viewer_role() as role
    ) as sees`);
  return standing!;
}
