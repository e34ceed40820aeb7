import { askAbout } from './action-ids.ts';
import { typedText } from './text.ts';

/**
 * The way back to the person: through Slack's response address, as a message only they see, as a message in their direct
 * conversation with the bot, on their Home, or none because nobody waits.
 */
export type WayBack = 'response url' | 'ephemeral' | 'direct' | 'home' | 'none';

/** One thing a person did, or that became known of one, as Slack reports it, reduced to what we use. */
export interface Incoming {
  kind: 'command' | 'action' | 'form' | 'mention' | 'direct' | 'home' | 'user change';
  way: WayBack;
  /** `/kpi`, the action id without its number, a form's callback id; the kind's own name for everything else. */
  name: string;
  /** What was typed, the command that the pressed button carries, or what a form keeps in its metadata. */
  words: string;
  /** The option that was chosen from a menu. */
  chosen: string | undefined;
  userId: string;
  channelId: string;
  /** Where a mention stood in a thread, the answer does too. */
  threadId: string | undefined;
  responseUrl: string | undefined;
  /** Unique to this one thing the person did, also when Slack sends it again. */
  key: string | undefined;
  /** The message whose button was pressed; undefined for everything else. */
  messageId: string | undefined;
  /** What an answer does to the message: a command has none, one that others read must stay. */
  target: 'none' | 'own message' | 'shared message';
  /** Opens a modal within three seconds, once; undefined where nothing was pressed or typed. */
  triggerId: string | undefined;
  /** The modal or Home in which it was done. */
  view: IncomingView | undefined;
  /** The user as an event describes it. */
  reported: unknown;
}

export interface IncomingView {
  id: string;
  type: 'modal' | 'home';
  /** Of what the person saw: an update that names it fails when the view has changed since. */
  hash: string | undefined;
  metadata: string;
  /** What is filled in, by block id; several where several can be chosen, empty where nothing is. */
  values: Readonly<Record<string, readonly string[]>>;
}

const nothing = {
  words: '',
  chosen: undefined,
  channelId: '',
  threadId: undefined,
  responseUrl: undefined,
  key: undefined,
  messageId: undefined,
  target: 'none',
  triggerId: undefined,
  view: undefined,
  reported: undefined,
} as const;

/**
 * Reads a verified payload; null for what the bot does not listen to (closed views, shortcuts, what bots say, the bot's own
 * messages). `botUserId` is taken out of what was said to the bot.
 */
export function readIncoming(body: unknown, botUserId?: string): Incoming | null {
  const payload = record(body);
  if (typeof payload.command === 'string') return readCommand(payload);
  if (payload.type === 'block_actions') return readAction(payload);
  if (payload.type === 'view_submission') return readForm(payload);
  return payload.type === 'event_callback' ? readEvent(payload, botUserId) : null;
}

function readCommand(payload: Fields): Incoming {
  return {
    ...nothing,
    kind: 'command',
    way: 'response url',
    name: String(payload.command),
    words: text(payload.text) ?? '',
    userId: text(payload.user_id) ?? '',
    channelId: text(payload.channel_id) ?? '',
    responseUrl: text(payload.response_url),
    key: keyOf('command', payload.trigger_id),
    triggerId: text(payload.trigger_id),
  };
}

function readAction(payload: Fields): Incoming | null {
  const action = record(Array.isArray(payload.actions) ? payload.actions[0] : undefined);
  if (typeof action.action_id !== 'string') return null;
  const container = record(payload.container);
  const channelId = text(record(payload.channel).id) ?? text(container.channel_id) ?? '';
  const view = viewOf(payload.view);
  const about = text(action.block_id)?.startsWith(askAbout) ? String(action.block_id).slice(askAbout.length) : '';
  return {
    ...nothing,
    kind: 'action',
    // What is done in a modal is answered in the modal.
    way: view === undefined ? 'response url' : view.type === 'home' ? 'home' : 'none',
    name: action.action_id.replace(/:\d+$/, ''),
    words: text(action.value) ?? about,
    chosen: text(record(action.selected_option).value),
    userId: text(record(payload.user).id) ?? '',
    channelId,
    responseUrl: text(payload.response_url),
    key: keyOf('action', payload.trigger_id),
    messageId: text(container.message_ts),
    target: container.is_ephemeral === true || isDirect(channelId) ? 'own message' : 'shared message',
    triggerId: text(payload.trigger_id),
    view,
  };
}

