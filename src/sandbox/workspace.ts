/**
 * The one workspace the sandbox knows, as every sandbox begins: who is in it, which channels there are, who is a member of
 * what. Ids are stable, so tests, demo data and documentation can name them.
 */
export const teamId = 'T0CREMA001';
export const appId = 'A0CREMA001';
export const botUserId = 'U0CREMA001';
export const botId = 'B0CREMA001';
/** Slack's own messenger: it tells people that a command failed. */
export const slackbotId = 'USLACKBOT';

export const team = { id: teamId, name: 'Lumen Goods', domain: 'lumen-goods' } as const;

export interface Person {
  id: string;
  /** Handle, as `user_name` in slash commands. */
  name: string;
  realName: string;
  email: string;
  title: string;
  /** BCP 47 with a hyphen, as Slack sends it. */
  locale: string;
  /** IANA zone. */
  tz: string;
  isBot: boolean;
  isAdmin: boolean;
  isOwner: boolean;
  /** Deactivated: knows the workspace no more, and is still named in its history. */
  deleted: boolean;
}

export interface Channel {
  id: string;
  /** Without `#`; for a direct message the id of the person who talks with the bot. */
  name: string;
  kind: 'public' | 'private' | 'im';
  topic: string;
  archived: boolean;
  members: readonly string[];
}

const human = { isBot: false, isAdmin: false, isOwner: false, deleted: false } as const;

export const executive: Person = {
  ...human,
  id: 'U0EXEC0001',
  name: 'maya',
  realName: 'Maya Hartono',
  email: 'maya.hartono@example.com',
  title: 'Chief executive',
  locale: 'en-US',
  tz: 'Asia/Jakarta',
};

export const supportLead: Person = {
  ...human,
  id: 'U0LEAD0001',
  name: 'daniel',
  realName: 'Daniel Okafor',
  email: 'daniel.okafor@example.com',
  title: 'Support lead',
  locale: 'en-GB',
  tz: 'Asia/Jakarta',
  isAdmin: true,
  isOwner: true,
};

export const supervisor: Person = {
  ...human,
  id: 'U0SUPV0001',
  name: 'sari',
  realName: 'Sari Wijaya',
  email: 'sari.wijaya@example.com',
  title: 'Support supervisor',
  locale: 'id-ID',
  tz: 'Asia/Jakarta',
};

export const agent: Person = {
  ...human,
  id: 'U0AGENT001',
  name: 'rafael',
  realName: 'Rafael Costa',
  email: 'rafael.costa@example.com',
  title: 'Support agent',
  locale: 'pt-PT',
  tz: 'Europe/Lisbon',
};

/** In Slack, but the CRM has never heard of her: what strangers get to see. */
export const stranger: Person = {
  ...human,
  id: 'U0NOCRM001',
  name: 'noor',
  realName: 'Noor Visser',
  email: 'noor.visser@example.com',
  title: 'Not in the CRM',
  locale: 'nl-NL',
  tz: 'Europe/Amsterdam',
};

export const bot: Person = {
  id: botUserId,
  name: 'crema',
  realName: 'Crema',
  email: '',
  title: '',
  locale: 'en-US',
  tz: 'Etc/UTC',
  isBot: true,
  isAdmin: false,
  isOwner: false,
  deleted: false,
};

/** The people of the person switcher, in its order. */
export const people: readonly Person[] = [executive, supportLead, supervisor, agent, stranger];
export const users: readonly Person[] = [...people, bot];

const everyone = users.map((user) => user.id);
const noChannel = { archived: false } as const;

export const general: Channel = {
  ...noChannel,
  id: 'C0GENERAL1',
  name: 'general',
  kind: 'public',
  topic: 'Company-wide announcements',
  members: everyone,
};

export const support: Channel = {
  ...noChannel,
  id: 'C0SUPPORT1',
  name: 'support',
  kind: 'public',
  topic: 'Tickets, SLA and who is on duty',
  members: [supportLead.id, supervisor.id, agent.id, bot.id],
};

export const leadership: Channel = {
  ...noChannel,
  id: 'C0LEADERS1',
  name: 'leadership',
  kind: 'private',
  topic: 'Numbers and decisions',
  members: [executive.id, supportLead.id, bot.id],
};

/** A public channel nobody invited the bot to: posting there is `not_in_channel`. */
export const lounge: Channel = {
  ...noChannel,
  id: 'C0LOUNGE01',
  name: 'lounge',
  kind: 'public',
  topic: 'Everything that is not work',
  members: people.map((person) => person.id),
};

export const archived: Channel = {
  id: 'C0ARCHIVE1',
  name: 'launch-2025',
  kind: 'public',
  topic: 'Closed after the launch',
  archived: true,
  members: everyone,
};

/** One direct message between the bot and each person: `D` + the person's id without `U`. */
const directMessages: readonly Channel[] = people.map((person) => ({
  ...noChannel,
  id: directMessageId(person.id),
  name: person.id,
  kind: 'im',
  topic: '',
  members: [person.id, botUserId],
}));

export const channels: readonly Channel[] = [general, support, leadership, lounge, archived, ...directMessages];

export function directMessageId(userId: string): string {
  return `D${userId.slice(1)}`;
}

export function isMember(channel: Channel, userId: string): boolean {
  return channel.members.includes(userId);
}
