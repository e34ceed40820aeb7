import type { Entity } from '../entity.ts';
import { amount, integer, key, text, timestamp } from './fields.ts';

export const campaignStatuses = ['draft', 'scheduled', 'active', 'in_progress', 'completed', 'failed'] as const;

/** Bulk sends and what became of them. */
export const campaignEntities = {
  campaign: {
    id: 'campaign',
    table: 'crm.campaigns',
    partial: true,
    fields: {
      id: { ...key, required: true },
      name: { ...text, required: true },
      status: { ...key, values: campaignStatuses, tracked: true },
      template: key,
      created_at: timestamp,
      scheduled_at: timestamp,
      sent_at: timestamp,
      recipients: integer,
      cost_minor: amount,
      revenue_minor: amount,
      currency: key,
      account_id: key,
    },
  },
  campaign_report: {
    id: 'campaign_report',
    table: 'crm.campaign_reports',
    derivedId: ['campaign_id', 'at'],
    countsWith: { entity: 'campaign', by: 'campaign_id' },
    fields: {
      id: key,
      campaign_id: { ...key, required: true },
      at: { ...timestamp, required: true },
      recipients: integer,
      delivered: integer,
      read: integer,
      replied: integer,
      failed: integer,
    },
  },
  campaign_recipient: {
    id: 'campaign_recipient',
    table: 'crm.campaign_recipients',
    derivedId: ['campaign_id', 'contact_id'],
    fields: {
      id: key,
      campaign_id: { ...key, required: true },
      contact_id: { ...key, required: true },
      sent_at: timestamp,
      delivered_at: timestamp,
      read_at: timestamp,
      replied_at: timestamp,
      failed_at: timestamp,
    },
  },
} as const satisfies Record<string, Entity>;
