import { type Channel, channels, type Person, people, users } from './workspace.ts';

/** Who and what there is at this moment: the workspace as it began, with what has changed since. */
export interface Directory {
  /** The people of the switcher, deactivated ones included, without the bot. */
  people(): Person[];
  channels(): Channel[];
  /** People and the bot. */
  person(id: string): Person | undefined;
  channel(id: string): Channel | undefined;
  /** Throws when there is nobody, or no such channel. */
  changePerson(id: string, changes: Partial<Omit<Person, 'id' | 'isBot'>>): Person;
  changeChannel(id: string, changes: Partial<Omit<Channel, 'id' | 'kind'>>): Channel;
}

/** `more` and `others`: channels and people besides those every workspace begins with; others are not in the switcher. */
export function createDirectory(
  changed: () => void,
  more: readonly Channel[] = [],
  others: readonly Person[] = [],
): Directory {
  const persons = new Map([...users, ...others].map((user) => [user.id, user]));
  const places = new Map([...channels, ...more].map((channel) => [channel.id, channel]));

  function change<T extends object>(all: Map<string, T>, id: string, changes: object): T {
    const current = all.get(id);
    if (current === undefined) throw new Error(`there is no ${id} in the workspace`);
    const next = { ...current, ...changes };
    all.set(id, next);
    changed();
    return next;
  }

  return {
    people: () => people.flatMap(({ id }) => persons.get(id) ?? []),
    channels: () => [...places.values()],
    person: (id) => persons.get(id),
    channel: (id) => places.get(id),
    changePerson: (id, changes) => change(persons, id, changes),
    changeChannel: (id, changes) => change(places, id, changes),
  };
}
