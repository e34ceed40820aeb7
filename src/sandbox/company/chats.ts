import { campaignsUntil, touch } from './campaigns.ts';
import { type Company, daySeconds } from './company.ts';
import type { ContactLife, Roster } from './contacts.ts';
import { arrivalSecond } from './demand.ts';
import { randomFor } from './random.ts';
import { converse, type MessageLife, type Session } from './sessions.ts';

/** A contact's chat, up to and beyond the moment it was asked for. Messages and sessions ascend in time. */
export interface Chat {
  contact: ContactLife;
  sessions: readonly Session[];
  messages: readonly MessageLife[];
  /** Everything that begins before this moment is in it; epoch seconds. */
  until: number;
  /** The last moment at which anything happens in what is in it. */
  lastAt: number;
}

export interface Chats {
  /** The chat with everything that begins before `now` in it, and some of the future: hide it. */
  chat(index: number, now: number): Chat;
}

/** Messages kept at a time, in the chats asked for last: about 60 MB. */
const mostMessages = 150_000;
/** Chats are made ahead by this much, so that a moving clock does not make them anew at each step. */
const aheadSeconds = 20 * daySeconds;
/** Silence after which an exchange is another conversation. */
const silence = 26 * 3600;

/** Exchanges per day of the keenest contact, and of the average one. */
const averageRate = 0.022;

/** The chats of a company's contacts, made on demand: only the latest asked for are kept. */
export function createChats(company: Company, roster: Roster): Chats {
  const kept = new Map<number, Chat>();
  let messages = 0;
  function drop(index: number): void {
    messages -= kept.get(index)?.messages.length ?? 0;
    kept.delete(index);
  }
  return {
    chat(index, now) {
      let chat = kept.get(index);
      drop(index);
      if (!chat || now > chat.until) {
        const until = company.dayStart(company.dayAt(now) + 1) + aheadSeconds;
        chat = liveThrough(company, roster.life(index), until);
      }
      // Asked for last, to be dropped last.
      kept.set(index, chat);
      messages += chat.messages.length;
      while (messages > mostMessages && kept.size > 1) drop(kept.keys().next().value!);
      return chat;
    },
  };
}

function liveThrough(company: Company, contact: ContactLife, until: number): Chat {
  const sessions = [...ownSessions(company, contact, until)];
  const messages = sessions.flatMap((session) => session.messages);
  for (const campaign of campaignsUntil(company, until)) {
    const touched = touch(company, campaign, contact);
    if (!touched) continue;
    messages.push(touched.message);
    if (touched.repliedAt === undefined) continue;
    const key = `${contact.index + 1}-${campaign.id}`;
    const session = converse(company, contact, { key, at: touched.repliedAt, by: 'contact' });
    sessions.push(session);
    messages.push(...session.messages);
  }
  const ends = contact.deletedAt ?? Number.POSITIVE_INFINITY;
  const chat = {
    contact,
    until,
    sessions: sessions.filter((session) => session.startsAt < ends).toSorted((a, b) => a.startsAt - b.startsAt),
    messages: messages.filter((message) => message.at < ends).toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)),
  };
  return { ...chat, lastAt: lastMoment(chat) };
}

function lastMoment({ contact, sessions, messages }: Omit<Chat, 'lastAt'>): number {
  let last = Math.max(contact.createdAt, contact.deletedAt ?? 0, contact.edits.at(-1)?.at ?? 0);
  for (const { endsAt } of sessions) last = Math.max(last, endsAt);
  for (const { at, deliveredAt, readAt, failed } of messages)
    last = Math.max(last, at, deliveredAt ?? 0, readAt ?? 0, failed?.at ?? 0);
  return last;
}

/**
 * The exchanges that the contact or an operator begins: a Poisson process with the rhythm of the week, the day and the bad
 * week (made by thinning), at a pace of the contact's own, until the contact loses interest.
 */
function* ownSessions(company: Company, contact: ContactLife, until: number): Generator<Session> {
  const { seed } = company.founding;
  const random = randomFor(`${seed}/pace/${contact.id}`);
  const highest = 1.15 * 1.45;
  const pace = averageRate * Math.exp(1.0 * random.normal() - 0.5) * highest;
  const since = Math.max(contact.createdAt, company.start);
  const interest = since - 420 * daySeconds * Math.log(1 - random.next());
  const ends = Math.min(until, interest, contact.deletedAt ?? Number.POSITIVE_INFINITY);
  let number = 0;
  let quietSince = since - silence;
  const open = (at: number, by: 'contact' | 'operator') => {
    number++;
    const session = converse(company, contact, { key: `${contact.index + 1}-${number}`, at, by });
    quietSince = session.endsAt;
    return session;
  };
  // Whoever comes in after the founding comes in by writing.
  if (contact.createdAt >= company.start && contact.createdAt < until) yield open(contact.createdAt, 'contact');
  for (let day = (since - company.start) / daySeconds; ; ) {
    day -= Math.log(1 - random.next()) / pace;
    const whole = Math.floor(day);
    const accepted = random.next() < company.demand(whole) / highest;
    const at = company.dayStart(whole) + arrivalSecond(random);
    const by = random.chance(0.12) ? 'operator' : 'contact';
    if (at >= ends && company.dayStart(whole) >= ends) return;
    if (accepted && at < ends && at >= quietSince + silence) yield open(at, by);
  }
}
