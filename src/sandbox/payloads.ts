import { messageObject } from './api/objects.ts';
import type { Json } from './json.ts';
import type { Message } from './message.ts';
import type { Store } from './store.ts';
import { appId, type Channel, type Person, team } from './workspace.ts';

/** The old verification token: Slack still sends it, nobody should look at it. */
export const verificationToken = 'sandbox-verification';

function shownName(channel: Channel): string {
  if (channel.kind === 'im') return 'directmessage';
  return channel.kind === 'private' ? 'privategroup' : channel.name;
}

export interface Links {
  triggerId: string;
  responseUrl: string;
}

export function commandPayload(command: string, text: string, user: Person, channel: Channel, links: Links): Json {
  return {
    ...{ token: verificationToken, team_id: team.id, team_domain: team.domain },
    ...{ channel_id: channel.id, channel_name: shownName(channel), user_id: user.id, user_name: user.name },
    ...{ command, text, api_app_id: appId, is_enterprise_install: 'false' },
    ...{ response_url: links.responseUrl, trigger_id: links.triggerId },
  };
}

export interface Pressed {
  message: Message;
  action: Json;
  /** What every input-like element of the message holds, by block and action id. */
  values: Json;
}

/** The `message` of an ephemeral one is not sent: Slack does not keep it. */
export function blockActionsPayload(
  pressed: Pressed,
  user: Person,
  channel: Channel,
  links: Links,
  where: { store: Store; base: string },
): Json {
  const { message, action, values } = pressed;
  const ephemeral = message.ephemeralTo !== undefined;
  return {
    type: 'block_actions',
    user: { id: user.id, username: user.name, name: user.name, team_id: team.id },
    ...{ api_app_id: appId, token: verificationToken },
    container: {
      ...{ type: 'message', message_ts: message.ts, channel_id: channel.id, is_ephemeral: ephemeral },
      ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    },
    trigger_id: links.triggerId,
    team: { id: team.id, domain: team.domain },
    ...{ enterprise: null, is_enterprise_install: false },
    channel: { id: channel.id, name: shownName(channel) },
    ...(ephemeral ? {} : { message: messageObject(message, where.store, where.base) }),
    state: { values },
    response_url: links.responseUrl,
    actions: [action],
  };
}
