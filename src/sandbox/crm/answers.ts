import { type ReportCounters, reportAt } from '../company/campaign-reports.ts';
import { campaignStatus, campaignsUntil } from '../company/campaigns.ts';
import { isoTime } from '../company/company.ts';
import { type ContactLife, contactAt } from '../company/contacts.ts';
import { type MessageLife, statusAt } from '../company/sessions.ts';
import type { Json } from '../json.ts';
import { fieldDefinitions, fieldValues } from './custom-fields.ts';
import type { World } from './world.ts';

/** What the API says as of a moment (epoch seconds). Pages count from 1. An unknown id is undefined. */
export interface Answers {
  contacts(now: number, page: Page): Json;
  contactsMatching(now: number, search: Search): Json;
  fieldValues(now: number, chatId: string): Json | undefined;
  fieldDefinitions(): Json;
  messages(now: number, chatId: string, page: Page, order: 'newest' | 'oldest'): Json | undefined;
  campaigns(now: number): Json;
  report(now: number, campaignId: string): Json | undefined;
}

export interface Page {
  page: number;
  limit: number;
  /** As if so many entries had come in front since. */
  shift: number;
}

export interface Search {
  field: 'email' | 'whatsapp_number' | 'name';
  value: string;
  condition: 'contains' | 'equal to' | 'starts with' | 'ends with';
}

/** How many campaigns the list says make a page. */
const campaignRows = 20;

export function createAnswers(world: World, options: { campaignsCutAtRows: boolean }): Answers {
  const { company, roster, chats } = world;
  const existing = (now: number, chatId: string) => {
    const life = roster.find(chatId, now);
    return life && contactAt(life, now);
  };
  return {
    contacts(now, page) {
      // Newest first, though nobody promised it: whoever comes in pushes the others one place down.
      const present = roster.present(now);
      const data = cut(present, page).flatMap((index) => contactEntry(contactAt(roster.life(index), now)));
      return { success: true, data, pagination: paging(page, present.length) };
    },
    contactsMatching(now, search) {
      const data = roster.present(now).flatMap((index) => {
        const contact = contactAt(roster.life(index), now);
        return contact && fits(contact, search) ? contactEntry(contact) : [];
      });
      return { success: true, data };
    },
    fieldValues(now, chatId) {
      const contact = existing(now, chatId);
      return contact && { success: true, data: fieldValues(contact) };
    },
    fieldDefinitions: () => ({ success: true, data: fieldDefinitions }),
    messages(now, chatId, page, order) {
      const contact = existing(now, chatId);
      if (!contact) return undefined;
      const all = chats.chat(contact.index, now).messages;
      // The future is hidden.
      const count = all.findIndex((message) => message.at >= now);
      const said = count < 0 ? all : all.slice(0, count);
      const messages = cut(order === 'oldest' ? said : said.toReversed(), page).map((life) => messageEntry(life, now));
      return { success: true, data: { messages, pagination: paging(page, said.length) } };
    },
    campaigns(now) {
      const all = campaignsUntil(company, now).toReversed();
      const shown = options.campaignsCutAtRows ? all.slice(0, campaignRows) : all;
      const data = shown.map((life) => ({
        campaign_id: life.id,
        name: life.name,
        status: campaignStatus(life, now),
        created_at: isoTime(life.createdAt),
        scheduled_at:
          life.plannedAt !== undefined && life.plannedAt < now && life.scheduledFor !== undefined
            ? isoTime(life.scheduledFor)
            : null,
      }));
      return { success: true, data, count: all.length, page: 1, rows: campaignRows };
    },
    report(now, campaignId) {
      const life = campaignsUntil(company, now).find(({ id }) => id === campaignId);
      if (!life) return undefined;
      const metrics = reportAt(company, roster, life, now);
      const fields = { campaign_id: life.id, name: life.name, metrics, ...rates(metrics) };
      return life.nested ? { success: true, data: fields } : { success: true, ...fields };
    },
  };
}

function cut<T>(all: readonly T[], { page, limit, shift }: Page): readonly T[] {
  const from = Math.max(0, (page - 1) * limit - shift);
  return all.slice(from, Math.max(0, page * limit - shift));
}

function paging({ page, limit }: Page, total: number): Json {
  return { page, limit, total };
}

/** Absent rather than null where the CRM knows nothing; some are null all the same, as the description allows. */
function contactEntry(contact: (ContactLife & { updatedAt: number }) | undefined): Json[] {
  if (!contact) return [];
  const { id, phone, email, name, createdAt, tellsCreation, index } = contact;
  const entry: Json = { chat_id: id };
  if (phone !== undefined) entry.whatsapp_number = phone;
  if (email !== undefined) entry.email = email;
  else if (index % 2 === 0) entry.email = null;
  entry.name = name;
  if (tellsCreation) entry.created_at = isoTime(createdAt);
  return [entry];
}

function messageEntry(life: MessageLife, now: number): Json {
  return {
    message_id: life.id,
    type: life.type,
    content: life.content ?? null,
    direction: life.direction,
    status: statusAt(life, now).status,
    timestamp: isoTime(life.at),
  };
}

function fits(contact: ContactLife, { field, value, condition }: Search): boolean {
  const text = (field === 'email' ? contact.email : field === 'name' ? contact.name : contact.phone)?.toLowerCase();
  const wanted = value.toLowerCase();
  if (text === undefined) return false;
  if (condition === 'contains') return text.includes(wanted);
  if (condition === 'equal to') return text === wanted;
  return condition === 'starts with' ? text.startsWith(wanted) : text.endsWith(wanted);
}

/** Rates as text, read and reply as shares of what was delivered; without any the CRM says 0%. */
function rates({ total_recipients, delivered, read, replied }: ReportCounters): Json {
  const percent = (part: number, whole: number) => `${whole === 0 ? 0 : Math.round((1000 * part) / whole) / 10}%`;
  return {
    delivery_rate: percent(delivered, total_recipients),
    read_rate: percent(read, delivered),
    reply_rate: percent(replied, delivered),
  };
}
