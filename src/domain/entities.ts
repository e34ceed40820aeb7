/**
 * The entities of a CRM as data: what an import may set, what the writer keeps history of, and where it is stored. A
 * field's name is also its column. Adding an entity is adding an entry here, and its table in a migration.
 */
export type FieldType = 'key' | 'text' | 'integer' | 'timestamp' | 'boolean' | 'text list';

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
  readonly changeKinds?: Readonly<Record<string, (typeof ticketEventKinds)[number]>>;
  /** The field that names the ticket whose evaluation a record of this entity touches. */
  readonly ticketOf?: string;
}

/** Every entity, referenced ones before those that refer to them: the order in which one file's records are written. */
export const entityIds = ['account', 'team', 'operator', 'ticket', 'ticket_event', 'survey'] as const;
export type EntityId = (typeof entityIds)[number];
export type ReferencedEntityId = 'team' | 'operator';

/** What a value of a closed set becomes when nothing says what it means. */
export const unmapped = 'unmapped';

export const ticketPriorities = ['critical', 'high', 'medium', 'low'] as const;
export const ticketStatuses = ['new', 'open', 'pending', 'on-hold', 'resolved', 'closed', 'cancelled'] as const;
/** What happened to a ticket, as sources tell it. */
const ticketEventKinds = [
  'status',
  'priority',
  'assignee',
  'team',
  'public_reply',
  'customer_reply',
  'internal_note',
] as const;
export const surveyKinds = ['csat', 'nps'] as const;
export const operatorRoles = ['agent', 'supervisor', 'admin', 'owner', 'other'] as const;
export const operatorTypes = ['regular', 'lite'] as const;

const key = { type: 'key' } as const;
const text = { type: 'text' } as const;
const timestamp = { type: 'timestamp' } as const;
const eventValue = {
  ...key,
  valuesBy: { field: 'kind', sets: { status: ticketStatuses, priority: ticketPriorities } },
} as const;

export const entities: Readonly<Record<EntityId, Entity>> = {
  account: {
    id: 'account',
    table: 'crm.accounts',
    fields: {
      id: { ...key, required: true },
      name: { ...text, required: true },
      created_at: timestamp,
      demo: { type: 'boolean', missingAs: false },
    },
  },
  team: {
    id: 'team',
    table: 'crm.teams',
    fields: {
      id: { ...key, required: true },
      name: { ...text, required: true },
    },
  },
  operator: {
    id: 'operator',
    table: 'crm.operators',
    fields: {
      id: { ...key, required: true },
      name: text,
      email: text,
      role: { ...key, values: operatorRoles, tracked: true },
      type: { ...key, values: operatorTypes },
      team_id: { ...key, tracked: true, references: 'team' },
      supervisor_ids: { type: 'text list' },
      account_id: key,
      active: { type: 'boolean' },
      status: key,
      created_at: timestamp,
    },
  },
  ticket: {
    id: 'ticket',
    table: 'crm.tickets',
    ticketOf: 'id',
    changeKinds: { status: 'status', priority: 'priority', operator_id: 'assignee', team_id: 'team' },
    fields: {
      id: { ...key, required: true },
      created_at: { ...timestamp, required: true },
      updated_at: timestamp,
      priority: { ...key, values: ticketPriorities, tracked: true },
      status: { ...key, values: ticketStatuses, tracked: true },
      first_response_at: timestamp,
      resolved_at: timestamp,
      closed_at: timestamp,
      reopened_count: { type: 'integer' },
      sla_met: { type: 'boolean' },
      operator_id: { ...key, tracked: true, references: 'operator' },
      team_id: { ...key, tracked: true, references: 'team' },
      account_id: key,
      contact_id: key,
      channel: key,
      category: key,
    },
  },
  ticket_event: {
    id: 'ticket_event',
    table: 'crm.ticket_events',
    ticketOf: 'ticket_id',
    derivedId: ['ticket_id', 'at', 'kind', 'old', 'new', 'operator_id'],
    fields: {
      id: key,
      // No reference: an event does not make a ticket of which nothing else is known.
      ticket_id: { ...key, required: true },
      at: { ...timestamp, required: true },
      kind: { ...key, required: true, values: ticketEventKinds, onlyValues: true },
      old: eventValue,
      new: eventValue,
      operator_id: { ...key, references: 'operator' },
      automatic: { type: 'boolean', missingAs: false },
    },
  },
  survey: {
    id: 'survey',
    table: 'crm.surveys',
    fields: {
      id: { ...key, required: true },
      kind: { ...key, required: true, values: surveyKinds, onlyValues: true },
      score: {
        type: 'integer',
        required: true,
        rangeBy: { field: 'kind', ranges: { csat: { from: 1, to: 5 }, nps: { from: 0, to: 10 } } },
      },
      answered_at: { ...timestamp, required: true },
      account_id: key,
      operator_id: { ...key, references: 'operator' },
      team_id: { ...key, references: 'team' },
      ticket_id: key,
      contact_id: key,
      comment: text,
    },
  },
};
