import type { Queryable } from '../../db/db.ts';
import { today } from '../../rollups/read.ts';
import { type Group, type Grouping, mergeGroups, type Scope } from '../kpi.ts';
import { openTickets } from '../open-tickets.ts';
import { assignedOnly, unassignedOnly } from '../scope.ts';
import { groupOf, loadsOf } from './loads.ts';
import { seesAll, staffOf } from './staff.ts';

/** Open tickets at the end of the period that have an operator, each operator's beside those of the team; and those that have none. */
export async function openByOperator(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  if (grouping.kind === 'series') return openTickets(reader, assignedOnly(scope), grouping);
  if (grouping.kind === 'breakdown' && grouping.by === 'operator') return operatorGroups(reader, scope);
  const assigned =
    grouping.kind === 'total'
      ? (await operatorGroups(reader, scope)).map((group) => ({ ...group, key: null, source: null }))
      : await openTickets(reader, assignedOnly(scope), grouping);
  const unassigned = (await openTickets(reader, unassignedOnly(scope), grouping)).map(({ sums, ...group }) => ({
    ...group,
    sums: { counts: { unassigned: sums.counts.open ?? 0 }, bins: {} },
  }));
  return mergeGroups([...assigned, ...unassigned]);
}

async function operatorGroups(reader: Queryable, scope: Scope): Promise<Group[]> {
  if (scope.period.from > today(scope.at)) return [];
  // The whole team's tickets, also where the question is about one operator: nobody is compared with a part of it.
  const everybody = { ...scope, filters: scope.filters.filter(({ dimension }) => dimension !== 'operator') };
  const open = await openTickets(reader, assignedOnly(everybody), { kind: 'breakdown', by: 'operator' });
  const asked = { filters: scope.filters, seesAll: await seesAll(reader) };
  return loadsOf(open, await staffOf(reader, scope), asked).map(groupOf);
}

/** Whether operators are there, by `source/id`: told of the present only, as the CRM keeps no history of it. */
export async function statuses(reader: Queryable, scope: Scope): Promise<Map<string, string>> {
  if (scope.period.to < today(scope.at)) return new Map();
  const staff = await staffOf(reader, scope);
  return new Map(staff.flatMap(({ source, id, status }) => (status === null ? [] : [[`${source}/${id}`, status]])));
}
