import type { Directory } from '../directory.ts';
import { bot, slackbotId } from '../workspace.ts';

export function userName(id: string, directory: Directory): string {
  return id === slackbotId ? 'Slackbot' : (directory.person(id)?.realName ?? id);
}

export function channelName(id: string, directory: Directory): string {
  const channel = directory.channel(id);
  if (channel === undefined) return id;
  return channel.kind === 'im' ? bot.realName : channel.name;
}

export function initials(id: string, directory: Directory): string {
  return userName(id, directory)
    .split(' ')
    .map((word) => word[0] ?? '')
    .join('')
    .slice(0, 2);
}
