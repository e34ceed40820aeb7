import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Entity } from '../domain/entity.ts';

/**
 * The id of a record that has none of its own, as SQL over its columns: SHA-256 (64 letters) of the fields the entity
 * declares (`derivedId`), so that the same content is the same record in every file. `columnOf` names a field's column;
 * undefined where there is none, which counts as null. Changing this makes new records of all old ones.
 */
export function derivedId(entity: Entity, columnOf: (field: string) => string | undefined): Sql {
  const parts = (entity.derivedId ?? []).map((name) => {
    const column = columnOf(name);
    if (column === undefined) return sql`null`;
    // Microseconds, because the text of a timestamptz depends on the session.
    if (entity.fields[name]?.type === 'timestamp') return sql`(extract(epoch from ${raw(column)}) * 1000000)::bigint`;
    return raw(column);
  });
  // JSON keeps texts apart whatever is in them, and null from ''.
  return sql`encode(sha256(convert_to(json_build_array(${join(parts)})::text, 'UTF8')), 'hex')`;
}
