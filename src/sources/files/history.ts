import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Tx } from '../../db/db.ts';
import { entities } from '../../domain/entities.ts';
import type { Batch } from '../../ingest/batch.ts';
import { derivedId } from '../../ingest/derived-id.ts';
import type { EntityMapping } from './mapping.ts';

const events = entities.ticket_event;

/** A field of the log whose changes are events. */
interface Followed {
  name: string;
  kind: string;
  /** Where a missing value means "not said". */
  keeps: boolean;
}

/** Names of the temp tables a log's history is worked out in. */
interface Work {
  stage: string;
  /** The rows, in order: `place` from 1, the ticket's first time (`begins`), and the time of the row after (`next`). */
  states: string;
  /** Per ticket what was stored before the file, a row each. */
  stored: string;
}

/**
 * Makes ticket events of a staged log: of each ticket's rows in the order of time (of equal times the last line counts),
 * the differences from one to the next. A ticket's first row is its state at creation and no event, unless the ticket is
 * stored already: then the file goes on from there. To be called under the writers' locks and before the tickets
 * themselves are written. The log's order must be a time; `asOf` is how far the file brings its streams.
 */
export async function historyBatch(
  tx: Tx,
  log: {
    tenantId: number;
    source: string;
    stage: string;
    mapping: EntityMapping;
    index: number;
    asOf: Temporal.Instant | undefined;
  },
): Promise<Batch> {
  const { tenantId, source, stage, mapping, index, asOf } = log;
  const followed = (mapping.history?.fields ?? []).map((name) => ({
    name,
    kind: mapping.entity.changeKinds?.[name] ?? name,
    keeps: mapping.fields.some((field) => field.name === name && field.keepLastKnown),
  }));
  const work: Work = { stage, states: `${stage}_states_${index}`, stored: `${stage}_stored_${index}` };
  const table = `${stage}_history_${index}`;
  await orderStates(tx, work, followed, `e${index}_`);
  await readStored(tx, work, followed, tenantId, source);
  await findChanges(tx, work, followed, table);
  return {
    entity: events,
    source,
    table,
    fields: ['ticket_id', 'at', 'kind', 'old', 'new'],
    keeps: [],
    version: 'time',
    asOf,
  };
}

async function orderStates(
  tx: Tx,
  { stage, states }: Work,
  followed: readonly Followed[],
  prefix: string,
): Promise<void> {
  const names = followed.map(({ name }) => name);
  await tx.run(sql`
    create temp table ${raw(states)} on commit drop as
    select *, row_number() over row_of as place, first_value(version) over row_of as begins,
      lead(version) over row_of as next
    from (
      select ${raw(['version', 'id', ...names].map((name) => `${prefix}${name} as ${name}`).join(', '))}, line
      from ${raw(stage)} where ${raw(prefix)}version is not null
    ) as staged
    window row_of as (partition by id order by version, line)`);
}

/**
 * Per ticket and field what was known before the file's first row of it (`_before`), and whether that is sure enough to
 * make its first row an event (`_sure`). A file that begins behind the stored state goes on from it. One that begins
 * earlier goes on from the last event before it; without one its first row is not compared, and for a value that is not
 * said there that of the next event or, if the log has been read that far before, the stored one stands.
 */
