import { type Company, officeTime } from './company.ts';
import type { ContactLife } from './contacts.ts';
import { phrase } from './phrases.ts';
import { type Random, randomFor } from './random.ts';
import { answering } from './staff.ts';

export type MessageType = 'text' | 'image' | 'document' | 'audio' | 'video' | 'template';

/** A message with everything that will ever happen to it. Times are epoch seconds. */
export interface MessageLife {
  id: string;
  at: number;
  direction: 'inbound' | 'outbound';
  sender: 'contact' | 'operator' | 'bot' | 'campaign';
  operatorId: string | undefined;
  type: MessageType;
  content: string | undefined;
  campaignId: string | undefined;
  /** An outbound one is delivered and perhaps read, or it fails. */
  deliveredAt: number | undefined;
  readAt: number | undefined;
  failed: { at: number; reason: string } | undefined;
}

/** One exchange with a contact: the bot first, a person where it does not suffice. */
export interface Session {
  startsAt: number;
  messages: MessageLife[];
  /** The last moment at which anything happens in it, its statuses left aside. */
  endsAt: number;
  /** When the bot gave up. */
  handedOverAt: number | undefined;
  /** When an operator was put in charge, and who. */
  assigned: { at: number; operatorId: string } | undefined;
  /** First human reply. */
  handledAt: number | undefined;
  resolvedAt: number | undefined;
  handledBy: 'bot' | 'human' | 'mixed' | undefined;
}

export interface Opening {
  /** What its messages' ids begin with, and what its randomness is drawn by. */
  key: string;
  at: number;
  /** Whether the contact writes first; else an operator does. */
  by: 'contact' | 'operator';
}

const failures = ['number not reachable', 'blocked by the recipient', 'message expired', 'template paused'] as const;

/** What becomes of an outbound message after it was sent. */
export function deliver(
  at: number,
  risk: number,
  random: Random,
): Pick<MessageLife, 'deliveredAt' | 'readAt' | 'failed'> {
  if (random.chance(risk))
    return {
      deliveredAt: undefined,
      readAt: undefined,
      failed: { at: at + 3 + Math.floor(120 * random.next()), reason: random.pick(failures) },
    };
  // A phone that is off takes hours.
  const away = random.chance(0.06) ? Math.floor(9 * 3600 * random.next()) : 0;
  const deliveredAt = at + 1 + Math.floor(5 * random.next()) + away;
  const readAt = random.chance(0.84) ? deliveredAt + takes(190, 1.7, random, 3 * 86_400) : undefined;
  return { deliveredAt, readAt, failed: undefined };
}

/** Log-normal seconds around a median, at least two and at most `most`. */
export function takes(median: number, spread: number, random: Random, most = Number.POSITIVE_INFINITY): number {
  return Math.min(most, 2 + Math.round(median * Math.exp(spread * random.normal())));
}

function typeOf(inbound: boolean, random: Random): MessageType {
  const roll = random.next();
  if (inbound)
    return roll < 0.8 ? 'text' : roll < 0.91 ? 'image' : roll < 0.96 ? 'audio' : roll < 0.99 ? 'document' : 'video';
  return roll < 0.86 ? 'text' : roll < 0.91 ? 'image' : roll < 0.96 ? 'document' : 'template';
}

