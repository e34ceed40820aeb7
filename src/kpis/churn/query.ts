import sql, { type Sql } from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { addDays } from '../../domain/period.ts';
import { contactMessageDaily } from '../../rollups/contact-message-daily.ts';
import { factsOf, today } from '../../rollups/read.ts';
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
  startOfDay,
} from '../places.ts';
import { groupColumns, scopeConditions } from '../scope.ts';

/** Days without a message after which a contact is silent. */
const silentDays = 30;

/**
 * Contacts active at the start of the period or of each bucket, and what had become of those who were lost by its end: each
 * counts once, as deleted, else as marked inactive, else as silent. Contacts,
 * changes of their status and days with messages are read once for all buckets.
 */
export async function lostContacts(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const current = today(scope.at);
  const stretches = levelDays(scope, grouping)
    .map(({ bucket, day }) => ({
      bucket,
      start: bucket !== null && bucket > scope.period.from ? bucket : scope.period.from,
      last: day,
    }))
    .filter(({ start }) => start <= current);
  const [first, last] = [stretches.at(0), stretches.at(-1)];
  if (!first || !last) return [];
  const { tenantId, timezone, now } = scope.at;
  const startDays = stretches.map(({ start }) => start);
  const nextDays = stretches.map(({ last: day }) => addDays(day, 1));
  const starts = startDays.map((day) => startOfDay(day, timezone).toString());
  const ends = stretches.map(({ last: day }) => endOfDay(day, timezone, now).toString());
  const read = { from: addDays(first.start, -silentDays), to: addDays(last.last, 1) };
  const grouped = grouping.kind === 'series' ? ({ kind: 'total' } as const) : grouping;
  const length = stretches.length;
  const places = placesType(length);
  const none = sql`${'0'.repeat(length)}::${places}`;
  const all = sql`${'1'.repeat(length)}::${places}`;
  /** The places whose moments come after `since`, and not after `until`. */
  const span = (since: Sql, until: Sql, moments: readonly string[]) =>
    placesBetween(
      sql`width_bucket(${since}, ${moments as string[]}::timestamptz[])`,
      sql`width_bucket(${until}, ${moments as string[]}::timestamptz[])`,
      length,
    );
  const days = daysOf(read);
  const before = (moments: readonly string[]) =>
    days.map((day) => {
      const until = addDays(day, silentDays);
      return placesWhere(length, (place) => day < moments[place]! && moments[place]! <= until);
    });
  const always = sql`case when lower(max(status)) = 'inactive' then ${all} else ${none} end`;
  // Laid on each other and grouped, not joined: that is one pass whatever the planner takes the tables for.
  const counts = await reader.query<PlaceCount>(sql`
    with changed as (
      select source, entity_id as id, old, new, at, lead(at) over own as until, row_number() over own as place
      from crm.changes
      where tenant_id = ${tenantId} and entity = 'contact' and field = 'status'
      window own as (partition by source, entity_id order by at, id)
    ),
    known as (
      select
        max(key) as key, max(key_source) as source,
        bit_or(before_start) & bit_or(there_at_start) as active, bit_or(before_end) as heard, bit_or(there_at_end) as there,
        coalesce(bit_or(off_at_start), ${always}) as off_at_start, coalesce(bit_or(off_at_end), ${always}) as off_at_end
      from (
        select c.*, ${span(sql`exists_from`, sql`coalesce(ended_at, 'infinity')`, starts)} as there_at_start,
          ${span(sql`timestamptz '-infinity'`, sql`coalesce(ended_at, 'infinity')`, ends)} as there_at_end,
          null::${places} as before_start, null::${places} as before_end,
          null::${places} as off_at_start, null::${places} as off_at_end
        from (
          select ${groupColumns(grouped, scope, 'c')}, c.source, c.id, c.status, c.exists_from, c.ended_at
          from crm.contacts c
          where c.tenant_id = ${tenantId} and c.exists_from <= ${now.toString()}::timestamptz ${scopeConditions(scope, 'c')}
        ) as c (bucket, key, key_source, source, id, status, exists_from, ended_at)
        union all
        select null, null, null, f.source, f.contact_id, null, null, null, null, null,
          bit_or(on_day.before_start), bit_or(on_day.before_end), null, null
        from ${factsOf(contactMessageDaily, scope.at, read)} f
        join unnest(${days}::date[], ${before(startDays)}::${places}[], ${before(nextDays)}::${places}[])
          as on_day (day, before_start, before_end) on on_day.day = f.day
        where f.tenant_id = ${tenantId}
        group by f.source, f.contact_id
        union all
        select null, null, null, source, id, null, null, null, null, null, null, null,
          ${span(sql`since`, sql`until`, starts)}, ${span(sql`since`, sql`until`, ends)}
        from (
          select source, id, new as status, at as since, coalesce(until, 'infinity') as until from changed
          union all
          select source, id, old, '-infinity', at from changed where place = 1
        ) as held
        where lower(status) = 'inactive'
      ) as told
      group by told.source, told.id
      having max(exists_from) is not null and count(before_start) > 0
    )
    select k.key, k.source, counted.what, counted.places::text as places, count(*)::int as count
    from (select *, active & ~off_at_start as began from known) as k
    cross join lateral (
      values
        ('began', began),
        ('deleted', began & ~there),
        ('inactive', began & there & off_at_end),
        ('silent', began & there & ~off_at_end & ~heard)
    ) as counted (what, places)
    where counted.places <> ${none}
    group by 1, 2, 3, counted.places`);
  return groupsOfPlaces(
    counts,
    stretches.map(({ bucket }) => bucket),
    ['began', 'deleted', 'inactive', 'silent'],
  );
}