async function readStored(
  tx: Tx,
  { states, stored }: Work,
  followed: readonly Followed[],
  tenantId: number,
  source: string,
): Promise<void> {
  const known = ({ name }: Followed) =>
    raw(`case when t.version < s.begins or s.at <= h.as_of then t.${name} end as ${name}_before,
      coalesce(t.version < s.begins, false) as ${name}_sure`);
  await tx.run(sql`
    create temp table ${raw(stored)} on commit drop as
    select s.id, s.at, coalesce(t.version >= s.begins, false) as reaches_back, ${join(followed.map(known))}
    from (select id, begins, ${timeOf('begins')} as at from ${raw(states)} where place = 1) s
    left join crm.tickets t on t.tenant_id = ${tenantId} and t.source = ${source} and t.id = s.id and t.deleted_at is null
    left join ops.streams h on h.tenant_id = ${tenantId} and h.source = ${source} and h.stream = ${events.id}`);
  await tx.run(sql`alter table ${raw(stored)} add primary key (id)`);
  await tx.run(sql`analyze ${raw(stored)} (id, reaches_back)`);
  const [found] = await tx.query<{ reaches_back: boolean }>(sql`
    select exists (select from ${raw(stored)} where reaches_back) as reaches_back`);
  if (!found?.reaches_back) return;

  const around = ({ name, kind }: Followed) => {
    const [earlier, later] = [sql`e.kind = ${kind} and e.at < s.at`, sql`e.kind = ${kind} and e.at >= s.at`];
    return sql`
      bool_or(${earlier}) as ${raw(`${name}_earlier`)}, bool_or(${later}) as ${raw(`${name}_later`)},
      (array_agg(e.new order by e.at desc, e.id) filter (where ${earlier}))[1] as ${raw(`${name}_new`)},
      (array_agg(e.old order by e.at, e.id) filter (where ${later}))[1] as ${raw(`${name}_old`)}`;
  };
  const better = ({ name }: Followed) =>
    raw(`${name}_sure = a.${name}_earlier,
      ${name}_before = case when a.${name}_earlier then a.${name}_new when a.${name}_later then a.${name}_old else ${name}_before end`);
  // The planner may believe that there are next to no events, and would then read them all once per ticket.
  await tx.run(sql`set local enable_nestloop = off`);
  await tx.run(sql`
    update ${raw(stored)} k set ${join(followed.map(better))}
    from (
      select s.id, ${join(followed.map(around))}
      from ${raw(stored)} s
      join crm.ticket_events e on e.tenant_id = ${tenantId} and e.source = ${source} and e.ticket_id = s.id
      where s.reaches_back and e.deleted_at is null
      group by s.id
    ) as a
    where a.id = k.id`);
  await tx.run(sql`set local enable_nestloop = on`);
}

async function findChanges(
  tx: Tx,
  { states, stored }: Work,
  followed: readonly Followed[],
  table: string,
): Promise<void> {
  const each = (part: (field: Followed) => string) => raw(followed.map(part).join(', '));
  // Where the last row that says a value stands; before all of them, what is stored.
  const places = each(({ name }) => `max(place) filter (where ${name} is not null) over row_of as ${name}_place`);
  const filled = each(({ name, keeps }) =>
    keeps
      ? `coalesce(nth_value(s.${name}, s.${name}_place::integer) over row_of, k.${name}_before) as ${name}`
      : `s.${name}`,
  );
  const olds = each(
    ({ name }) => `case when follows then lag(${name}) over time_of else ${name}_before end as ${name}_old`,
  );
  const changes = each(({ name, kind }) => `('${kind}', ${name}_old, ${name}, follows or ${name}_sure)`);
  await tx.run(sql`
    create temp table ${raw(table)} on commit drop as
    select ${derivedId(events, (name) => (name === 'operator_id' ? undefined : name))} as id, changed.*
    from (
      select s.id as ticket_id, ${timeOf('s.version')} as at, s.version, f.kind, f.old, f.new
      from (
        select *, ${olds}
        from (
          select s.id, s.version, s.next, s.version > s.begins as follows, ${each(({ name }) => `${name}_sure, ${name}_before`)},
            ${filled}
          from (
            select *, ${places} from ${raw(states)} window row_of as (partition by id order by version, line)
          ) as s
          join ${raw(stored)} k on k.id = s.id
          window row_of as (partition by s.id order by s.version, s.line)
        ) as filled
        where next is distinct from version
        window time_of as (partition by id order by version)
      ) as s
      cross join lateral (values ${changes}) as f (kind, old, new, sure)
      where (${each(({ name }) => `${name}_old`)}) is distinct from (${each(({ name }) => name)})
        and f.sure and f.old is distinct from f.new
    ) as changed`);
}

function timeOf(version: string): Sql {
  return raw(`timestamptz 'epoch' + ${version} * interval '1 microsecond'`);
}
