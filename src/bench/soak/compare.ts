import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../db/db.ts';
import { entities } from '../../domain/entities.ts';
import type { EntityId } from '../../domain/entity.ts';
import type { Truth } from '../../sandbox/crm/truth.ts';
import type { Row, Told } from './told.ts';

export interface Compared {
  entity: string;
  /** Records that the CRM has, as far as its doors tell them. */
  records: number;
  /** Values compared. */
  cells: number;
  /** Values that differ, a record that is missing or too much counting as one. */
  differing: number;
  /** Values that nobody told: the one event that would have was lost, and no walk shows them. */
  untold: number;
  examples: string[];
}

/** What an entity is expected to be. */
interface Expected {
  fields: readonly string[];
  /** By id; a value may be one of several where nobody can know. */
  rows: Map<string, Row>;
  /** Values that were not told, of all. */
  untold: number;
  /** Records that may be there as well: what was known of contacts that are deleted now. */
  isSpare?: (stored: Row) => boolean;
}

/** Where two values will do: the right one, or none as nobody told it. */
class OrNothing {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

/** Fields of the API's entities that only webhooks tell. */
const onlyWebhooks: Readonly<Record<string, readonly string[]>> = {
  contact: ['status', 'updated_at'],
  message: ['sender_kind', 'operator_id', 'failure_reason', 'channel', 'campaign_id', 'account_id'],
  campaign: ['template', 'sent_at', 'recipients', 'cost_minor', 'currency'],
};

const conversationFields = [
  ...['contact_id', 'channel', 'status', 'started_at', 'closed_at', 'operator_id', 'team_id', 'account_id'],
  ...['handled_by', 'escalated_at'],
];

/** Entities of the truth that none of the doors delivers. */
const undelivered = ['campaign_recipient'];

const sourceName = 'crm';

/**
 * Compares every record of every entity with the truth. Polling heals everything the API tells, and the tap everything it
 * tells, whatever events were lost. What only an event tells (who wrote, why it failed, a conversation's status) is
 * expected as the events that were not lost told it.
 */
export async function compareAll(
  db: Db,
  tenantId: number,
  truth: Truth,
  told: ReadonlyMap<string, Told>,
  tapFields: ReadonlyMap<string, readonly string[]>,
): Promise<Compared[]> {
  const deleted = new Set(truth.deletedContacts().map(({ id }) => String(id)));
  const results: Compared[] = [];
  for (const entity of truth.entities) {
    if (undelivered.includes(entity)) continue;
    const expected = expect(entity, truth, told, deleted, tapFields.get(entity));
    results.push(compareOne(entity, expected, await storedRows(db, tenantId, entity as EntityId, expected.fields)));
  }
  return results;
}

function expect(
  entity: string,
  truth: Truth,
  told: ReadonlyMap<string, Told>,
  deleted: ReadonlySet<string>,
  tapFields: readonly string[] | undefined,
): Expected {
  const rows = [...truth.rows(entity)] as Row[];
  const said = told.get(entity) ?? { objects: new Map<string, Row>(), incomplete: new Set<string>() };
  if (tapFields) return { fields: tapFields, rows: byId(rows, idOf(entity)), untold: 0 };
  if (entity === 'conversation') return expectConversations(rows, said, deleted);
  if (entity === 'campaign_report') {
    const begun = [...(truth.rows('campaign') as Iterable<Row>)].filter(
      ({ status }) => status !== 'draft' && status !== 'scheduled',
    );
    const ids = new Set(begun.map(({ id }) => id));
    const fields = truth.toldByApi.campaign_report ?? [];
    return {
      fields,
      rows: byId(
        rows.filter((row) => ids.has(row.campaign_id)),
        idOf(entity),
      ),
      untold: 0,
    };
  }
  const api = truth.toldByApi[entity] ?? [];
  const events = onlyWebhooks[entity] ?? [];
  let untold = 0;
  const expected = rows.map((row) => {
    const id = String(row.id);
    const object = said.objects.get(id);
    const of: Record<string, unknown> = Object.fromEntries(api.map((field) => [field, row[field]]));
    for (const field of events) {
      of[field] = object?.[field];
      if (of[field] === undefined && (row[field] ?? null) !== null) untold++;
    }
    // A walk says of an inbound message that a contact wrote it, and nothing of an outbound one.
    if (entity === 'message' && row.direction === 'inbound') of.sender_kind = 'contact';
    // Of some contacts the list leaves out when they were created.
    if (entity === 'contact' && object?.created_at === undefined) of.created_at = new OrNothing(row.created_at);
    return of;
  });
  return {
    ...{ fields: [...api, ...events], rows: byId(expected, 'id'), untold },
    ...(entity === 'message' ? { isSpare: ({ contact_id: contact }: Row) => deleted.has(String(contact)) } : {}),
  };
}

/** Only webhooks tell of conversations: those of which an event came. */
function expectConversations(rows: readonly Row[], said: Told, deleted: ReadonlySet<string>): Expected {
  const truth = byId(rows, 'id');
  let untold = 0;
  const expected = new Map<string, Row>();
  for (const [id, object] of said.objects) {
    if (deleted.has(id)) continue;
    expected.set(id, { ...Object.fromEntries(conversationFields.map((field) => [field, object[field]])), id });
  }
  for (const [id, row] of truth)
    for (const field of conversationFields)
      if ((row[field] ?? null) !== null && (expected.get(id)?.[field] ?? null) === null) untold++;
  return {
    ...{ fields: ['id', ...conversationFields], rows: expected, untold },
    isSpare: ({ id }) => deleted.has(String(id)),
  };
}

function compareOne(entity: string, { fields, rows, untold, isSpare }: Expected, stored: Map<string, Row>): Compared {
  const result: Compared = { entity, records: rows.size, cells: 0, differing: 0, untold, examples: [] };
  const differs = (words: string) => {
    result.differing++;
    if (result.examples.length < mostExamples) result.examples.push(words);
  };
  for (const [id, row] of rows) {
    const found = stored.get(id);
    if (!found) {
      differs(`${entity} ${id} is missing`);
      continue;
    }
    for (const field of fields) {
      result.cells++;
      const wanted = row[field];
      const is = plain(found[field]);
      const right = wanted instanceof OrNothing ? plain(wanted.value) : plain(wanted);
      if (is === right || (wanted instanceof OrNothing && is === null)) continue;
      differs(`${entity} ${id} ${field}: stored ${is}, true ${right}`);
    }
  }
  for (const [id, row] of stored)
    if (!rows.has(id) && !isSpare?.(row)) differs(`${entity} ${id} is stored, but is not there`);
  return result;
}

const mostExamples = 20;

/** What is stored and not deleted; of reports the last of each campaign. */
async function storedRows(
  db: Db,
  tenantId: number,
  entity: EntityId,
  fields: readonly string[],
): Promise<Map<string, Row>> {
  const { table, aliases } = entities[entity] as { table: string; aliases?: Readonly<Record<string, string>> };
  const columns = [...new Set(['id', ...fields])].map((field) => {
    const column = aliases?.[field] ?? field;
    return `t.${column} as "${field}"`;
  });
  const rows = await db.query<Row>(sql`
    select ${raw(columns.join(', '))} from ${raw(table)} t
    where t.tenant_id = ${tenantId} and t.source = ${sourceName} and t.deleted_at is null
    order by ${raw(entity === 'campaign_report' ? 't.at' : 't.id')}`);
  return byId(rows, idOf(entity));
}

/** What a record is known by here. */
function idOf(entity: string): string {
  if (entity === 'campaign_report') return 'campaign_id';
  return entity === 'activity' ? 'operator_id,at' : 'id';
}

function byId(rows: readonly Row[], names: string): Map<string, Row> {
  return new Map(
    rows.map((row) => [
      names
        .split(',')
        .map((name) => plain(row[name]))
        .join(' '),
      row,
    ]),
  );
}

/** A value in one notation: as PostgreSQL gives it and as the CRM does. */
function plain(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Temporal.Instant) return value.toString();
  if (typeof value === 'string') return isInstant.test(value) ? Temporal.Instant.from(value).toString() : value;
  if (Array.isArray(value)) return JSON.stringify(value.map(plain));
  if (typeof value === 'object') {
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify(entries.map(([name, one]) => [name, plain(one)]));
  }
  return String(value);
}

const isInstant = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
