import type { Sql } from 'sql-template-tag';
import sql, { join, raw } from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { entities } from '../domain/entities.ts';
import type { Entity, Field } from '../domain/entity.ts';

/** What is looked at, and as of when. */
export interface CheckScope {
  tenantId: number;
  now: Temporal.Instant;
}

/** A test on what is stored. Adding one is adding an entry to the list in index.ts. */
export interface Check {
  id: string;
  title: string;
  /** What to do where it fails. */
  remedy: string;
  /** Selects one row per finding, named in `example`: which record, and what is wrong with it. */
  findings(scope: CheckScope): Sql;
}

export interface Checked {
  check: string;
  title: string;
  remedy: string;
  failures: number;
  /** Five at most. */
  examples: string[];
}

/** Runs a check as of `scope.now`. */
export async function runCheck(db: Queryable, check: Check, scope: CheckScope): Promise<Checked> {
  const [row] = await db.query<{ failures: number; examples: string[] | null }>(sql`
    with found as materialized (${check.findings(scope)}),
      shown as (select example from found order by example limit 5)
    select (select count(*)::int from found) as failures,
      (select array_agg(example order by example) from shown) as examples`);
  const { id, title, remedy } = check;
  return { check: id, title, remedy, failures: row?.failures ?? 0, examples: row?.examples ?? [] };
}

/** A condition on the rows `e` of an entity, and what it is called in the findings. */
interface Wrong {
  entity: Entity;
  what: string;
  when: Sql;
}

/** The stored records (deleted ones left out) of which one of the conditions holds: `ticket import/17: priority`. */
export function recordsWhere(wrongs: readonly Wrong[], { tenantId }: CheckScope): Sql {
  return join(
    wrongs.map(
      ({ entity, what, when }) => sql`
        select ${`${entity.id} `}::text || e.source || '/' || e.id || ${`: ${what}`}::text as example
        from ${raw(entity.table)} e where e.tenant_id = ${tenantId} and e.deleted_at is null and (${when})`,
    ),
    ' union all ',
  );
}

/** Every field of every entity that is so, as conditions. */
export function fieldsWhere(when: (name: string, field: Field, entity: Entity) => Sql | undefined): Wrong[] {
  return Object.values(entities).flatMap((entity) =>
    Object.entries(entity.fields).flatMap(([name, field]) => {
      const condition = when(name, field, entity);
      return condition ? [{ entity, what: name, when: condition }] : [];
    }),
  );
}
