import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { messageHourly } from '../../rollups/message-hourly.ts';
import { factsOf } from '../../rollups/read.ts';
import type { Group, Grouping, Scope } from '../kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from '../scope.ts';

/** Inbound messages; the bins named `hour` count them by hour of the week, 0 being Monday 00:00 of local time. */
export async function inboundByHour(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const rows = await reader.query<GroupRow>(sql`
    with hours as (
      select ${groupColumns(grouping, scope, 'f')},
        (extract(isodow from f.day) - 1) * 24 + f.hour as hour, sum(f.inbound)::bigint as inbound
      from ${factsOf(messageHourly, scope.at, scope.period)} f
      where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
      group by 1, 2, 3, 4
    )
    select bucket, key, source, sum(inbound)::bigint as inbound, jsonb_build_object('hour', jsonb_object_agg(hour, inbound)) as bins
    from hours
    group by bucket, key, source`);
  return rows.map(toGroup);
}
