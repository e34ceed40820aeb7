import { SourceError } from '../source-error.ts';
import type { Cursor, Visit, VisitStream } from '../stream.ts';
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
  /** Where the next visit begins: the first page with a message whose status may change, at the latest the last page. */
  from?: number;
  /** Messages of the chat at the last look. */
  total?: number;
  /** Messages of a page, by which pages are counted. */
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
    watermark: 'every object',
    async visit(pace, chat) {
      const cursor: ChatCursor = chat.cursor;
      const page = cursor.reading ?? cursor.from ?? 1;
      const read = await readPage(workspace, pace, chat.id, page);
      if (read === undefined) return goneChat(pace.clock.now());
      const { sentAt, good, problems, pagination } = read;
      const { total, limit } = pagination;
      // Fewer messages than before, or pages of another size: what is on which page is not known any more.
      const shifted =
        page > 1 && (total < (cursor.total ?? 0) || (cursor.limit !== undefined && cursor.limit !== limit));
      const hasNext = read.entries > 0 && page * limit < total;
      const oldest =
        options.historyDays === undefined ? undefined : sentAt.subtract({ hours: 24 * options.historyDays });
      const kept = good.filter((one) => !oldest || Temporal.Instant.compare(one.timestamp, oldest) >= 0);
      const waiting = good.some((one) => isUnsettled(one) && isRecent(one.timestamp, sentAt));
      const firstUnsettled = waiting ? Math.min(cursor.reading ? (cursor.from ?? page) : page, page) : undefined;
      const from = firstUnsettled ?? (cursor.reading ? cursor.from : undefined);
      const next: ChatCursor = shifted
        ? { reading: 1 }
        : hasNext
          ? { reading: page + 1, total, limit, ...(from === undefined ? {} : { from }) }
          : { from: from ?? page, total, limit };
      return {
        sentAt,
        records: [{ entity: 'message', partial: false, values: kept.map((one) => messageValues(chat.id, one)) }],
        cursor: next as Cursor,
        done: !shifted && !hasNext,
        activeAt: latest(good.map((one) => Temporal.Instant.from(one.timestamp))),
        problems,
      };
    },
  };
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
  return { sentAt, records: [], cursor: {}, done: true, gone: true, problems: [] };
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
