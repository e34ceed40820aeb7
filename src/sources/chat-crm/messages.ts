import { SourceError } from '../source-error.ts';
import type { Visit, VisitStream } from '../stream.ts';
import { isUnsettled, messageValues } from './map.ts';
import { readAnswer, readEntries, type Workspace } from './read.ts';
import { message, messagePage } from './schema.ts';

/** The most messages the CRM gives on a page. */
const messagesPerPage = 100;

/** For how long after sending a status is expected to change, in hours. */
const statusHours = 72;

/**
 * Where a chat was read to. Oldest first, pages fill up and never change but at the end: the last page is where new
 * messages appear.
 */
interface ChatCursor {
  /** The page the visit under way reads next; absent between visits. */
  reading?: number;
  /** First page of the visit under way with a message whose status may still change. */
  unsettled?: number;
  /** Where the next visit begins: there, or at the last page. */
  from?: number;
  /** Messages of the chat at the last look, and on a page, by which pages are counted. */
  total?: number;
  limit?: number;
}

export function messageStream(
  workspace: Workspace,
  options: { by: 'poll' | 'webhook'; historyDays: number | undefined },
): VisitStream {
  const isNet = options.by === 'webhook';
  return {
    id: 'messages',
    what: 'the messages of every chat',
    shape: 'visit',
    of: 'contact',
    entity: 'message',
    everyMinutes: isNet ? 24 * 60 : 60,
    atLeastMinutes: 7 * 24 * 60,
    runEveryMinutes: isNet ? 60 : 5,
    refreshSlaMinutes: isNet ? 2 * 24 * 60 : 120,
    share: isNet ? 1 : 2,
    async visit(pace, chat) {
      const cursor: ChatCursor = chat.cursor;
      const page = cursor.reading ?? cursor.from ?? 1;
      const read = await readPage(workspace, pace, chat.id, page);
      if (read === undefined) return goneChat(pace.clock.now());
      const { sentAt, good, problems, pagination } = read;
      const isSettled = !good.some((one) => isUnsettled(one) && isRecent(one.timestamp, sentAt));
      const unsettled = cursor.unsettled ?? (isSettled ? undefined : page);
      const next = nextCursor(cursor, { ...pagination, page, unsettled, entries: read.entries });
      return {
        sentAt,
        entity: 'message',
        partial: false,
        records: good
          .filter((one) => isKept(one.timestamp, sentAt, options.historyDays))
          .map((one) => messageValues(chat.id, one)),
        cursor: { ...next },
        done: next.reading === undefined,
        activeAt: latest(good.map((one) => Temporal.Instant.from(one.timestamp))),
        problems,
      };
    },
  };
}

function nextCursor(
  last: ChatCursor,
  read: { page: number; unsettled: number | undefined; entries: number; total: number; limit: number },
): ChatCursor {
  const { page, unsettled, entries, total, limit } = read;
  // Fewer messages than before, or pages of another size: what is on which page is not known any more.
  const isShifted = page > 1 && (total < (last.total ?? 0) || (last.limit !== undefined && last.limit !== limit));
  if (isShifted) return { reading: 1 };
  if (entries > 0 && page * limit < total)
    return { reading: page + 1, total, limit, ...(unsettled === undefined ? {} : { unsettled }) };
  return { from: unsettled ?? page, total, limit };
}

async function readPage(workspace: Workspace, pace: Parameters<VisitStream['visit']>[0], chat: string, page: number) {
  try {
    const { body, sentAt } = await readAnswer(
      workspace,
      pace,
      { stream: 'messages', page: `chat ${chat} page ${page}` },
      {
        path: `/crm/chat/${encodeURIComponent(chat)}/messages`,
        query: { page, limit: messagesPerPage, sort: 'oldest' },
      },
      messagePage,
    );
    const { messages, pagination } = body.data;
    return { sentAt, entries: messages.length, pagination, ...readEntries(messages, message, 'message') };
  } catch (error) {
    if (error instanceof SourceError && error.failure === 'missing') return undefined;
    throw error;
  }
}

function goneChat(sentAt: Temporal.Instant): Visit {
  return { sentAt, entity: 'message', partial: false, records: [], cursor: {}, done: true, gone: true, problems: [] };
}

function isKept(at: string, now: Temporal.Instant, days: number | undefined): boolean {
  return days === undefined || now.since(Temporal.Instant.from(at)).total('hours') <= days * 24;
}

function isRecent(at: string, now: Temporal.Instant): boolean {
  return now.since(Temporal.Instant.from(at)).total('hours') <= statusHours;
}

function latest(instants: readonly Temporal.Instant[]): Temporal.Instant | undefined {
  return instants.reduce<Temporal.Instant | undefined>(
    (last, at) => (last && Temporal.Instant.compare(last, at) >= 0 ? last : at),
    undefined,
  );
}
