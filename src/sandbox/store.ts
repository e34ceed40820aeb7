import type { Clock } from '../lib/clock.ts';
import type { SlackFile } from './files.ts';
import type { Message } from './message.ts';
import type { Signal } from './signal.ts';
import type { View } from './view.ts';
import { type Channel, channelOf, isMember } from './workspace.ts';

/** A typed command and what became of it: kept for the console only, Slack itself shows no trace of it. */
export interface CommandEcho {
  ts: string;
  channel: string;
  user: string;
  text: string;
  state: 'sending' | 'acknowledged' | 'failed';
}

type Draft = Omit<Message, 'ts' | 'version' | 'edited' | 'files' | 'broadcast' | 'threadTs' | 'ephemeralTo'> &
  Partial<Pick<Message, 'files' | 'broadcast' | 'threadTs' | 'ephemeralTo'>>;

/** Everything the workspace remembers. Every change goes through here, counts up `revision` and tells `signal`. */
export interface Store {
  /** Also told about what changes nothing to see, such as an API call: `revision` tells the two apart. */
  readonly signal: Signal;
  revision(): number;
  post(draft: Draft): Message;
  /** Changes content, keeps identity; `edited` sets Slack's "(edited)" mark. */
  revise(message: Message, changes: Partial<Omit<Message, 'ts' | 'channel' | 'version'>>): Message;
  remove(message: Message): void;
  find(channel: string, ts: string): Message | undefined;
  /** What `user` sees in `channel`, oldest first: nothing for strangers, ephemerals only when addressed. */
  visible(channel: string, user: string): Message[];
  addFile(file: Omit<SlackFile, 'id' | 'createdAt'>): SlackFile;
  file(id: string): SlackFile | undefined;
  changeFile(file: SlackFile, changes: Partial<Omit<SlackFile, 'id'>>): void;
  echo(echo: Omit<CommandEcho, 'ts' | 'state'>): CommandEcho;
  settleEcho(echo: CommandEcho, state: CommandEcho['state']): void;
  echoes(channel: string, user: string): CommandEcho[];
  views: Map<string, View>;
  homes: Map<string, View>;
  /** A fresh, strictly increasing timestamp on the sandbox's clock. */
  nextTs(): string;
  /** Deterministic ids: prefix, then a counter in base 36, as long as Slack's. */
  nextId(prefix: string): string;
}

export function createStore(clock: Clock, signal: Signal): Store {
  const messages = new Map<string, Message[]>();
  const files = new Map<string, SlackFile>();
  const echoes: CommandEcho[] = [];
  let lastMicros = 0n;
  let ids = 0;
  let revision = 0;

  function changed(): void {
    revision += 1;
    signal.emit();
  }

  // Two messages never share a timestamp, even when the clock stands still or is set back.
  function nextTs(): string {
    const now = clock.now().epochNanoseconds / 1000n;
    lastMicros = now > lastMicros ? now : lastMicros + 1n;
    return `${lastMicros / 1_000_000n}.${String(lastMicros % 1_000_000n).padStart(6, '0')}`;
  }

  function nextId(prefix: string): string {
    ids += 1;
    return `${prefix}0SBX${ids.toString(36).toUpperCase().padStart(6, '0')}`;
  }

  function inChannel(channel: string): Message[] {
    const list = messages.get(channel) ?? [];
    messages.set(channel, list);
    return list;
  }

  function mayRead(channel: Channel | undefined, user: string): boolean {
    return channel !== undefined && (channel.kind === 'public' || isMember(channel, user));
  }

  return {
    signal,
    revision: () => revision,
    views: new Map(),
    homes: new Map(),
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
        edited: false,
        version: 1,
      };
      inChannel(message.channel).push(message);
      changed();
      return message;
    },
    revise(message, changes) {
      Object.assign(message, changes, { version: message.version + 1 });
      changed();
      return message;
    },
    remove(message) {
      messages.set(
        message.channel,
        inChannel(message.channel).filter((other) => other !== message),
      );
      changed();
    },
    find: (channel, ts) => inChannel(channel).find((message) => message.ts === ts),
    visible(channel, user) {
      if (!mayRead(channelOf(channel), user)) return [];
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
      const kept: CommandEcho = { ...echo, ts: nextTs(), state: 'sending' };
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
