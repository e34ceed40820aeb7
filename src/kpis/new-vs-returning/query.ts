import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { contactMessageDaily } from '../../rollups/contact-message-daily.ts';
import { factsOf } from '../../rollups/read.ts';
import type { Group, Grouping, Scope } from '../kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from '../scope.ts';

/**
 * Distinct contacts that wrote, and those of them whose first message ever, on whatever channel, lies in the group's
 * days. Counted in each group anew: whoever writes on two days is one contact of the week.
 */
export async function contactsWriting(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const { tenantId } = scope.at;
  const rows = await reader.query<GroupRow>(sql`
    with writing as (
      select ${groupColumns(grouping, scope, 'f')}, f.source as of_source, f.contact_id, min(f.day) as first_here
      from ${factsOf(contactMessageDaily, scope.at, scope.period)} f
      where f.tenant_id = ${tenantId} and f.inbound > 0 ${scopeConditions(scope, 'f')}
      group by 1, 2, 3, 4, 5
    )
    select
      w.bucket, w.key, w.source,
      count(*)::bigint as contacts,
      (count(*) filter (
        where least(ever.first_day, w.first_here) >= greatest(coalesce(w.bucket, ${scope.period.from}::date), ${scope.period.from}::date)
      ))::bigint as new
    from writing w
    left join lateral (
      select day as first_day from mart.contact_message_daily
      where tenant_id = ${tenantId} and source = w.of_source and contact_id = w.contact_id and inbound > 0
      order by day limit 1
    ) as ever on true
    group by 1, 2, 3`);
  return rows.map(toGroup);
}
