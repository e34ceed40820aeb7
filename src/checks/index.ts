import sql, { join, raw } from 'sql-template-tag';
import { entities } from '../domain/entities.ts';
import type { EntityId } from '../domain/entity.ts';
import { unmapped } from '../domain/entity.ts';
import { type Check, fieldsWhere, recordsWhere } from './check.ts';
import { orderedTimes } from './ordered-times.ts';
import { references } from './references.ts';

/** Of partitioned tables a key over all partitions is not the database's to keep. */
const uniqueIds: Check = {
  id: 'unique-ids',
  title: 'Every id is there once',
  remedy: 'Report it: the writer looks after it. The copies say which writes met.',
  findings: ({ tenantId }) =>
    join(
      Object.values(entities)
        .filter(({ partitionedBy }) => partitionedBy !== undefined)
        .map(
          ({ id, table }) => sql`
            select ${`${id} `}::text || source || '/' || id || ': there ' || count(*) || ' times' as example
            from ${raw(table)} where tenant_id = ${tenantId} group by source, id having count(*) > 1`,
        ),
      ' union all ',
    ),
};

const requiredFields: Check = {
  id: 'required-fields',
  title: 'Required fields have a value',
  remedy: 'See which source delivers these records, and map the field.',
  findings: (scope) =>
    recordsWhere(
      fieldsWhere((name, field) => (field.required ? sql`${raw(`e.${name}`)} is null` : undefined)),
      scope,
    ),
};

const knownValues: Check = {
  id: 'known-values',
  title: 'Stages, statuses, priorities and the like are known',
  remedy:
    'Map the value under `values:` of the mapping, or in the source; records are counted as `unmapped` until then.',
  findings: (scope) =>
    recordsWhere(
      fieldsWhere((name, field) =>
        field.values || field.valuesBy ? sql`${raw(`e.${name}`)} = ${unmapped}` : undefined,
      ),
      scope,
    ),
};

const ranges: Check = {
  id: 'ranges',
  title: 'Scores are within their range, counts and amounts are not negative',
  remedy: 'Correct the records in their source; such values are rejected when they come in.',
  findings: (scope) =>
    recordsWhere(
      fieldsWhere((name, { type, range, rangeBy }) => {
        const value = raw(`e.${name}`);
        if (range) return sql`${value} < ${range.from} or ${value} > ${range.to}`;
        if (rangeBy)
          return join(
            Object.entries(rangeBy.ranges).map(
              ([of, { from, to }]) =>
                sql`(${raw(`e.${rangeBy.field}`)} = ${of} and ${value} not between ${from} and ${to})`,
            ),
            ' or ',
          );
        return type === 'integer' || type === 'amount' ? sql`${value} < 0` : undefined;
      }),
      scope,
    ),
};

/** Each at most the other: the rates of a report are between 0 and 1. */
const reportParts = [
  ['delivered', 'recipients'],
  ['failed', 'recipients'],
  ['read', 'delivered'],
  ['replied', 'delivered'],
] as const;

const rates: Check = {
  id: 'rates',
  title: 'Rates of campaigns are between 0 and 1',
  remedy: 'Look at the report in the CRM: it counts more parts than there are in the whole.',
  findings: (scope) =>
    recordsWhere(
      reportParts.map(([part, whole]) => ({
        entity: entities.campaign_report,
        what: `more ${part} than ${whole}`,
        when: sql`${raw(`e.${part}`)} > ${raw(`e.${whole}`)}`,
      })),
      scope,
    ),
};

const freshness: Check = {
  id: 'freshness',
  title: 'Streams are as fresh as their source promises',
  remedy: 'See `crema jobs` for the sync of the stream, and its last error.',
  findings: ({ tenantId, now }) => sql`
    select source || ':' || stream || ': ' || coalesce('as of ' || to_char(as_of, 'YYYY-MM-DD"T"HH24:MI"Z"'), 'never read')
      || ', at most ' || refresh_sla_minutes || ' min old' as example
    from ops.streams
    where tenant_id = ${tenantId} and refresh_sla_minutes is not null
      and (as_of is null or as_of < ${now.toString()}::timestamptz - refresh_sla_minutes * interval '1 minute')`,
};

const evaluated: Check = {
  id: 'evaluated-tickets',
  title: 'Every ticket has its SLA evaluated, or waits for it',
  remedy: 'Run: crema refresh --full',
  findings: ({ tenantId }) => sql`
    select ${'ticket ' satisfies `${EntityId} `}::text || t.source || '/' || t.id || ': not evaluated' as example
    from crm.tickets t
    where t.tenant_id = ${tenantId} and t.deleted_at is null
      and not exists (
        select from crm.ticket_sla s where s.tenant_id = t.tenant_id and s.source = t.source and s.id = t.id)
      and not exists (
        select from ops.sla_marks m where m.tenant_id = t.tenant_id and m.source = t.source and m.ticket_id = t.id)`,
};

/** Every data test, in the order in which they are told. */
export const checks: readonly Check[] = [
  uniqueIds,
  requiredFields,
  references,
  knownValues,
  ranges,
  rates,
  orderedTimes,
  evaluated,
  freshness,
];
