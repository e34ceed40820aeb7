import { askAbout } from './action-ids.ts';

/** One thing a person did, as Slack reports it, reduced to what we use. */
export interface Incoming {
  kind: 'command' | 'action';
  /** `/kpi`, or the action id without its number. */
  name: string;
  /** What was typed behind the command, or the command that the pressed button carries. */
  words: string;
  /** The option that was chosen from a menu. */
  chosen: string | undefined;
  userId: string;
  channelId: string;
  responseUrl: string | undefined;
  /** Unique to this one thing the person did, also when Slack sends it again. */
  key: string | undefined;
  /** The message whose button was pressed; undefined for commands. */
  messageId: string | undefined;
  /** What an answer through the response URL does to the message: a command has none, a shared one must stay. */
  target: 'none' | 'own message' | 'shared message';
}

/** Reads a verified payload; null for what the bot does not listen to (views, shortcuts, events). */
export function readIncoming(body: unknown): Incoming | null {
  const payload = record(body);
  const common = { responseUrl: text(payload.response_url) };
  if (typeof payload.command === 'string') {
    return {
      ...common,
      kind: 'command',
      name: payload.command,
      words: text(payload.text) ?? '',
      chosen: undefined,
      userId: text(payload.user_id) ?? '',
      channelId: text(payload.channel_id) ?? '',
      key: keyOf('command', payload),
      messageId: undefined,
      target: 'none',
    };
  }
  const action = record(Array.isArray(payload.actions) ? payload.actions[0] : undefined);
  if (payload.type !== 'block_actions' || typeof action.action_id !== 'string') return null;
  const container = record(payload.container);
  const about = text(action.block_id)?.startsWith(askAbout) ? String(action.block_id).slice(askAbout.length) : '';
  return {
    ...common,
    kind: 'action',
    name: action.action_id.replace(/:\w+$/, ''),
    words: text(action.value) ?? about,
    chosen: text(record(action.selected_option).value),
    userId: text(record(payload.user).id) ?? '',
    channelId: text(record(payload.channel).id) ?? text(container.channel_id) ?? '',
    key: keyOf('action', payload),
    messageId: text(container.message_ts),
    target: container.is_ephemeral === true ? 'own message' : 'shared message',
  };
}

function keyOf(kind: string, payload: Record<string, unknown>): string | undefined {
  const trigger = text(payload.trigger_id);
  return trigger === undefined ? undefined : `${kind} ${trigger}`;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
