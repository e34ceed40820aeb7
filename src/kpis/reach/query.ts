import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { addDays } from '../../domain/period.ts';
import { contactMessageDaily } from '../../rollups/contact-message-daily.ts';
import { factsOf } from '../../rollups/read.ts';
import type { Group, Grouping, Scope } from '../kpi.ts';
import { levelDays } from '../levels.ts';
import { groupColumns, scopeConditions } from '../scope.ts';
import { endOfDay, groupsOfSpans, type SpanChange } from '../spans.ts';
import { linkedContacts } from './persons.ts';

/** A person who wrote or was written to so many days ago, or less, counts as active. */
const activeDays = 90;

/**
 * Persons of whom a contact exists at each of the levels, and those of them with a message in the 90 days up to then. What a
 * contact is there for becomes a span of levels, those of a person are put together: so a contact is looked at once however
 * many levels there are, and its messages by days.
 */
export async function personLevels(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const levels = levelDays(scope, grouping);
  const [first, last] = [levels.at(0), levels.at(-1)];
  if (!first || !last) return [];
  const { tenantId, timezone, now } = scope.at;
  const links = await linkedContacts(reader, scope);
  const ends = levels.map(({ day }) => endOfDay(day, timezone, now).toString());
  const days = levels.map(({ day }) => day);
  const nextDays = days.map((day) => addDays(day, 1));
  const read = { from: addDays(first.day, 1 - activeDays), to: addDays(last.day, 1) };
  const grouped = grouping.kind === 'series' ? ({ kind: 'total' } as const) : grouping;
  // Laid on each other and grouped, not joined: that is one pass whatever the planner takes the tables for.
  const changes = await reader.query<SpanChange>(sql`
    with contacts as (
      select
        max(key) as key, max(key_source) as source, coalesce(max(person), told.source || '/' || told.id) as person,
        range_agg(there) as there, range_agg(active) as active
      from (
        select c.*, null::text as person, null::int4range as active
        from (
          select ${groupColumns(grouped, scope, 'c')}, c.source, c.id,
            int4range(
              width_bucket(c.exists_from, ${ends}::timestamptz[]),
              width_bucket(coalesce(c.ended_at, 'infinity'), ${ends}::timestamptz[]))
          from crm.contacts c
          where c.tenant_id = ${tenantId} and c.exists_from <= ${now.toString()}::timestamptz ${scopeConditions(scope, 'c')}
        ) as c (bucket, key, key_source, source, id, there)
        union all
        select null, null, null, l.source, l.id, null, l.person, null
        from unnest(
          ${links.map(({ source }) => source)}::text[], ${links.map(({ id }) => id)}::text[],
          ${links.map(({ person }) => person)}::text[]
        ) as l (source, id, person)
        union all
        select null, null, null, f.source, f.contact_id, null, null, int4range(
          width_bucket(f.day, ${nextDays}::date[]), width_bucket(f.day + ${activeDays - 1}::int, ${days}::date[]))
        from ${factsOf(contactMessageDaily, scope.at, read)} f
        where f.tenant_id = ${tenantId}
      ) as told
      group by told.source, told.id
      having count(there) > 0
    ),
    persons as (
      select key, source, range_agg(there) as there, range_agg(active) as active from contacts group by key, source, person
    )
    select p.key, p.source, counted.what, step.place, sum(step.change)::int as change
    from persons p
    cross join lateral (values ('persons', p.there), ('active', p.there * p.active)) as counted (what, spans)
    cross join lateral unnest(counted.spans) as span
    cross join lateral (values (lower(span), 1), (upper(span), -1)) as step (place, change)
    group by 1, 2, 3, 4`);
  const [known] = await reader.query<{ since: string | null }>(sql`
    select min(day) as since from mart.contact_message_daily where tenant_id = ${tenantId}`);
  const buckets = levels.map(({ bucket }) => bucket);
  return groupsOfSpans(changes, buckets, ['persons', 'active']).map((group) => {
    const day = levels.find(({ bucket }) => bucket === group.bucket)!.day;
    // Where no message is known, nobody can say who is active.
    const knows = known?.since != null && known.since <= day ? 1 : 0;
    return { ...group, sums: { ...group.sums, counts: { ...group.sums.counts, knows_active: knows } } };
  });
}
