import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { addDays } from '../../domain/period.ts';
import { contactMessageDaily } from '../../rollups/contact-message-daily.ts';
import { factsOf } from '../../rollups/read.ts';
import type { Group, Grouping, Scope } from '../kpi.ts';
import { levelDays } from '../levels.ts';
import {
  daysOf,
  endOfDay,
  groupsOfPlaces,
  type PlaceCount,
  placesBetween,
  placesType,
  placesWhere,
} from '../places.ts';
import { groupColumns, scopeConditions } from '../scope.ts';
import { linkedContacts } from './persons.ts';

/** A person who wrote or was written to so many days ago, or less, counts as active. */
const activeDays = 90;

/**
 * Persons of whom a contact exists at each of the levels, and those of them with a message in the 90 days up to then. So
 * contacts, and the days of their messages, are read once however many levels there are.
 */
export async function personLevels(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const levels = levelDays(scope, grouping);
  const [first, last] = [levels.at(0), levels.at(-1)];
  if (!first || !last) return [];
  const { tenantId, timezone, now } = scope.at;
  const links = await linkedContacts(reader, scope);
  const ends = levels.map(({ day }) => endOfDay(day, timezone, now).toString());
  const read = { from: addDays(first.day, 1 - activeDays), to: addDays(last.day, 1) };
  const days = daysOf(read);
  const activeOf = (day: string) => {
    const until = addDays(day, activeDays - 1);
    return placesWhere(levels.length, (place) => day <= levels[place]!.day && levels[place]!.day <= until);
  };
  const places = placesType(levels.length);
  const none = sql`${'0'.repeat(levels.length)}::${places}`;
  const there = placesBetween(
    sql`width_bucket(c.exists_from, ${ends}::timestamptz[])`,
    sql`width_bucket(coalesce(c.ended_at, 'infinity'), ${ends}::timestamptz[])`,
    levels.length,
  );
  const grouped = grouping.kind === 'series' ? ({ kind: 'total' } as const) : grouping;
  // Laid on each other and grouped, not joined: that is one pass whatever the planner takes the tables for.
  const counts = await reader.query<PlaceCount>(sql`
    with contacts as (
      select
        max(key) as key, max(key_source) as source, coalesce(max(person), told.source || '/' || told.id) as person,
        bit_or(there) as there, bit_or(active) as active
      from (
        select c.*, null::text as person, null::${places} as active
        from (
          select ${groupColumns(grouped, scope, 'c')}, c.source, c.id, ${there}
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
        select null, null, null, f.source, f.contact_id, null, null, bit_or(on_day.places)
        from ${factsOf(contactMessageDaily, scope.at, read)} f
        join unnest(${days}::date[], ${days.map(activeOf)}::${places}[]) as on_day (day, places) on on_day.day = f.day
        where f.tenant_id = ${tenantId}
        group by f.source, f.contact_id
      ) as told
      group by told.source, told.id
      having count(there) > 0
    ),
    persons as (
      select key, source, bit_or(there) as there, coalesce(bit_or(active), ${none}) as active
      from contacts group by key, source, person
    )
    select p.key, p.source, counted.what, counted.places::text as places, count(*)::int as count
    from persons p
    cross join lateral (values ('persons', p.there), ('active', p.there & p.active)) as counted (what, places)
    group by 1, 2, 3, counted.places`);
  const [known] = await reader.query<{ since: string | null }>(sql`
    select min(day) as since from mart.contact_message_daily where tenant_id = ${tenantId}`);
  const buckets = levels.map(({ bucket }) => bucket);
  return groupsOfPlaces(counts, buckets, ['persons', 'active']).map((group) => {
    const day = levels.find(({ bucket }) => bucket === group.bucket)!.day;
    // Where no message is known, nobody can say who is active.
    const knows = known?.since != null && known.since <= day ? 1 : 0;
    return { ...group, sums: { ...group.sums, counts: { ...group.sums.counts, knows_active: knows } } };
  });
}
