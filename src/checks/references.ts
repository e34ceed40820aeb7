import sql, { raw } from 'sql-template-tag';
import { entities } from '../domain/entities.ts';
import { type Entity, type EntityId, entityIds } from '../domain/entity.ts';
import { type Check, fieldsWhere, recordsWhere } from './check.ts';

/**
 * The entity a field is an id of: `team_id` of an operator is that of a team. Sources deliver entities in any order,
 * and some not at all: what a source never delivered is not missing.
 */
export const references: Check = {
  id: 'references',
  title: 'Ids of other records lead to them, where their source delivers those at all',
  remedy:
    'Records that are referred to are missing: run a full sync of their stream, or import them. What the CRM deleted before it was first read stays missing.',
  findings: (scope) =>
    recordsWhere(
      fieldsWhere((name, _field, entity) => {
        const target = targetOf(name, entity);
        if (!target) return undefined;
        const table = raw(target.table);
        // A conversation under its contact's id is that contact's chat, which needs no record of its own.
        const isOther =
          name === 'conversation_id' && 'contact_id' in entity.fields
            ? sql`e.conversation_id is distinct from e.contact_id and`
            : sql``;
        return sql`
          ${isOther} ${raw(`e.${name}`)} is not null
          and not exists (
            select from ${table} t where t.tenant_id = e.tenant_id and t.source = e.source and t.id = ${raw(`e.${name}`)})
          and exists (select from ${table} t where t.tenant_id = e.tenant_id and t.source = e.source)`;
      }),
      scope,
    ),
};

function targetOf(field: string, entity: Entity): Entity | undefined {
  const id = entityIds.find((candidate: EntityId) => field === `${candidate}_id`);
  return id && id !== entity.id ? entities[id] : undefined;
}
