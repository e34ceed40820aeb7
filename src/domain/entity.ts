/** What an entity and its fields are said to be; the entities themselves are in entities.ts. */
export type FieldType =
  | 'key'
  | 'text'
  | 'integer'
  | 'number'
  /** Whole minor units of a currency (cents). */
  | 'amount'
  | 'timestamp'
  | 'date'
  | 'boolean'
  | 'text list'
  /** An object of names and texts. */
  | 'json';

/**
 * Longest `key` (an id, or a word records are counted by), in bytes of UTF-8: seven of them make up the primary key of
 * an aggregate, and an entry of a PostgreSQL index holds about 2,700 bytes.
 */
export const longestKeyBytes = 255;

export interface Field {
  readonly type: FieldType;
  readonly required?: boolean;
  /** What a missing value is stored as, where the column cannot be null. */
  readonly missingAs?: boolean;
  /** The closed set a value belongs to; anything else is kept as `unmapped`. */
  readonly values?: readonly string[];
  /** A value outside the set rejects the row: nothing could be made of it. */
  readonly onlyValues?: boolean;
  /** The closed set depends on another, required field's value; with a value not named here any text is taken. */
  readonly valuesBy?: { readonly field: string; readonly sets: Readonly<Record<string, readonly string[]>> };
  /**
   * The numbers it may be depend on another field's value: outside, a row is rejected and never made to fit. Both fields are
   * required, so that both always come from one row.
   */
  readonly rangeBy?: { readonly field: string; readonly ranges: Readonly<Record<string, NumberRange>> };
  /** The numbers it may be: outside, a row is rejected. */
  readonly range?: NumberRange;
  /** Whether the writer appends a change row when it changes. */
  readonly tracked?: boolean;
  /** The entity this is an id of: an unknown one is created by its id. */
  readonly references?: ReferencedEntityId;
}

/** Both ends belong to it. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

export interface Entity {
  /** Also the name of its stream. */
  readonly id: EntityId;
  readonly table: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** What a record without an id of its own is known by: equal in these is the same record (ingest/derived-id.ts). */
  readonly derivedId?: readonly string[];
  /** Fields whose changes are ticket events, and of which kind; a log's mapping may ask for them (`history:`). */
  readonly changeKinds?: Readonly<Record<string, TicketEventKind>>;
  /** The field that names the ticket whose evaluation a record of this entity touches. */
  readonly ticketOf?: string;
  /** The record of another entity that its aggregates are counted with, and the field that names it. */
  readonly countsWith?: { readonly entity: EntityId; readonly by: string };
  /** Records of another entity whose aggregates have something of this one in them, and their field that names it. */
  readonly countedWithin?: { readonly entity: EntityId; readonly by: string };
  /** The field its table is partitioned by, which is then also part of its primary key. */
  readonly partitionedBy?: string;
  /** Whether sources may tell it in parts: its table then has `field_versions`. */
  readonly partial?: boolean;
  /** Whether the writer notes when it was first seen: its table then has `first_seen_at`. */
  readonly firstSeen?: boolean;
  /** Other names under which a field may be mapped. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** Every entity, referenced ones before those that refer to them: the order in which one file's records are written. */
export const entityIds = [
  'account',
  'team',
  'operator',
  'contact',
  'conversation',
  'message',
  'campaign',
  'campaign_report',
  'campaign_recipient',
  'ticket',
  'ticket_event',
  'lead',
  'opportunity',
  'survey',
  'outreach',
  'licence',
  'activity',
  'score',
  'cost',
] as const;
export type EntityId = (typeof entityIds)[number];
export type ReferencedEntityId = 'team' | 'operator';

/** The date from which a record exists of which it is only known that it was there when its source was first read. */
export const unknownSince = '1970-01-01';

/** What a value of a closed set becomes when nothing says what it means. */
export const unmapped = 'unmapped';

/** What happened to a ticket, as sources tell it. */
export const ticketEventKinds = [
  'status',
  'priority',
  'assignee',
  'team',
  'public_reply',
  'customer_reply',
  'internal_note',
] as const;
export type TicketEventKind = (typeof ticketEventKinds)[number];