/** Lives through one exchange that begins at `opening.at`. */
export function converse(company: Company, contact: ContactLife, opening: Opening): Session {
  const { seed } = company.founding;
  const random = randomFor(`${seed}/session/${opening.key}`);
  const day = company.dayAt(opening.at);
  const bad = company.isBad(day);
  const strain = bad ? 2.4 : 1;
  const operator = random.weighted(answering(contact.teamId, Math.max(0, day)));
  const skill = Math.exp(0.35 * randomFor(`${seed}/pace/${operator.id}`).normal());
  const messages: MessageLife[] = [];
  let at = opening.at;

  function say(
    sender: MessageLife['sender'],
    content: string,
    type: MessageType = typeOf(sender === 'contact', random),
  ): void {
    const inbound = sender === 'contact';
    const captionless = type !== 'text' && type !== 'template' && random.chance(0.6);
    messages.push({
      id: `m-${opening.key}-${messages.length + 1}`,
      at,
      direction: inbound ? 'inbound' : 'outbound',
      sender,
      operatorId: sender === 'operator' ? operator.id : undefined,
      type,
      content: captionless ? undefined : content,
      campaignId: undefined,
      ...(inbound
        ? { deliveredAt: undefined, readAt: undefined, failed: undefined }
        : deliver(at, bad ? 0.05 : 0.018, random)),
    });
  }
  const ask = (kind: 'opening' | 'following') => say('contact', phrase(kind, random));
  /** The operator answers within working hours, the sooner the better the day. */
  function reply(median: number): void {
    at = officeTime(company, at) + takes(median * strain * skill, 1.05, random, 6 * 3600);
    say('operator', phrase('operator', random));
  }

  let handedOverAt: number | undefined;
  let assigned: Session['assigned'];
  let handledAt: number | undefined;
  let resolvedAt: number | undefined;
  let handledBy: Session['handledBy'];

  if (opening.by === 'operator') {
    assigned = { at: at - 30, operatorId: operator.id };
    handledAt = at;
    handledBy = 'human';
    say('operator', phrase('operator', random), random.chance(0.7) ? 'text' : 'template');
    if (random.chance(0.55)) {
      at += takes(1500, 1.3, random, 20 * 3600);
      ask('following');
      reply(300);
    }
  } else {
    ask('opening');
    const botAnswers = random.chance(0.85);
    if (botAnswers) {
      at += 2 + Math.floor(7 * random.next());
      say('bot', phrase('bot', random), 'text');
      if (random.chance(0.6)) {
        at += takes(55, 0.8, random, 3600);
        ask('following');
        at += 2 + Math.floor(6 * random.next());
        say('bot', phrase('bot', random), 'text');
      }
    }
    if (botAnswers && random.chance(0.34)) {
      handledBy = 'bot';
    } else {
      if (botAnswers) {
        at += 4;
        say('bot', phrase('handover', random), 'text');
        handedOverAt = at;
      }
      // Some are never answered: it is they who make a bad week bad.
      const lost = random.chance(bad ? 0.13 : 0.03);
      assigned = {
        at: officeTime(company, at) + 8 + Math.floor(150 * strain * random.next()),
        operatorId: operator.id,
      };
      if (!lost) {
        at = assigned.at;
        reply(290);
        handledAt = at;
        handledBy = botAnswers ? 'mixed' : 'human';
        for (let turns = 0; turns < 6 && random.chance(0.56); turns++) {
          at += takes(260, 1.4, random, 14 * 3600);
          ask('following');
          // Some write in two breaths.
          if (random.chance(0.2)) {
            at += 5 + Math.floor(40 * random.next());
            ask('following');
          }
          reply(170);
        }
      }
    }
  }
  if (handledBy !== undefined && random.chance(0.94)) {
    resolvedAt = at + 300 + Math.floor(3000 * random.next());
  }
  readBeforeAnswering(messages);
  return {
    startsAt: opening.at,
    messages,
    endsAt: Math.max(resolvedAt ?? 0, assigned?.at ?? 0, at),
    handedOverAt,
    assigned,
    handledAt,
    resolvedAt,
    handledBy,
  };
}

/** Who answers has read what was said before, and a message that was answered did not fail. */
function readBeforeAnswering(messages: MessageLife[]): void {
  let answeredAt: number | undefined;
  for (const message of messages.toReversed()) {
    if (message.direction === 'inbound') answeredAt = message.at;
    else if (answeredAt !== undefined) {
      message.failed = undefined;
      message.deliveredAt = Math.min(message.deliveredAt ?? message.at + 1, Math.max(message.at, answeredAt - 2));
      message.readAt = Math.max(message.deliveredAt, Math.min(message.readAt ?? answeredAt, answeredAt - 1));
    }
  }
}

export type MessageStatus = 'sent' | 'delivered' | 'read' | 'received' | 'failed';

/** A message's status at a moment, and since when; statuses only move forward. */
export function statusAt(life: MessageLife, now: number): { status: MessageStatus; since: number } {
  if (life.direction === 'inbound') return { status: 'received', since: life.at };
  if (life.failed && life.failed.at < now) return { status: 'failed', since: life.failed.at };
  if (life.readAt !== undefined && life.readAt < now) return { status: 'read', since: life.readAt };
  if (life.deliveredAt !== undefined && life.deliveredAt < now) return { status: 'delivered', since: life.deliveredAt };
  return { status: 'sent', since: life.at };
}
