import { campaignsUntil, campaignTurns } from '../company/campaigns.ts';
import type { Chat } from '../company/chats.ts';
import { isoTime } from '../company/company.ts';
import { type ContactLife, contactAt } from '../company/contacts.ts';
import type { MessageLife } from '../company/sessions.ts';
import { ticketAt } from '../company/tickets.ts';
import type { Json } from '../json.ts';
import { customFields } from './custom-fields.ts';
import { campaignRow, contactRow, messageRow, statusTurns, teamOfOperator } from './rows.ts';
import { ticketFields, ticketRecord } from './tap-support.ts';
import type { World } from './world.ts';

/** Something that happened in the CRM, as a webhook tells it. */
export interface CrmEvent {
  /** The same each time it is told. */
  id: string;
  type: string;
  /** Epoch seconds. */
  at: number;
  data: Json;
}

/** A moment before anything else in the same second: what a record was told as when it had just changed. */
const justAfter = 0.001;

export interface Events {
  /** What happened in `[from, to)` (epoch seconds), ascending. The same for the same moments, however they are cut. */
  between(from: number, to: number): CrmEvent[];
}

export function createEvents(world: World): Events {
  const { roster, chats } = world;
  /** By chat, an open interval in which nothing happens: most chats are silent most of the time. */
  const silentFrom: number[] = [];
  const silentTo: number[] = [];
  function* ofChats(from: number, to: number): Generator<CrmEvent> {
    const count = roster.created(to);
    for (let index = 0; index < count; index++) {
      if (from > (silentFrom[index] ?? Number.POSITIVE_INFINITY) && to <= (silentTo[index] ?? 0)) continue;
      const chat = chats.chat(index, to);
      if (chat.lastAt < from) {
        silentFrom[index] = chat.lastAt;
        silentTo[index] = chat.until;
        continue;
      }
      let before = Number.NEGATIVE_INFINITY;
      let after = chat.until;
      for (const moment of momentsOf(chat)) {
        if (moment.at < from) before = Math.max(before, moment.at);
        else if (moment.at >= to) after = Math.min(after, moment.at);
        else {
          before = Math.max(before, moment.at);
          yield { id: moment.id, type: moment.type, at: moment.at, data: moment.data() };
        }
      }
      silentFrom[index] = before;
      silentTo[index] = after;
    }
  }
  return {
    between(from, to) {
      const events = [...ofChats(from, to), ...ofCampaigns(world, from, to), ...ofTickets(world, from, to)];
      return events.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    },
  };
}

interface Moment {
  id: string;
  type: string;
  at: number;
  data: () => Json;
}

/** Everything in a chat and its contact that webhooks tell, in no order. */
function* momentsOf(chat: Chat): Generator<Moment> {
  const { contact } = chat;
  const ends = contact.deletedAt ?? Number.POSITIVE_INFINITY;
  for (const moment of [...contactMoments(contact), ...conversationMoments(chat)]) if (moment.at <= ends) yield moment;
  for (const message of chat.messages)
    for (const moment of messageMoments(message, contact)) if (moment.at < ends) yield moment;
}

function* contactMoments(contact: ContactLife): Generator<Moment> {
  const { id, createdAt, deletedAt, edits } = contact;
  const created = () => contactRow(contactAt(contact, createdAt + justAfter)!);
  yield { id: `evt-${id}-created`, type: 'contact.created', at: createdAt, data: created };
  for (const [number, { at, set }] of edits.entries()) {
    // Only what changed is told: absent fields stay as they are.
    const data = () => {
      const now = contactAt(contact, at + justAfter);
      const { segment, interest, ...rest } = set;
      const changed = Object.fromEntries(Object.entries(rest).map(([field, value]) => [field, value ?? null]));
      const fields = 'segment' in set || 'interest' in set;
      return {
        ...{ id, ...changed, updated_at: isoTime(at) },
        ...('segment' in set ? { segment: segment ?? null } : {}),
        ...(fields && now ? { fields: customFields(now) } : {}),
      };
    };
    yield { id: `evt-${id}-updated-${number + 1}`, type: 'contact.updated', at, data };
  }
  if (deletedAt === undefined) return;
  const data = () => ({ id, deleted_at: isoTime(deletedAt) });
  yield { id: `evt-${id}-deleted`, type: 'contact.deleted', at: deletedAt, data };
}

