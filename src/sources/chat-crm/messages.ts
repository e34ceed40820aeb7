import { SourceError } from '../source-error.ts';
import type { Visit, VisitStream } from '../stream.ts';
import { isUnsettled, messageValues } from './map.ts';
import { readAnswer, readEntries, type Workspace } from './read.ts';
import { message, messagePage } from './schema.ts';

/** The most messages the CRM gives on a page. */
const messagesPerPage = 100;

/** For how long after sending a status is expected to change, in hours. */
const statusHours = 72;

/** Readings of a page that does not fit before it is taken as it is. */
const mostStrikes = 3;

/** The last message of a page: the next page goes on behind it. */
interface End {
  id: string;
  at: string;
}

/**
 * Where a chat was read to. Oldest first, pages fill up and never change but at the end: the last page is where new
 * messages appear.
 */
interface ChatCursor {
  /** The page the visit under way reads next; absent between visits. */
  reading?: number;
  /** Where the next visit begins. */
  from?: number;
  /** What the page that is read next goes on behind. */
  behind?: End | undefined;
  /** First page of the visit under way with a message whose status may still change, and what it goes on behind. */
  unsettled?: { page: number; behind: End | undefined } | undefined;
  /** Messages of the chat at the last look, and on a page, by which pages are counted. */
  total?: number;
  limit?: number;
  /** Times the page to read did not fit. */
  strikes?: number;
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
      const next = nextCursor(cursor, { ...pagination, page, isSettled, entries: read.entries, ends: endsOf(good) });
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

interface ReadPage {
  page: number;
  isSettled: boolean;
  entries: number;
  ends: { first: End; last: End } | undefined;
  total: number;
  limit: number;
}

function nextCursor(last: ChatCursor, read: ReadPage): ChatCursor {
  const { page, entries, ends, total, limit } = read;
  const { behind, strikes = 0 } = last;
  // Fewer messages than before, or pages of another size: what is on which page is not known any more.
  const isShifted = page > 1 && (total < (last.total ?? 0) || (last.limit !== undefined && last.limit !== limit));
  if (isShifted) return { reading: 1 };
  const expected = Math.max(0, Math.min(limit, total - (page - 1) * limit));
  if ((entries !== expected || !follows(ends?.first, behind)) && strikes < mostStrikes)
    return { ...last, reading: page, strikes: strikes + 1 };
  const unsettled = last.unsettled ?? (read.isSettled ? undefined : { page, behind });
  if (entries > 0 && page * limit < total)
    return { reading: page + 1, behind: ends?.last ?? behind, unsettled, total, limit };
  const from = unsettled ?? { page, behind };
  return { from: from.page, behind: from.behind, total, limit };
}

/** Whether a page goes on where the one before ended: one that begins earlier was meant for another place. */
function follows(first: End | undefined, behind: End | undefined): boolean {
  if (!first || !behind) return true;
  return first.id !== behind.id && Temporal.Instant.compare(first.at, behind.at) >= 0;
}

function endsOf(messages: readonly { message_id: string; timestamp: string }[]): ReadPage['ends'] {
  const end = ({ message_id: id, timestamp: at }: { message_id: string; timestamp: string }): End => ({ id, at });
  const [first, last] = [messages[0], messages.at(-1)];
  return first && last ? { first: end(first), last: end(last) } : undefined;
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
