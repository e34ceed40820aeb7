import type { Sql } from 'sql-template-tag';
import sql, { empty, raw } from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { type DateRange, dateAt } from '../domain/period.ts';
import { columns, dayOf, type Rollup, sourceRows, type TenantZone } from './rollup.ts';

export interface ReadAt extends TenantZone {
  /** Business time of the question: facts dated later are hidden. */
  now: Temporal.Instant;
  /** Past days, by rollup, that count otherwise as of `now` than they are stored (`unsettledDays`). */
  unsettled: ReadonlyMap<string, readonly string[]>;
  /**
   * Ids of the operators whose rows are all that the reader may see; null or absent where it is more. The row policies
   * decide that all the same: this only lets the database find a few rows by index, which policies alone do not.
   */
  operators?: readonly string[] | null;
}

/**
 * The condition that finds by index what belongs to the operators a reader sees, by the column with their ids; nothing for
 * whoever may see more. Only for rows that the policies cut to those operators, or hide from their readers.
 */
export function ownOperators({ operators }: Pick<ReadAt, 'operators'>, column = 'operator_id'): Sql {
  if (!operators) return empty;
  // By one the index gives its days in order, so that the first and the last of them are two look-ups.
  const [only, ...others] = operators;
  return only !== undefined && others.length === 0
    ? sql`and ${raw(column)} = ${only}`
    : sql`and ${raw(column)} = any (${operators}::text[])`;
}

/** The same for the rows of an aggregate, where it has operators. */
export function ownRowsOf({ key }: Pick<Rollup, 'key'>, at: Pick<ReadAt, 'operators'>): Sql {
  return key.includes('operator_id') ? ownOperators(at) : empty;
}

/**
 * Past days of the given rollups with rows that count otherwise as of `now` than they are stored: asked of the past, or
 * before the sweep saw a target pass. Read in the snapshot of the question, with the rights of who asks.
 */
export async function unsettledDays(
  reader: Queryable,
  rollups: readonly Rollup[],
  tenant: TenantZone,
  now: Temporal.Instant,
): Promise<ReadAt['unsettled']> {
  const days = new Map<string, string[]>();
  for (const rollup of rollups) {
    if (!rollup.unsettled) continue;
    const rows = await reader.query<{ day: string }>(sql`
      select distinct ${dayOf(rollup, 'e', tenant.timezone)} as day
      from ${raw(rollup.datedTable ?? rollup.entityTable)} e
      where e.tenant_id = ${tenant.tenantId} and ${raw(`e.${rollup.at}`)} is not null and ${rollup.unsettled(now)}`);
    days.set(
      rollup.id,
      rows.map(({ day }) => day),
    );
  }
  return days;
}

/** The local date of the question. */
export function today(at: ReadAt): string {
  return dateAt(at.now, at.timezone);
}

/**
 * The rollup's rows of a period as a table expression, as of `now`: stored rows for days that are over and settled, and
 * for today and the others the same definition run over the records up to this moment. So an answer for today is not cut
 * at the last drain, and one asked of the past (`--now`) does not see what came later.
 */
export function factsOf(rollup: Rollup, at: ReadAt, period: DateRange): Sql {
  const current = today(at);
  const names = columns(['tenant_id', 'day', ...rollup.key, ...rollup.measures]);
  const isAsked = (day: string) => period.from <= day && day < period.to;
  const unsettled = (at.unsettled.get(rollup.id) ?? []).filter((day) => isAsked(day) && day < current);
  const stored = sql`
    select ${names} from ${raw(rollup.table)}
    where tenant_id = ${at.tenantId} and day >= ${period.from}::date and day < least(${period.to}::date, ${current}::date)
    ${ownRowsOf(rollup, at)}
    ${unsettled.length > 0 ? sql`and day <> all (${unsettled}::date[])` : empty}`;
  const live = [...unsettled, ...(isAsked(current) ? [current] : [])];
  if (live.length === 0) return sql`(${stored})`;
  return sql`(
    ${stored}
    union all
    select ${names} from (
      ${rollup.select(sourceRows(rollup, at, { days: live, until: at.now }), at.timezone, at.now)}
    ) as so_far
  )`;
}
