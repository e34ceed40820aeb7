import { CremaError } from '../../lib/errors.ts';
import type { Directory } from '../directory.ts';
import { botUserId, type Channel, isMember, type Person } from '../workspace.ts';

/** What a person could not do in Slack, the driver does not do either. */
export function impossible(what: string): CremaError {
  return new CremaError('SANDBOX_IMPOSSIBLE', what);
}

/** Throws when there is no such person, or the person is deactivated. */
export function whoActs(directory: Directory, user: string): Person {
  const person = directory.person(user);
  if (person === undefined || person.isBot) throw impossible(`there is no person ${user}`);
  if (person.deleted) throw impossible(`${user} is deactivated`);
  return person;
}

/** Throws as well when the person is not in the channel, or nobody can write there. */
export function whoAndWhere(directory: Directory, user: string, channel: string): { person: Person; place: Channel } {
  const person = whoActs(directory, user);
  const place = directory.channel(channel);
  if (place === undefined || !isMember(place, user)) throw impossible(`${user} is not in channel ${channel}`);
  if (place.archived) throw impossible(`channel ${channel} is archived`);
  return { person, place };
}

/** What people type reaches apps and messages with these three as entities. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * What people type as Slack keeps it: escaped, and a person's `@handle` or `@Full Name` (or `<@U…>` as a client writes it)
 * turned into a mention.
 */
export function asSlackKeepsIt(text: string, directory: Directory): string {
  const everybody = [...directory.people(), directory.person(botUserId)].filter((one) => one !== undefined);
  const names = everybody.flatMap(({ id, name, realName }) => [
    [name.toLowerCase(), id] as const,
    [realName.toLowerCase(), id] as const,
  ]);
  const idByName = new Map(names);
  const anyName = [...idByName.keys()].toSorted((a, b) => b.length - a.length).map(RegExp.escape);
  return escaped(text)
    .replace(/&lt;@(\w+)&gt;/g, (all, id: string) => (directory.person(id) === undefined ? all : `<@${id}>`))
    .replace(new RegExp(`(?<![\\w@<])@(${anyName.join('|')})(?!\\w)`, 'gi'), (_all, name: string) => {
      return `<@${idByName.get(name.toLowerCase())}>`;
    });
}
