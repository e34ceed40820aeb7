import type { Directory } from '../directory.ts';
import { type Channel, executive, isMember, type Person } from '../workspace.ts';

/** What the console shows: who looks, where, and what is open beside it. */
export interface Place {
  person: Person;
  channel: Channel;
  /** The bot's direct message has two sides; the mailbox is nobody's, and so are pages and hooks. */
  tab: 'home' | 'messages' | 'mail' | 'pages';
  /** The open mail, `7`, and another side of it, `7.text`; nothing when none is. */
  mail: string;
  /** `thread:TS`, `clock`, `trouble`, or nothing. */
  pane: string;
}

/** Channels the person is in, in the workspace's order. */
export function channelsOf(person: Person, directory: Directory): Channel[] {
  return directory.channels().filter((channel) => isMember(channel, person.id));
}

/** The place an address names; whoever is named wrongly becomes somebody who exists, somewhere they may be. */
export function placeOf(query: URLSearchParams, directory: Directory): Place {
  const person =
    directory.people().find(({ id }) => id === query.get('as')) ?? (directory.person(executive.id) as Person);
  const own = channelsOf(person, directory);
  const channel = own.find(({ id }) => id === query.get('c')) ?? (own[0] as Channel);
  const tab = tabOf(query.get('tab'), channel);
  return { person, channel, tab, mail: (tab === 'mail' && query.get('mail')) || '', pane: query.get('pane') ?? '' };
}

function tabOf(asked: string | null, channel: Channel): Place['tab'] {
  if (asked === 'mail' || asked === 'pages') return asked;
  return channel.kind === 'im' && asked === 'home' ? 'home' : 'messages';
}

export function addressOf({ person, channel, tab, mail, pane }: Place): string {
  const parts = [`as=${person.id}`, `c=${channel.id}`];
  if (tab !== 'messages') parts.push(`tab=${tab}`);
  if (tab === 'mail' && mail !== '') parts.push(`mail=${encodeURIComponent(mail)}`);
  if (pane !== '') parts.push(`pane=${encodeURIComponent(pane)}`);
  return `/?${parts.join('&')}`;
}
