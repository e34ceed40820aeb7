import { operatorRoles } from '../domain/entities/company.ts';
import { messageDirections } from '../domain/entities/engagement.ts';
import { leadStages } from '../domain/entities/sales.ts';
import { ticketPriorities, ticketStatuses } from '../domain/entities/support.ts';

/**
 * What numbers may be filtered and broken down by. `entity` names the table its values are ids of: their names are
 * shown and accepted, ids always work.
 */
export interface Dimension {
  id: string;
  title: string;
  column: string;
  entity: 'crm.teams' | 'crm.operators' | 'crm.accounts' | 'crm.campaigns' | null;
  /** Values that exist whether or not a record has them. */
  values: readonly string[];
  /** Whether every value that records may have is in `values` or `entity`: the writer creates teams and operators it hears of. */
  described: boolean;
  /** What a record without the value is called. */
  none: string;
}

const list = [
  {
    id: 'priority',
    title: 'Priority',
    column: 'priority',
    entity: null,
    values: ticketPriorities,
    described: true,
    none: 'No priority',
  },
  {
    id: 'channel',
    title: 'Channel',
    column: 'channel',
    entity: null,
    values: [],
    described: false,
    none: 'No channel',
  },
  {
    id: 'status',
    title: 'Status',
    column: 'status',
    entity: null,
    values: ticketStatuses,
    described: true,
    none: 'No status',
  },
  { id: 'team', title: 'Team', column: 'team_id', entity: 'crm.teams', values: [], described: true, none: 'No team' },
  {
    id: 'operator',
    title: 'Operator',
    column: 'operator_id',
    entity: 'crm.operators',
    values: [],
    described: true,
    none: 'Unassigned',
  },
  {
    id: 'account',
    title: 'Account',
    column: 'account_id',
    entity: 'crm.accounts',
    values: [],
    described: false,
    none: 'No account',
  },
  {
    id: 'direction',
    title: 'Direction',
    column: 'direction',
    entity: null,
    values: messageDirections,
    described: true,
    none: 'No direction',
  },
  { id: 'type', title: 'Type', column: 'type', entity: null, values: [], described: false, none: 'No type' },
  {
    id: 'country',
    title: 'Country',
    column: 'country',
    entity: null,
    values: [],
    described: false,
    none: 'Unknown country',
  },
  {
    id: 'segment',
    title: 'Segment',
    column: 'segment',
    entity: null,
    values: [],
    described: false,
    none: 'No segment',
  },
  // Where a contact came from; the column `source` is the CRM connection.
  { id: 'source', title: 'Source', column: 'origin', entity: null, values: [], described: false, none: 'No source' },
  {
    id: 'campaign',
    title: 'Campaign',
    column: 'campaign_id',
    entity: 'crm.campaigns',
    values: [],
    described: true,
    none: 'No campaign',
  },
  {
    id: 'template',
    title: 'Template',
    column: 'template',
    entity: null,
    values: [],
    described: false,
    none: 'No template',
  },
  {
    id: 'stage',
    title: 'Stage',
    column: 'stage',
    entity: null,
    values: leadStages,
    described: true,
    none: 'No stage',
  },
  {
    id: 'rep',
    title: 'Rep',
    column: 'operator_id',
    entity: 'crm.operators',
    values: [],
    described: true,
    none: 'No rep',
  },
  {
    id: 'stream',
    title: 'Stream',
    column: 'stream',
    // Its name is that of an entity, the same in every source.
    entity: null,
    values: [],
    described: false,
    none: 'No stream',
  },
  {
    id: 'month',
    title: 'Month',
    column: 'created_month',
    entity: null,
    values: [],
    described: false,
    none: 'No month',
  },
  {
    id: 'role',
    title: 'Role',
    column: 'role',
    entity: null,
    values: operatorRoles,
    described: true,
    none: 'No role',
  },
  {
    id: 'product',
    title: 'Product',
    column: 'product',
    entity: null,
    values: [],
    described: false,
    none: 'No product',
  },
] as const satisfies readonly Dimension[];

export type DimensionId = (typeof list)[number]['id'];

export const dimensions: readonly Dimension[] = list;

/** What every KPI over tickets can be cut by: the dimensions its aggregates are kept apart by. */
export const ticketDimensions: readonly DimensionId[] = [
  'priority',
  'channel',
  'status',
  'team',
  'operator',
  'account',
];

/** What an SLA is cut by: not by status, which an ended ticket has by its end. */
export const slaDimensions: readonly DimensionId[] = ['priority', 'channel', 'team', 'operator', 'account'];

export function dimensionOf(id: string): Dimension {
  const found = dimensions.find((dimension) => dimension.id === id);
  if (!found) throw new RangeError(`no dimension ${id}`);
  return found;
}

export function isDimension(id: string): id is DimensionId {
  return dimensions.some((dimension) => dimension.id === id);
}

/** A value as a label where no record names it: `on-hold` becomes `On hold`. */
export function plainLabel(dimension: Dimension, key: string): string {
  if (key === '') return dimension.none;
  // A month is its own label: 2026-10.
  if (dimension.entity || dimension.id === 'month') return key;
  if (dimension.id === 'stage' && key === 'sql') return 'SQL';
  return key.charAt(0).toUpperCase() + key.slice(1).replaceAll(/[-_]/g, ' ');
}

/** `2 teams`, `3 priorities`. */
export function countedOf(id: string, count: number): string {
  const one = dimensionOf(id).title.toLowerCase();
  const many = one.endsWith('y') ? `${one.slice(0, -1)}ies` : one.endsWith('s') ? `${one}es` : `${one}s`;
  return `${count} ${count === 1 ? one : many}`;
}
