import type { Clock } from '../lib/clock.ts';
import { createDirectory, type Directory } from './directory.ts';
import type { SlackFile } from './files.ts';
import type { Message } from './message.ts';
import type { Signal } from './signal.ts';
import { type Channel, isMember, type Person } from './workspace.ts';

/** A typed command and what became of it: kept for the console only, Slack itself shows no trace of it. */
export interface CommandEcho {
  ts: string;
  channel: string;
  user: string;
  text: string;
  /** Place among the messages: see `Message.order`. */
  order: number;
  state: 'sending' | 'acknowledged' | 'failed';
}

/** Something that happened to a message; `before` is what it was, the message itself when it is new. */
export interface MessageChange {
  kind: 'posted' | 'changed' | 'removed';
  message: Message;
  before: Message;
}

type Draft = Omit<Message, 'ts' | 'order' | 'version' | 'edited' | 'files' | 'broadcast' | 'threadTs' | 'ephemeralTo'> &
  Partial<Pick<Message, 'files' | 'broadcast' | 'threadTs' | 'ephemeralTo'>>;

/** Everything the workspace remembers. Every change goes through here, counts up `revision` and tells `signal`. */
export interface Store {
  /** Also told about what changes nothing to see, such as an API call: `revision` tells the two apart. */
  readonly signal: Signal;
  /** Who and what there is; its changes count as changes here. */
  readonly directory: Directory;
  revision(): number;
  /** Tells `listener` of every message that is posted, changed or removed, right after it. */
  watch(listener: (change: MessageChange) => void): void;
  post(draft: Draft): Message;
  /** Changes content, keeps identity; `edited` sets Slack's "(edited)" mark. */
  revise(message: Message, changes: Partial<Omit<Message, 'ts' | 'order' | 'channel' | 'version'>>): Message;
  remove(message: Message): void;
  find(channel: string, ts: string): Message | undefined;
  /** The answers to a message that everybody sees, oldest first. */
  replies(parent: Message): Message[];
  /** Every message of a channel that everybody sees, oldest first. */
  everybodys(channel: string): Message[];
  /** What `user` sees in `channel`, oldest first: nothing for strangers, ephemerals only when addressed. */
  visible(channel: string, user: string): Message[];
  addFile(file: Omit<SlackFile, 'id' | 'createdAt'>): SlackFile;
  file(id: string): SlackFile | undefined;
  changeFile(file: SlackFile, changes: Partial<Omit<SlackFile, 'id'>>): void;
  echo(echo: Omit<CommandEcho, 'ts' | 'order' | 'state'>): CommandEcho;
  settleEcho(echo: CommandEcho, state: CommandEcho['state']): void;
  echoes(channel: string, user: string): CommandEcho[];
  /** Says that something changed which the store does not hold itself. */
  touch(): void;
  /** A timestamp on the sandbox's clock that was never given before. */
  nextTs(): string;
  /** Deterministic ids: prefix, then a counter in base 36, as long as Slack's. */
  nextId(prefix: string): string;
}

const aSecondInMicros = 1_000_000n;

export function createStore(
  clock: Clock,
  signal: Signal,
  moreChannels: readonly Channel[] = [],
  morePeople: readonly Person[] = [],
): Store {
  const messages = new Map<string, Message[]>();
  const files = new Map<string, SlackFile>();
  const echoes: CommandEcho[] = [];
  const watchers: ((change: MessageChange) => void)[] = [];
  const usedMicros = new Set<bigint>();
  let lastMicros = 0n;
  let placed = 0;
  let ids = 0;
  let revision = 0;

  function changed(): void {
    revision += 1;
    signal.emit();
  }
  const directory = createDirectory(changed, moreChannels, morePeople);

  // Two messages never share a timestamp. A clock that stands still makes them count on from the last one; a clock that
  // was set back makes them say so, which is why the order of messages is not that of their timestamps.
  function nextTs(): string {
    const now = clock.now().epochNanoseconds / 1000n;
    const standsStill = now <= lastMicros && lastMicros - now < aSecondInMicros;
    lastMicros = standsStill ? lastMicros + 1n : now;
    while (usedMicros.has(lastMicros)) lastMicros += 1n;
    usedMicros.add(lastMicros);
    return `${lastMicros / 1_000_000n}.${String(lastMicros % 1_000_000n).padStart(6, '0')}`;
  }

  function nextId(prefix: string): string {
    ids += 1;
    return `${prefix}0SBX${ids.toString(36).toUpperCase().padStart(6, '0')}`;
  }

  function tell(kind: MessageChange['kind'], message: Message, before: Message): void {
    for (const watcher of watchers) watcher({ kind, message, before });
  }

  function inChannel(channel: string): Message[] {
    const list = messages.get(channel) ?? [];
    messages.set(channel, list);
    return list;
  }

  function shared(channel: string): Message[] {
    return inChannel(channel).filter(({ ephemeralTo }) => ephemeralTo === undefined);
  }

  function mayRead(channel: Channel | undefined, user: string): boolean {
    return channel !== undefined && (channel.kind === 'public' || isMember(channel, user));
  }

  return {
    signal,
    directory,
    revision: () => revision,
    watch: (listener) => void watchers.push(listener),
    touch: changed,
    nextTs,
    nextId,
    post(draft) {
      const message: Message = {
        files: [],
        broadcast: false,
        threadTs: undefined,
        ephemeralTo: undefined,
        ...draft,
        ts: nextTs(),
        order: ++placed,
        edited: false,
        version: 1,
      };
      inChannel(message.channel).push(message);
      changed();
      tell('posted', message, message);
      return message;
    },
    revise(message, changes) {
      const before = { ...message };
      Object.assign(message, changes, { version: message.version + 1 });
      changed();
      tell('changed', message, before);
      return message;
    },
    remove(message) {
      messages.set(
        message.channel,
        inChannel(message.channel).filter((other) => other !== message),
      );
      changed();
      tell('removed', message, message);
    },
    find: (channel, ts) => inChannel(channel).find((message) => message.ts === ts),
    replies: ({ channel, ts }) => shared(channel).filter(({ threadTs }) => threadTs === ts),
    everybodys: shared,
    visible(channel, user) {
      if (!mayRead(directory.channel(channel), user)) return [];
      return inChannel(channel).filter(({ ephemeralTo }) => ephemeralTo === undefined || ephemeralTo === user);
    },
    addFile(file) {
      const added = { ...file, id: nextId('F'), createdAt: clock.now() };
      files.set(added.id, added);
      return added;
    },
    file: (id) => files.get(id),
    changeFile(file, changes) {
      Object.assign(file, changes);
      changed();
    },
    echo(echo) {
      const kept: CommandEcho = { ...echo, ts: nextTs(), order: ++placed, state: 'sending' };
      echoes.push(kept);
      changed();
      return kept;
    },
    settleEcho(echo, state) {
      echo.state = state;
      changed();
    },
    echoes: (channel, user) => echoes.filter((echo) => echo.channel === channel && echo.user === user),
  };
}
