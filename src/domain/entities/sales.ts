import type { Entity } from '../entity.ts';
import { amount, key, operator, timestamp } from './fields.ts';

/** In the order of a sale; `lost` ends it at any of them. */
export const leadStages = ['lead', 'sql', 'opportunity', 'won', 'lost'] as const;
export const opportunityStatuses = ['open', 'won', 'lost'] as const;

/** What is to be sold, to whom and by whom. */
export const salesEntities = {
  lead: {
    id: 'lead',
    table: 'crm.leads',
    // An opportunity without an account has that of its lead.
    countedWithin: { entity: 'opportunity', by: 'lead_id' },
    fields: {
      id: { ...key, required: true },
      created_at: { ...timestamp, required: true },
      updated_at: timestamp,
      stage: { ...key, values: leadStages, tracked: true },
      status: key,
      qualified_at: timestamp,
      closed_at: timestamp,
      amount_minor: amount,
      operator_id: operator,
      account_id: key,
      contact_id: key,
      origin: key,
    },
  },
  opportunity: {
    id: 'opportunity',
    table: 'crm.opportunities',
    // How far a lead has come is told by its opportunities too.
    countsWith: { entity: 'lead', by: 'lead_id' },
    fields: {
      id: { ...key, required: true },
      lead_id: key,
      created_at: timestamp,
      engaged_at: timestamp,
      closed_at: timestamp,
      status: { ...key, values: opportunityStatuses, tracked: true },
      stage: { ...key, tracked: true },
      amount_minor: amount,
      product: key,
      operator_id: operator,
      account_id: key,
      contact_id: key,
    },
  },
  outreach: {
    id: 'outreach',
    table: 'crm.outreach',
    fields: {
      id: { ...key, required: true },
      sent_at: { ...timestamp, required: true },
      channel: key,
      responded: { type: 'boolean' },
      converted: { type: 'boolean' },
      operator_id: operator,
      account_id: key,
      lead_id: key,
    },
  },
} as const satisfies Record<string, Entity>;
