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
  /** The numbers it may be, by the value of another field: outside, a record is rejected and never made to fit. */
  readonly ranges?: Ranges;
  /** Whether the writer appends a change row when it changes. */
  readonly tracked?: boolean;
  /** The entity this is an id of: an unknown one is created by its id. */
  readonly references?: ReferencedEntityId;
}

/**
 * Ranges by the value of `by`; values without one have no limits. Both fields are required, or one of them could come from
 * another row or state than the other.
 */
export interface Ranges {
  readonly by: string;
  readonly of: Readonly<Record<string, NumberRange>>;
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
}

/** Every entity, referenced ones before those that refer to them: the order in which one file's records are written. */
export const entityIds = ['account', 'team', 'operator', 'ticket', 'survey'] as const;
export type EntityId = (typeof entityIds)[number];
export type ReferencedEntityId = 'team' | 'operator';

/** What a value of a closed set becomes when nothing says what it means. */
export const unmapped = 'unmapped';

export const ticketPriorities = ['critical', 'high', 'medium', 'low'] as const;
export const ticketStatuses = ['new', 'open', 'pending', 'on-hold', 'resolved', 'closed', 'cancelled'] as const;
export const surveyKinds = ['csat', 'nps'] as const;
export const operatorRoles = ['agent', 'supervisor', 'admin', 'owner', 'other'] as const;
export const operatorTypes = ['regular', 'lite'] as const;

const key = { type: 'key' } as const;
const text = { type: 'text' } as const;
const timestamp = { type: 'timestamp' } as const;

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
  survey: {
    id: 'survey',
    table: 'crm.surveys',
    fields: {
      id: { ...key, required: true },
      kind: { ...key, required: true, values: surveyKinds },
      score: {
        type: 'integer',
        required: true,
        ranges: { by: 'kind', of: { csat: { from: 1, to: 5 }, nps: { from: 0, to: 10 } } },
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