/** A form that was sent. The same one sent twice is one thing done, as long as it was not sent back. */
function readForm(payload: Fields): Incoming | null {
  const view = viewOf(payload.view);
  const name = text(record(payload.view).callback_id);
  if (view === undefined || name === undefined) return null;
  return {
    ...nothing,
    ...{ kind: 'form', way: 'none', name, words: view.metadata, view },
    userId: text(record(payload.user).id) ?? '',
    key: keyOf('form', `${view.id} ${view.hash ?? ''}`),
    triggerId: text(payload.trigger_id),
  };
}

function viewOf(value: unknown): IncomingView | undefined {
  const view = record(value);
  const id = text(view.id);
  if (id === undefined) return undefined;
  const values = Object.entries(record(record(view.state).values)).map(
    ([block, held]) => [block, Object.values(record(held)).flatMap(heldBy)] as const,
  );
  return {
    ...{ id, type: view.type === 'home' ? 'home' : 'modal', hash: text(view.hash) },
    metadata: text(view.private_metadata) ?? '',
    values: Object.fromEntries(values),
  };
}

/** Every element reports what it holds in a field of its own. */
function heldBy(value: unknown): string[] {
  const held = record(value);
  const options = Array.isArray(held.selected_options) ? held.selected_options : [held.selected_option];
  return [
    ...[held.value, held.selected_time, held.selected_conversation],
    ...options.map((option) => record(option).value),
  ].flatMap((one) => text(one) ?? []);
}

function readEvent(payload: Fields, botUserId: string | undefined): Incoming | null {
  const event = record(payload.event);
  const userId = text(event.user) ?? '';
  const channelId = text(event.channel) ?? '';
  const key = keyOf('event', payload.event_id);
  switch (event.type) {
    case 'app_mention':
    case 'message': {
      const direct = event.type === 'message';
      // What is edited, deleted, or said by bots (this one too) asks nothing.
      const spoken = event.subtype === undefined && event.bot_id === undefined && userId !== botUserId;
      if (!spoken || userId === '' || (direct && event.channel_type !== 'im')) return null;
      return {
        ...nothing,
        ...(direct
          ? { kind: 'direct', way: 'direct', name: 'message' }
          : { kind: 'mention', way: 'ephemeral', name: 'mention' }),
        words: typedText(text(event.text) ?? '', botUserId),
        userId,
        channelId,
        threadId: text(event.thread_ts),
        // The same words reported as two events are one question.
        key: keyOf('message', text(event.ts) && `${channelId} ${text(event.ts)}`) ?? key,
      };
    }
    case 'app_home_opened':
      // Without `tab` it is an old client's; the tab with the messages shows no Home.
      if (event.tab !== undefined && event.tab !== 'home') return null;
      return { ...nothing, kind: 'home', way: 'home', name: 'home', userId, key };
    case 'user_change': {
      const reported = record(event.user);
      // Harmless when it comes twice, and too frequent to be remembered one by one: no key.
      return {
        ...nothing,
        kind: 'user change',
        way: 'none',
        name: 'user change',
        userId: text(reported.id) ?? '',
        reported,
      };
    }
    default:
      return null;
  }
}

/** A conversation with nobody else in it. */
export function isDirect(channelId: string): boolean {
  return channelId.startsWith('D');
}

function keyOf(kind: string, id: unknown): string | undefined {
  return text(id) === undefined ? undefined : `${kind} ${text(id)}`;
}

type Fields = Record<string, unknown>;

function record(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
