import type { Directory } from '../directory.ts';
import { type Channel, executive, isMember, type Person } from '../workspace.ts';

/** What the console shows: who looks, where, and what is open beside it. */
export interface Place {
  person: Person;
  channel: Channel;
  /** The bot's direct message has two sides. */
  tab: 'home' | 'messages';
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
  const tab = channel.kind === 'im' && query.get('tab') === 'home' ? 'home' : 'messages';
  return { person, channel, tab, pane: query.get('pane') ?? '' };
}

export function addressOf({ person, channel, tab, pane }: Place): string {
  const parts = [`as=${person.id}`, `c=${channel.id}`];
  if (tab === 'home') parts.push('tab=home');
  if (pane !== '') parts.push(`pane=${encodeURIComponent(pane)}`);
  return `/?${parts.join('&')}`;
}
