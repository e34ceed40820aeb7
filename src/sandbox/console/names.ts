import { bot, channelOf, personOf, slackbotId } from '../workspace.ts';

export function userName(id: string): string {
  if (id === slackbotId) return 'Slackbot';
  return id === bot.id ? bot.realName : (personOf(id)?.realName ?? id);
}

export function channelName(id: string): string {
  const channel = channelOf(id);
  if (channel === undefined) return id;
  return channel.kind === 'im' ? bot.realName : channel.name;
}

export function initials(id: string): string {
  return userName(id)
    .split(' ')
    .map((word) => word[0] ?? '')
    .join('')
    .slice(0, 2);
}
