import { viewObject } from '../api/view-object.ts';
import type { Outcome } from '../dispatch.ts';
import { channelEvent, type Event, homeOpened, memberEvent, userChange } from '../event-payloads.ts';
import { botUserId, type Channel, isMember, supportLead } from '../workspace.ts';
import { impossible, whoActs } from './acting.ts';
import type { DriverDeps } from './driver.ts';

/**
 * Opening the bot's home and changing the workspace. Each happens at once and tells the bot; the promise resolves with
 * what became of the event (`not_sent` where the bot is not told of such a thing).
 */
export interface Organising {
  openHome(user: string, tab?: 'home' | 'messages'): Promise<Outcome>;
  archive(channel: string): Promise<Outcome>;
  unarchive(channel: string): Promise<Outcome>;
  rename(channel: string, name: string): Promise<Outcome>;
  /** `user` may be the bot: that is inviting it. */
  join(user: string, channel: string): Promise<Outcome>;
  /** `user` may be the bot: that is removing it. */
  leave(user: string, channel: string): Promise<Outcome>;
  deactivate(user: string): Promise<Outcome>;
  reactivate(user: string): Promise<Outcome>;
  /** `undefined` hides the address: the profile comes without one. */
  changeEmail(user: string, email: string | undefined): Promise<Outcome>;
}

/** Whoever renames, archives and removes: the workspace's admin. */
const admin = supportLead.id;

export function createOrganising({ clock, store, views, events, scopes }: DriverDeps): Organising {
  const { directory } = store;

  function place(id: string): Channel {
    const channel = directory.channel(id);
    if (channel === undefined || channel.kind === 'im') throw impossible(`there is no channel ${id}`);
    return channel;
  }

  /** Private channels without the bot do not exist for it; public ones do. */
  function tellOf(channel: Channel, event: Event): Promise<Outcome> {
    if (channel.kind === 'public' || isMember(channel, botUserId)) return events.deliver(event);
    return Promise.resolve({ outcome: 'not_sent', ackMs: undefined, detail: `the bot is not in ${channel.id}` });
  }

  function setArchived(id: string, archived: boolean): Promise<Outcome> {
    if (place(id).archived === archived) throw impossible(`${id} is ${archived ? 'archived already' : 'not archived'}`);
    const channel = directory.changeChannel(id, { archived });
    return tellOf(channel, channelEvent(archived ? 'archive' : 'unarchive', channel, admin, store.nextTs()));
  }

  function tellOfPerson(user: string): Promise<Outcome> {
    const person = directory.person(user);
    if (person === undefined) throw impossible(`there is no person ${user}`);
    return events.deliver(userChange(person, clock.now(), scopes.has('users:read.email'), store.nextTs()));
  }

  return {
    openHome(user, tab = 'home') {
      const person = whoActs(directory, user);
      const home = views.home(user);
      return events.deliver(homeOpened(person, tab, home && viewObject(home), store.nextTs()));
    },
    archive: (id) => setArchived(id, true),
    unarchive: (id) => setArchived(id, false),
    rename(id, name) {
      place(id);
      if (!/^[\p{Ll}\p{Lo}\p{N}_-]{1,80}$/u.test(name)) throw impossible(`${name} is no name for a channel`);
      const channel = directory.changeChannel(id, { name });
      return tellOf(channel, channelEvent('rename', channel, admin, store.nextTs()));
    },
    join(user, id) {
      const current = place(id);
      if (directory.person(user) === undefined) throw impossible(`there is no person ${user}`);
      if (isMember(current, user)) throw impossible(`${user} is in channel ${id} already`);
      const channel = directory.changeChannel(id, { members: [...current.members, user] });
      const event = memberEvent('joined', channel, user, store.nextTs());
      if (isMember(channel, botUserId)) return events.deliver(event);
      return Promise.resolve({ outcome: 'not_sent', ackMs: undefined, detail: `the bot is not in ${id}` });
    },
    leave(user, id) {
      const current = place(id);
      if (!isMember(current, user)) throw impossible(`${user} is not in channel ${id}`);
      const channel = directory.changeChannel(id, { members: current.members.filter((member) => member !== user) });
      if (user === botUserId) return events.deliver(channelEvent('left', channel, admin, store.nextTs()));
      if (isMember(channel, botUserId)) return events.deliver(memberEvent('left', channel, user, store.nextTs()));
      return Promise.resolve({ outcome: 'not_sent', ackMs: undefined, detail: `the bot is not in ${id}` });
    },
    deactivate(user) {
      whoActs(directory, user);
      directory.changePerson(user, { deleted: true });
      return tellOfPerson(user);
    },
    reactivate(user) {
      if (directory.person(user)?.deleted !== true) throw impossible(`${user} is not deactivated`);
      directory.changePerson(user, { deleted: false });
      return tellOfPerson(user);
    },
    changeEmail(user, email) {
      whoActs(directory, user);
      directory.changePerson(user, { email: email ?? '' });
      return tellOfPerson(user);
    },
  };
}