function* conversationMoments({ contact, sessions, messages }: Chat): Generator<Moment> {
  const { id } = contact;
  const startedAt = Math.min(messages[0]?.at ?? Number.POSITIVE_INFINITY, sessions[0]?.startsAt ?? 0);
  const known = { id, contact_id: id, channel: 'whatsapp', account_id: contact.accountId };
  for (const [number, session] of sessions.entries()) {
    const key = `evt-${id}-${number + 1}-${session.startsAt}`;
    for (const { at, status } of statusTurns(session)) {
      const closedAt = status === 'resolved' ? isoTime(at) : null;
      const data = () => ({ ...known, status, started_at: isoTime(startedAt), closed_at: closedAt });
      yield { id: `${key}-${status}`, type: 'conversation.status', at, data };
    }
    if (session.handedOverAt !== undefined) {
      const at = session.handedOverAt;
      yield { id: `${key}-handover`, type: 'bot.handover', at, data: () => ({ ...known, escalated_at: isoTime(at) }) };
    }
    if (session.assigned) {
      const { at, operatorId } = session.assigned;
      const data = () => ({ ...known, operator_id: operatorId, team_id: teamOfOperator(operatorId) });
      yield { id: `${key}-assigned`, type: 'conversation.assigned', at, data };
    }
  }
}

function* messageMoments(message: MessageLife, contact: ContactLife): Generator<Moment> {
  const { id, at, deliveredAt, readAt, failed } = message;
  const created = () => messageRow(message, contact, at + justAfter);
  yield { id: `evt-${id}-created`, type: 'message.created', at, data: created };
  const turn = (status: string, when: number, reason?: string): Moment => ({
    id: `evt-${id}-${status}`,
    type: 'message.status',
    at: when,
    data: () => ({ id, contact_id: contact.id, status, ...(reason === undefined ? {} : { failure_reason: reason }) }),
  });
  if (deliveredAt !== undefined) yield turn('delivered', deliveredAt);
  if (readAt !== undefined) yield turn('read', readAt);
  if (failed) yield turn('failed', failed.at, failed.reason);
}

function* ofCampaigns(world: World, from: number, to: number): Generator<CrmEvent> {
  for (const life of campaignsUntil(world.company, to))
    for (const at of campaignTurns(life)) {
      if (at < from || at >= to) continue;
      const data = campaignRow(world, life, at + justAfter);
      yield { id: `evt-${life.id}-${data.status}`, type: 'campaign.status', at, data };
    }
}

function* ofTickets(world: World, from: number, to: number): Generator<CrmEvent> {
  for (const life of world.tickets.since(from, to)) {
    const { id, createdAt, firstResponseAt, resolvedAt, reopened, closedAt, cancelled } = life;
    const moments = new Set([createdAt, firstResponseAt, ...(cancelled ? [] : [resolvedAt]), closedAt]);
    if (reopened) for (const at of [reopened.at, reopened.resolvedAt]) moments.add(at);
    for (const at of moments) {
      if (at < from || at >= to || at > closedAt) continue;
      // Told only where it is a change of the ticket, as its `updated_at` says.
      if (ticketAt(life, at + justAfter)?.updatedAt !== at) continue;
      const { record } = ticketRecord(life, at + justAfter)!;
      const data = Object.fromEntries(Object.entries(ticketFields).map(([field, column]) => [field, record[column]]));
      yield { id: `evt-${id}-${at}`, type: at === createdAt ? 'ticket.created' : 'ticket.updated', at, data };
    }
  }
}
