import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { chatDaily } from '../../rollups/chat-daily.ts';
import { factsOf } from '../../rollups/read.ts';
import { standingOf } from '../audience.ts';
import { conversationsBegun } from '../conversations-begun.ts';
import { type DimensionId, dimensionOf } from '../dimensions.ts';
import { type Group, type Grouping, mergeGroups, type Scope } from '../kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from '../scope.ts';

/** Conversations begun, and beside them those active, where they can be told apart as the question asks. */
export async function conversationsAndActive(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const begun = await conversationsBegun(reader, scope, grouping);
  // A part of the company's messages beside one's own conversations would be read as one's own.
  if (!isTold(scope, grouping) || !(await standingOf(reader)).everything) return begun;
  const active = await reader.query<GroupRow>(sql`
    select ${groupColumns(grouping, scope, 'f')}, sum(f.chats)::bigint as active
    from ${factsOf(chatDaily, scope.at, scope.period)} f
    where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
    group by 1, 2, 3`);
  return mergeGroups([...begun, ...active.map(toGroup)]);
}

/** Messages say their channel and account, and not whose conversation they are in. */
function isTold({ filters }: Scope, grouping: Grouping): boolean {
  const isKept = (dimension: DimensionId) => chatDaily.key.includes(dimensionOf(dimension).column);
  return filters.every(({ dimension }) => isKept(dimension)) && (grouping.kind !== 'breakdown' || isKept(grouping.by));
}
