/** A message as the oracle sees it; `at` in whole seconds since 1970. */
export interface OracleMessage {
  id: string;
  conversation: string | null;
  contact: string | null;
  direction: 'inbound' | 'outbound';
  sender: string | null;
  operator: string | null;
  campaign: string | null;
  channel: string | null;
  account: string | null;
  at: number;
}

export interface OracleRecord {
  id: string;
  contact: string | null;
  channel: string | null;
  status: string | null;
  started: number | null;
  closed: number | null;
  operator: string | null;
  team: string | null;
  account: string | null;
  handledBy: string | null;
  deleted: boolean;
}

export interface OracleResponse {
  id: string;
  asked: number;
  answered: number;
  waitedSince: number | null;
  operator: string | null;
}

/** A conversation: when it began, by whom, and the replies of persons in it. */
export interface OracleConversation {
  chat: string;
  started: number;
  direction: 'inbound' | 'outbound' | null;
  channel: string | null;
  status: string | null;
  account: string | null;
  operator: string | null;
  team: string | null;
  handledBy: string | null;
  firstReply: number | null;
  /** The first message that no person has replied to. */
  waitsSince: number | null;
  messages: OracleMessage[];
  responses: OracleResponse[];
  ended: number | null;
}

const silence = 24 * 3600;

const isReply = ({ direction, sender, campaign }: OracleMessage): boolean =>
  direction === 'outbound' && (sender === 'operator' || (sender === null && campaign === null));

/** Conversations straight from their words, message by message; slow and plain on purpose. */
export function conversationsOf(
  messages: readonly OracleMessage[],
  records: readonly OracleRecord[],
): OracleConversation[] {
  const ordered = messages.toSorted((a, b) => a.at - b.at || compare(a.direction, b.direction) || compare(a.id, b.id));
  const found: OracleConversation[] = [];
  // A conversation under the id of its contact is that contact's chat.
  const named = (one: OracleMessage) => (one.conversation === one.contact ? null : one.conversation);
  const ids = new Set([...records.map(({ id }) => id), ...ordered.flatMap((one) => named(one) ?? [])]);
  for (const id of ids) {
    const record = records.find((one) => one.id === id);
    if (record?.deleted) continue;
    const own = ordered.filter((message) => named(message) === id);
    const started = record?.started ?? own[0]?.at;
    if (started === undefined || (own.length === 0 && record?.contact === id)) continue;
    found.push(conversation(`c:${id}`, started, own, record));
  }
  const contacts = new Set(ordered.flatMap((one) => (named(one) === null ? (one.contact ?? []) : [])));
  for (const contact of contacts) {
    let open: OracleMessage[] = [];
    const close = () => {
      const record = records.find((one) => one.id === contact && !one.deleted);
      if (open.length > 0)
        found.push(conversation(`u:${contact}`, open[0]!.at, open, record && { ...record, handledBy: null }));
      open = [];
    };
    for (const message of ordered.filter((one) => named(one) === null && one.contact === contact)) {
      if (open.length > 0 && message.at - open.at(-1)!.at > silence) close();
      open.push(message);
    }
    close();
  }
  return found;
}

function conversation(
  chat: string,
  started: number,
  messages: OracleMessage[],
  record: OracleRecord | undefined,
): OracleConversation {
  const direction = messages[0]?.direction ?? null;
  const kinds = messages.filter((one) => one.direction === 'outbound');
  const human = kinds.some((one) => isReply(one) && (one.sender === 'operator' || one.operator !== null));
  const bot = kinds.some((one) => one.sender === 'bot');
  const operator = record?.operator ?? messages.find((one) => isReply(one) && one.operator !== null)?.operator ?? null;
  const responses: OracleResponse[] = [];
  let asked: number | null = null;
  for (const message of messages) {
    if (message.direction === 'inbound') asked ??= message.at;
    else if (isReply(message)) {
      if (asked !== null)
        responses.push({
          id: message.id,
          asked,
          answered: message.at,
          waitedSince: direction === 'inbound' && responses.length === 0 ? started : null,
          operator: message.operator ?? operator,
        });
      asked = null;
    }
  }
  const last = messages.at(-1)?.at ?? null;
  return {
    ...{ chat, started, direction, operator, messages, responses },
    channel: record?.channel ?? messages.find((one) => one.channel !== null)?.channel ?? null,
    status: record?.status ?? null,
    account: record?.account ?? messages.find((one) => one.account !== null)?.account ?? null,
    team: record?.team ?? null,
    handledBy: record?.handledBy ?? (human ? (bot ? 'mixed' : 'human') : bot ? 'bot' : null),
    waitsSince: asked,
    firstReply: direction === 'inbound' ? (responses[0]?.answered ?? null) : null,
    ended:
      record?.status === 'resolved'
        ? (record.closed ?? last)
        : record?.status == null
          ? (record?.closed ?? null)
          : null,
  };
}

/** Whether a conversation has a message in the 24 hours up to `at` and has not ended by then. */
export function isActiveAt({ messages, ended }: OracleConversation, at: number): boolean {
  return messages.some((one) => one.at <= at && one.at > at - silence) && (ended === null || ended > at);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
