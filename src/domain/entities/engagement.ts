import type { Entity } from '../entity.ts';
import { integer, key, operator, team, text, timestamp } from './fields.ts';

export const conversationStatuses = ['unhandled', 'handled', 'resolved'] as const;
export const messageDirections = ['inbound', 'outbound'] as const;
export const messageStatuses = ['sent', 'delivered', 'read', 'received', 'failed'] as const;
export const senderKinds = ['contact', 'operator', 'bot', 'campaign'] as const;

/** The customers' people, what they write and what they get. */
export const engagementEntities = {
  contact: {
    id: 'contact',
    table: 'crm.contacts',
    partial: true,
    firstSeen: true,
    // `source` is the CRM connection a record came from.
    aliases: { source: 'origin' },
    fields: {
      id: { ...key, required: true },
      name: text,
      phone: text,
      email: text,
      created_at: timestamp,
      updated_at: timestamp,
      deleted_at: timestamp,
      status: { ...key, tracked: true },
      account_id: key,
      person_id: key,
      origin: key,
      segment: { ...key, tracked: true },
      country: key,
      fields: { type: 'json' },
    },
  },
  conversation: {
    id: 'conversation',
    table: 'crm.conversations',
    partial: true,
    fields: {
      id: { ...key, required: true },
      contact_id: key,
      channel: key,
      status: { ...key, values: conversationStatuses, tracked: true },
      started_at: timestamp,
      closed_at: timestamp,
      operator_id: { ...operator, tracked: true },
      team_id: { ...team, tracked: true },
      account_id: key,
      handled_by: { ...key, values: ['bot', 'human', 'mixed'] },
      escalated_at: timestamp,
    },
  },
  message: {
    id: 'message',
    table: 'crm.messages',
    partial: true,
    partitionedBy: 'sent_at',
    fields: {
      id: { ...key, required: true },
      conversation_id: key,
      contact_id: key,
      direction: { ...key, required: true, values: messageDirections, onlyValues: true },
      sender_kind: { ...key, values: senderKinds },
      operator_id: operator,
      type: key,
      status: { ...key, values: messageStatuses },
      failure_reason: text,
      text,
      content_length: integer,
      channel: key,
      sent_at: { ...timestamp, required: true },
      campaign_id: key,
      account_id: key,
    },
  },
} as const satisfies Record<string, Entity>;
