import type { Db } from '../../src/db/db.ts';
import type { EntityId } from '../../src/domain/entity.ts';
import { sweepConversations } from '../../src/facts/conversations/sweep.ts';
import { markAllChats } from '../../src/facts/conversations/verify.ts';
import { slaTerms } from '../../src/facts/policies.ts';
import { sweepSla } from '../../src/facts/sweep.ts';
import { markAllTickets } from '../../src/facts/verify.ts';
import type { Rollup, TenantZone } from '../../src/rollups/rollup.ts';
import { defaultPolicies } from '../../src/sla/policy.ts';
import { insertRows } from '../kpis/contract/records.ts';

/** When a record began, and when what ends it came. */
export interface Moments {
  begun: string;
  ended: string;
}

type RowsByTable = Readonly<Record<string, readonly object[]>>;

/** A contact's message and, a millisecond later, a person's answer to it: a conversation of a chat of its own. */
const asked = (id: string, { begun }: Moments): RowsByTable => {
  const message = { contact_id: id, channel: 'whatsapp', type: 'text' };
  const answered = Temporal.Instant.from(begun).add({ milliseconds: 1 }).toString();
  return {
    'crm.messages': [
      { ...message, id: `${id}-in`, direction: 'inbound', sender_kind: 'contact', sent_at: begun },
      {
        ...{ ...message, id: `${id}-out`, direction: 'outbound', sender_kind: 'operator', operator_id: 'o' },
        ...{ status: 'read', sent_at: answered },
      },
    ],
  };
};

/** What is stored of one record of a stream, such that it counts in every rollup of it: on one day in each. */
const rowsOfStream: Readonly<Partial<Record<EntityId, (id: string, moments: Moments) => RowsByTable>>> = {
  ticket: (id, { begun, ended }) => ({
    'crm.tickets': [{ id, priority: 'low', created_at: begun, first_response_at: begun, resolved_at: ended }],
  }),
  survey: (id, { begun }) => ({ 'crm.surveys': [{ id, kind: 'csat', score: 5, answered_at: begun }] }),
  contact: (id, { begun, ended }) => ({
    'crm.contacts': [{ id, country: 'ID', created_at: begun, deleted_at: ended }],
  }),
  message: asked,
  conversation: asked,
  activity: (id, { begun }) => ({ 'crm.activity': [{ id, operator_id: 'o', at: begun }] }),
  campaign: (id, { begun, ended }) => ({
    'crm.campaigns': [{ id, name: id, status: 'completed', sent_at: begun }],
    'crm.campaign_reports': [
      { id, campaign_id: id, at: ended, recipients: 9, delivered: 8, read: 7, replied: 6, failed: 1 },
    ],
  }),
  lead: (id, { begun, ended }) => ({
    'crm.leads': [{ id, stage: 'opportunity', created_at: begun, qualified_at: ended, amount_minor: 100 }],
    'crm.opportunities': [{ id, lead_id: id, created_at: ended, status: 'open' }],
  }),
  opportunity: (id, { begun, ended }) => ({
    'crm.opportunities': [{ id, status: 'won', created_at: begun, closed_at: ended, amount_minor: 100 }],
  }),
};

/** Rows of a rollup that a record makes: one for each clock its time is kept by, or for each direction of its messages. */
export function rowsOf({ stream, key }: Rollup): number {
  return key.includes('clock') || (stream === 'message' && key.includes('direction')) ? 2 : 1;
}

/** Writes a record of the rollup's stream for each pair of moments, past the writer, and makes the facts that follow. */
export async function insertFor(
  db: Db,
  tenant: TenantZone,
  { stream }: Rollup,
  moments: readonly Moments[],
): Promise<void> {
  const rows = rowsOfStream[stream];
  if (!rows) throw new Error(`tests/rollups/records.ts has no records of the stream ${stream}`);
  const { tenantId } = tenant;
  const records = moments.map((pair, n) => rows(`r${n}`, pair));
  for (const table of Object.keys(records[0] ?? {}))
    await insertRows(
      db,
      table,
      tenantId,
      records.flatMap((tables) => tables[table]!),
    );
  if (stream === 'ticket') {
    await markAllTickets(db, tenantId);
    await sweepSla(db, tenant, slaTerms(defaultPolicies), { now: Temporal.Instant.from('2026-11-20T00:00:00Z') });
  }
  if (stream === 'conversation') {
    await markAllChats(db, tenantId);
    await sweepConversations(db, tenant);
  }
}
