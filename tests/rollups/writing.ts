import sql, { join, raw } from 'sql-template-tag';
import type { Tx } from '../../src/db/db.ts';
import { entities } from '../../src/domain/entities.ts';
import type { Entity } from '../../src/domain/entity.ts';
import type { VersionKind, WriteRun, Written } from '../../src/ingest/batch.ts';
import { writeBatches } from '../../src/ingest/write.ts';

/** A ticket's state as a source delivers it; what is left out is null. */
export interface TicketState {
  id: string;
  version: number;
  created_at: string;
  updated_at?: string | null;
  resolved_at?: string | null;
  closed_at?: string | null;
  priority?: string | null;
  status?: string | null;
  channel?: string | null;
  sla_met?: boolean | null;
  team_id?: string | null;
  operator_id?: string | null;
  account_id?: string | null;
}

/** A survey answer as a source delivers it. */
export interface SurveyState {
  id: string;
  version: number;
  kind: string;
  score: number;
  answered_at: string;
  account_id: string | null;
  operator_id: string | null;
  team_id: string | null;
}

/** A lead as a source delivers it. */
export interface LeadState {
  id: string;
  version: number;
  created_at: string;
  updated_at?: string | null;
  stage: string | null;
  qualified_at: string | null;
  closed_at: string | null;
  amount_minor: number | null;
  operator_id: string | null;
  account_id: string | null;
}

/** An opportunity as a source delivers it. */
export interface OpportunityState {
  id: string;
  version: number;
  lead_id: string | null;
  created_at: string | null;
  engaged_at: string | null;
  closed_at: string | null;
  status: string | null;
  amount_minor: number | null;
  product: string | null;
  operator_id: string | null;
  account_id: string | null;
}

const leadColumns = {
  ...{ id: 'text', version: 'bigint', created_at: 'timestamptz', updated_at: 'timestamptz', stage: 'text' },
  ...{ qualified_at: 'timestamptz', closed_at: 'timestamptz', amount_minor: 'bigint' },
  ...{ operator_id: 'text', account_id: 'text' },
};

const opportunityColumns = {
  ...{ id: 'text', version: 'bigint', lead_id: 'text', created_at: 'timestamptz', engaged_at: 'timestamptz' },
  ...{ closed_at: 'timestamptz', status: 'text', amount_minor: 'bigint', product: 'text' },
  ...{ operator_id: 'text', account_id: 'text' },
};

const surveyColumns = {
  ...{ id: 'text', version: 'bigint', kind: 'text', score: 'integer', answered_at: 'timestamptz' },
  ...{ account_id: 'text', operator_id: 'text', team_id: 'text' },
};

const ticketColumns = {
  id: 'text',
  version: 'bigint',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
  resolved_at: 'timestamptz',
  closed_at: 'timestamptz',
  priority: 'text',
  status: 'text',
  channel: 'text',
  sla_met: 'boolean',
  team_id: 'text',
  operator_id: 'text',
  account_id: 'text',
};

interface Options {
  source?: string;
  version?: VersionKind;
}

/** Stages the states and hands them to the one writer, inside the caller's transaction. */
export function writeTickets(
  tx: Tx,
  run: WriteRun,
  states: readonly TicketState[],
  options: Options = {},
): Promise<Written> {
  return writeStates(tx, run, states, { ...options, entity: entities.ticket, columns: ticketColumns });
}

export function writeSurveys(
  tx: Tx,
  run: WriteRun,
  states: readonly SurveyState[],
  options: Options = {},
): Promise<Written> {
  return writeStates(tx, run, states, { ...options, entity: entities.survey, columns: surveyColumns });
}

export function writeLeads(
  tx: Tx,
  run: WriteRun,
  states: readonly LeadState[],
  options: Options = {},
): Promise<Written> {
  return writeStates(tx, run, states, { ...options, entity: entities.lead, columns: leadColumns });
}

export function writeOpportunities(
  tx: Tx,
  run: WriteRun,
  states: readonly OpportunityState[],
  options: Options = {},
): Promise<Written> {
  return writeStates(tx, run, states, { ...options, entity: entities.opportunity, columns: opportunityColumns });
}

async function writeStates(
  tx: Tx,
  run: WriteRun,
  states: readonly object[],
  options: Options & { entity: Entity; columns: Readonly<Record<string, string>> },
): Promise<Written> {
  const { entity, columns } = options;
  const definition = join(Object.entries(columns).map(([name, type]) => raw(`${name} ${type}`)));
  await tx.run(sql`
    create temp table staged on commit drop as
    select * from jsonb_to_recordset(${JSON.stringify(states)}::jsonb) as r (${definition})`);
  const batch = {
    entity,
    source: options.source ?? 'import',
    table: 'staged',
    fields: Object.keys(columns).filter((name) => name !== 'id' && name !== 'version'),
    keeps: [],
    version: options.version ?? ('counter' as const),
    asOf: run.at,
  };
  const written = await writeBatches(tx, run, [batch]);
  await tx.run(sql`drop table staged`);
  return written.get(batch)!;
}
