import { entities } from '../../domain/entities.ts';
import type { EntityId } from '../../domain/entity.ts';

/** What an event of a type does. */
export interface EventType {
  entity: EntityId;
  /** Fields of the entity it speaks of besides `id`; anything else in its data is left aside. */
  fields: readonly string[];
  /** Fields that have the event's time where its data do not say another. */
  dates?: readonly string[];
  /** Values where its data say none. */
  otherwise?: Readonly<Record<string, string>>;
  /** It deletes the record instead. */
  deletes?: true;
}

/** All a part may say; what was deleted is told by an event of its own. */
const allOf = (entity: EntityId) =>
  Object.keys(entities[entity].fields).filter((field) => field !== 'id' && field !== 'deleted_at');

/** What an event about a conversation may say besides: whose it is. No walk tells it. */
const whoseConversation = ['contact_id', 'channel', 'started_at', 'account_id'];

/** The heartbeat: of the streams it names, everything that occurred before it has been sent and taken. */
export const heartbeatType = 'heartbeat';

/** Every type of event there is, but for the heartbeat, which is about no record. */
export const eventTypes: Readonly<Record<string, EventType>> = {
  'message.created': { entity: 'message', fields: allOf('message'), dates: ['sent_at'] },
  'message.status': { entity: 'message', fields: ['status', 'failure_reason'] },
  'contact.created': { entity: 'contact', fields: allOf('contact'), dates: ['created_at', 'updated_at'] },
  'contact.updated': { entity: 'contact', fields: allOf('contact'), dates: ['updated_at'] },
  'contact.deleted': { entity: 'contact', fields: [], deletes: true },
  'conversation.assigned': { entity: 'conversation', fields: ['operator_id', 'team_id', ...whoseConversation] },
  'conversation.status': { entity: 'conversation', fields: ['status', 'closed_at', ...whoseConversation] },
  // Also what the CRM's list keeps to itself: template, send time, cost.
  'campaign.status': { entity: 'campaign', fields: allOf('campaign') },
  'ticket.created': { entity: 'ticket', fields: allOf('ticket'), dates: ['created_at', 'updated_at'] },
  'ticket.updated': { entity: 'ticket', fields: allOf('ticket'), dates: ['updated_at'] },
  // A conversation handed over was the bot's and is a person's now: both had it.
  'bot.handover': {
    entity: 'conversation',
    fields: ['handled_by', 'escalated_at', ...whoseConversation],
    dates: ['escalated_at'],
    otherwise: { handled_by: 'mixed' },
  },
};

/** The type of that name; nothing that objects have by nature is one. */
export function eventTypeOf(name: string): EventType | undefined {
  return Object.hasOwn(eventTypes, name) ? eventTypes[name] : undefined;
}

/** A name to count by: there are only so many of them, whatever is sent. */
export function eventTypeName(type: string | null): string {
  if (type === null) return 'malformed';
  return type === heartbeatType || eventTypeOf(type) ? type : 'unknown';
}
