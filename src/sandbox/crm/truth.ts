import { reportAt, touchesOf } from '../company/campaign-reports.ts';
import { campaignsUntil } from '../company/campaigns.ts';
import { isoTime } from '../company/company.ts';
import { contactAt } from '../company/contacts.ts';
import type { Json } from '../json.ts';
import { campaignRow, contactRow, conversationRow, messageRow } from './rows.ts';
import type { TapStream } from './tap-stream.ts';
import type { World } from './world.ts';

/** What a perfect copy of the CRM holds at a moment, by the names of the entities' fields; made as it is read. */
export interface Truth {
  /** Entities of which there is a truth. */
  readonly entities: readonly string[];
  /**
   * The fields of an entity that the API alone tells: of the rest a copy knows what webhooks told since they were set up.
   * Of a contact the API leaves out the time of creation for some, and the last four come from its custom fields.
   */
  readonly toldByApi: Readonly<Record<string, readonly string[]>>;
  /** Rows of an entity, in no order one could rely on. Throws for an entity there is no truth of. */
  rows(entity: string): Iterable<Json>;
  /** Contacts deleted by then: their chats have left with them, a copy may keep what it had of those. */
  deletedContacts(): Json[];
}

const toldByApi: Truth['toldByApi'] = {
  contact: ['id', 'name', 'phone', 'email', 'created_at', 'segment', 'source', 'account_id', 'fields'],
  message: ['id', 'conversation_id', 'contact_id', 'direction', 'type', 'status', 'text', 'sent_at'],
  campaign: ['id', 'name', 'status', 'created_at', 'scheduled_at'],
  campaign_report: ['campaign_id', 'recipients', 'delivered', 'read', 'replied', 'failed'],
};

/** As of `now`, epoch seconds. */
export function truthAt(world: World, streams: readonly TapStream[], now: number): Truth {
  const { company, roster, chats } = world;
  function* contacts(): Generator<Json> {
    for (const index of roster.present(now)) yield contactRow(contactAt(roster.life(index), now)!);
  }
  function* messages(): Generator<Json> {
    for (const index of roster.present(now)) {
      const { contact, messages: all } = chats.chat(index, now);
      for (const message of all) {
        if (message.at >= now) break;
        yield messageRow(message, contact, now);
      }
    }
  }
  function* conversations(): Generator<Json> {
    for (const index of roster.present(now)) {
      const row = conversationRow(chats.chat(index, now), now);
      if (row) yield row;
    }
  }
  function* campaigns(): Generator<Json> {
    for (const life of campaignsUntil(company, now)) yield campaignRow(world, life, now);
  }
  /** The counters as they stand, without the moment at which somebody looks. */
  function* reports(): Generator<Json> {
    for (const life of campaignsUntil(company, now)) {
      const { total_recipients: recipients, ...counters } = reportAt(company, roster, life, now);
      yield { campaign_id: life.id, recipients, ...counters };
    }
  }
  function* recipients(): Generator<Json> {
    const orNull = (at: number | undefined) => (at === undefined || at >= now ? null : isoTime(at));
    for (const life of campaignsUntil(company, now))
      for (const [contact, { message, repliedAt }] of touchesOf(company, roster, life)) {
        if (message.at >= now || (contact.deletedAt !== undefined && contact.deletedAt < now)) continue;
        yield {
          campaign_id: life.id,
          contact_id: contact.id,
          sent_at: isoTime(message.at),
          delivered_at: orNull(message.deliveredAt),
          read_at: orNull(message.readAt),
          replied_at: orNull(repliedAt),
          failed_at: orNull(message.failed?.at),
        };
      }
  }
  const made: Record<string, () => Iterable<Json>> = {
    contact: contacts,
    message: messages,
    conversation: conversations,
    campaign: campaigns,
    campaign_report: reports,
    campaign_recipient: recipients,
  };
  for (const { entity, fields, records } of streams)
    made[entity] = function* () {
      for (const { record } of records(now, Number.NEGATIVE_INFINITY))
        yield Object.fromEntries(Object.entries(fields).map(([field, column]) => [field, record[column]]));
    };
  return {
    entities: Object.keys(made),
    toldByApi,
    rows(entity) {
      const rows = made[entity];
      if (!rows) throw new Error(`there is no truth of ${entity}`);
      return rows();
    },
    deletedContacts() {
      const gone: Json[] = [];
      for (let index = roster.created(now) - 1; index >= 0; index--) {
        const deletedAt = roster.deletedAt(index);
        if (deletedAt !== undefined && deletedAt < now)
          gone.push({ id: roster.life(index).id, deleted_at: isoTime(deletedAt) });
      }
      return gone;
    },
  };
}
