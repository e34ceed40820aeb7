import type { z } from 'zod';
import type { Entry } from '../stream.ts';
import type { campaign, campaignReport, contact, fieldValues, message } from './schema.ts';

/**
 * An entry of the list as our contact. The list is all it shows of a contact: a number or address that is not there is
 * none. Only `created_at` is left unsaid, as lists have been seen without it.
 */
export function contactEntry(read: z.output<typeof contact>): Entry {
  return {
    id: read.chat_id,
    values: {
      id: read.chat_id,
      name: read.name ?? null,
      phone: read.whatsapp_number ?? null,
      email: read.email ?? null,
      ...(read.created_at ? { created_at: read.created_at } : {}),
    },
  };
}

export function campaignEntry(read: z.output<typeof campaign>): Entry {
  return {
    id: read.campaign_id,
    values: {
      id: read.campaign_id,
      name: read.name ?? read.campaign_id,
      status: read.status ?? null,
      ...(read.created_at ? { created_at: read.created_at } : {}),
      scheduled_at: read.scheduled_at ?? null,
    },
  };
}

/** A report's counters at the moment it was asked for; its rates are text, and are not used. */
export function reportValues(read: z.output<typeof campaignReport>, at: Temporal.Instant): Record<string, unknown> {
  const { total_recipients, delivered, read: opened, replied, failed } = read.metrics;
  return {
    campaign_id: read.campaign_id,
    at: at.toString(),
    recipients: total_recipients,
    delivered,
    read: opened,
    replied,
    failed,
  };
}

/**
 * A message of a chat, which is its contact. Who wrote an outbound one the CRM does not tell (a person, a bot, a
 * campaign), so it is not said; what a webhook has said about it stays.
 */
export function messageValues(chat: string, read: z.output<typeof message>): Record<string, unknown> {
  return {
    id: read.message_id,
    contact_id: chat,
    // A chat never ends: it is one conversation, known by the same id.
    conversation_id: chat,
    direction: read.direction,
    ...(read.direction === 'inbound' ? { sender_kind: 'contact' } : {}),
    sent_at: read.timestamp,
    ...said('type', read.type),
    ...said('status', read.status),
    ...(read.content === undefined
      ? {}
      : { text: read.content, content_length: read.content === null ? 0 : [...read.content].length }),
  };
}

/** Whether a message's status may still change: reading it again is worth something. */
export function isUnsettled(read: z.output<typeof message>): boolean {
  return read.direction === 'outbound' && read.status !== 'read' && read.status !== 'failed';
}

/**
 * A contact's custom fields as its fields, by the names of the configuration (`segment` or `fields.tier` <- name in the
 * CRM; `source` is stored as `origin`). A custom field without a value is null, or not among the `fields`.
 */
export function customFields(
  id: string,
  read: z.output<typeof fieldValues>,
  mapping: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const byName = new Map(read.data.map((field) => [field.field_name, field.value ?? null]));
  const values: Record<string, unknown> = { id };
  const own: Record<string, unknown> = {};
  for (const [target, name] of Object.entries(mapping)) {
    const value = byName.get(name) ?? null;
    if (!target.startsWith('fields.')) values[target === 'source' ? 'origin' : target] = value;
    else if (value !== null) own[target.slice('fields.'.length)] = value;
  }
  const hasOwn = Object.keys(mapping).some((target) => target.startsWith('fields.'));
  return hasOwn ? { ...values, fields: own } : values;
}

function said(field: string, value: string | null | undefined): Record<string, unknown> {
  return value === null || value === undefined ? {} : { [field]: value };
}
