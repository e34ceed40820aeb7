import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { addDays, type DateRange } from '../domain/period.ts';
import { contactBegunDaily } from '../rollups/contact-begun-daily.ts';
import { contactEndedDaily } from '../rollups/contact-ended-daily.ts';
import { factsOf } from '../rollups/read.ts';
import type { Group, Grouping, Kpi, Scope } from './kpi.ts';
import { levelDays } from './levels.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from './scope.ts';

const firstDay = '0001-01-01';

/** Contacts existing at the end of the period (now, where it has not ended), or of each bucket: begun less ended until then. */
export async function contactLevels(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const days = levelDays(scope, grouping);
  const last = days.at(-1);
  if (!last) return [];
  const until = { from: firstDay, to: addDays(last.day, 1) };
  if (grouping.kind !== 'series') return netContacts(reader, scope, until, grouping);
  const levels = await levelsByDay(
    reader,
    scope,
    days.map(({ day }) => day),
  );
  return days.map(({ bucket, day }) => ({
    ...{ bucket, key: null, source: null },
    sums: { counts: { contacts: levels.get(day) ?? 0 }, bins: {} },
  }));
}

/** Contacts existing at the end of each of the days, which are in order. */
export async function levelsByDay(
  reader: Queryable,
  scope: Scope,
  days: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const [first] = days;
  const last = days.at(-1);
  if (!first || !last) return new Map();
  const [base] = await netContacts(reader, scope, { from: firstDay, to: addDays(first, 1) }, { kind: 'total' });
  const changes = await netContacts(
    reader,
    scope,
    { from: addDays(first, 1), to: addDays(last, 1) },
    { kind: 'series', grain: 'day', buckets: [] },
  );
  const byDay = new Map(changes.map(({ bucket, sums }) => [bucket, sums.counts.contacts ?? 0]));
  const levels = new Map<string, number>();
  let level = base?.sums.counts.contacts ?? 0;
  const wanted = new Set(days);
  for (let day = first; day <= last; day = addDays(day, 1)) {
    if (day > first) level += byDay.get(day) ?? 0;
    if (wanted.has(day)) levels.set(day, level);
  }
  return levels;
}

async function netContacts(reader: Queryable, scope: Scope, period: DateRange, grouping: Grouping): Promise<Group[]> {
  const columns = (alias: string) => groupColumns(grouping, scope, alias);
  const rows = await reader.query<GroupRow>(sql`
    select bucket, key, source, sum(contacts)::bigint as contacts from (
      select ${columns('b')}, b.contacts from ${factsOf(contactBegunDaily, scope.at, period)} b
      where b.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'b')}
      union all
      select ${columns('e')}, -e.contacts from ${factsOf(contactEndedDaily, scope.at, period)} e
      where e.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'e')}
    ) as net
    group by 1, 2, 3`);
  return rows.map(toGroup);
}

/** What every KPI over contacts has in common. */
export const contactKpi = {
  version: 1,
  group: 'growth',
  audience: 'supervisors',
  dimensions: ['country', 'source', 'segment', 'account'],
  streams: ['contact'],
  rollups: [contactBegunDaily, contactEndedDaily],
  datedBy: contactBegunDaily,
  needs: 'contacts',
  maturesAfterDays: 0,
  target: null,
  owner: 'Marketing',
  criticality: 'medium',
  refreshSlaMinutes: 60,
  validFrom: null,
} as const satisfies Partial<Kpi>;

export const contactCaveat =
  'Where the CRM does not say when a contact was made, it exists from when it was first seen, and always if it was there when the CRM was first read; a deleted one exists until then. Country, source and segment are the latest known ones, also for past days.';
