import { reportAt } from '../company/campaign-reports.ts';
import { type CampaignLife, campaignCurrency, campaignStatus } from '../company/campaigns.ts';
import type { Chat } from '../company/chats.ts';
import { isoTime } from '../company/company.ts';
import type { ContactLife } from '../company/contacts.ts';
import { type MessageLife, type Session, statusAt } from '../company/sessions.ts';
import { operators } from '../company/staff.ts';
import type { Json } from '../json.ts';
import { customFields } from './custom-fields.ts';
import type { World } from './world.ts';

/** Records by the names of the entities' fields, as webhooks tell them and as a perfect copy holds them. */

const channel = 'whatsapp';
const orNull = (at: number | undefined) => (at === undefined ? null : isoTime(at));

export function contactRow(contact: ContactLife & { updatedAt: number }): Json {
  return {
    id: contact.id,
    name: contact.name,
    phone: contact.phone ?? null,
    email: contact.email ?? null,
    created_at: isoTime(contact.createdAt),
    updated_at: isoTime(contact.updatedAt),
    status: contact.status,
    account_id: contact.accountId,
    source: contact.source,
    segment: contact.segment ?? null,
    fields: customFields(contact),
  };
}

/** A chat never ends, so it is one conversation, known by the contact's id like the chat itself. */
export function messageRow(life: MessageLife, contact: ContactLife, now: number): Json {
  const { status } = statusAt(life, now);
  return {
    id: life.id,
    conversation_id: contact.id,
    contact_id: contact.id,
    direction: life.direction,
    sender_kind: life.sender,
    operator_id: life.operatorId ?? null,
    type: life.type,
    status,
    failure_reason: status === 'failed' ? life.failed!.reason : null,
    text: life.content ?? null,
    channel,
    sent_at: isoTime(life.at),
    campaign_id: life.campaignId ?? null,
    account_id: contact.accountId,
  };
}

const teamOf = new Map(operators.map(({ id, teamId }) => [id, teamId]));
export const teamOfOperator = (operatorId: string) => teamOf.get(operatorId) ?? null;

export type ConversationStatus = 'unhandled' | 'handled' | 'resolved';

/** When the status of a chat changes because of a session, in order. */
export function statusTurns({
  startsAt,
  handledAt,
  resolvedAt,
  handledBy,
}: Session): { at: number; status: ConversationStatus }[] {
  const turns: { at: number; status: ConversationStatus }[] = [];
  // Begun by an operator it is handled from the beginning.
  if (handledAt !== startsAt) turns.push({ at: startsAt, status: 'unhandled' });
  if (handledAt !== undefined && handledBy !== 'bot') turns.push({ at: handledAt, status: 'handled' });
  if (resolvedAt !== undefined) turns.push({ at: resolvedAt, status: 'resolved' });
  return turns;
}

/** The conversation of a chat at a moment; undefined before anybody began one (a campaign's message begins none). */
export function conversationRow(chat: Chat, now: number): Json | undefined {
  const begun = chat.sessions.filter(({ startsAt }) => startsAt < now);
  const latest = begun.at(-1);
  const first = chat.messages[0];
  if (!latest || !first) return undefined;
  const last = <T extends { at: number }>(list: readonly T[]) =>
    list
      .filter(({ at }) => at < now)
      .reduce<T | undefined>((best, one) => (best && best.at > one.at ? best : one), undefined);
  const turn = last(begun.flatMap(statusTurns))!;
  const assigned = last(begun.flatMap(({ assigned: one }) => (one ? [one] : [])));
  const handedOver = last(begun.flatMap(({ handedOverAt: at }) => (at === undefined ? [] : [{ at }])));
  return {
    id: chat.contact.id,
    contact_id: chat.contact.id,
    channel,
    status: turn.status,
    started_at: isoTime(Math.min(first.at, begun[0]!.startsAt)),
    closed_at: turn.status === 'resolved' ? isoTime(turn.at) : null,
    operator_id: assigned?.operatorId ?? null,
    team_id: assigned ? teamOfOperator(assigned.operatorId) : null,
    account_id: chat.contact.accountId,
    escalated_at: orNull(handedOver?.at),
  };
}

/** What the list of campaigns tells, and beside it what only webhooks tell: template, send time, cost. */
export function campaignRow({ company, roster }: World, life: CampaignLife, now: number): Json {
  const status = campaignStatus(life, now);
  const planned = life.plannedAt !== undefined && life.plannedAt < now;
  const sent = status === 'active' || status === 'in_progress' || status === 'completed';
  const recipients = sent ? reportAt(company, roster, life, now).total_recipients : null;
  return {
    id: life.id,
    name: life.name,
    status,
    template: life.template,
    created_at: isoTime(life.createdAt),
    scheduled_at: planned ? orNull(life.scheduledFor) : null,
    sent_at: sent ? orNull(life.scheduledFor) : null,
    recipients,
    cost_minor: recipients === null ? null : recipients * life.costMinor,
    currency: recipients === null ? null : campaignCurrency,
  };
}
