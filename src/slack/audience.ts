import { WebAPIPlatformError, WebAPIRateLimitedError, type WebClient } from '@slack/web-api';
import { type CommonView, commonView } from '../answers/access.ts';
import type { Person } from '../answers/people.ts';
import { commonRights, type Rights } from '../answers/rights.ts';
import type { Log } from '../lib/log.ts';
import { reasonOf } from './client.ts';
import type { FindPeople, Found, Refusal } from './find-people.ts';

/** More members than this are not looked up one by one: sharing is refused, saying so. */
export const mostMembers = 200;

/** Why nothing can be shown to a channel. */
export type NoAudience =
  /** Slack does not list the members: its error code. */
  | { kind: 'unlisted'; reason: string }
  | { kind: 'busy'; seconds: number }
  | { kind: 'too many'; most: number }
  /** Members who could not be checked now. */
  | { kind: 'unchecked'; names: string[] }
  /** Members who may see nothing at all: guests, people of other workspaces, people without an operator. */
  | { kind: 'without rights'; names: string[] }
  /** Everybody may see something, but there is nothing that all of them may. `names`: who may not see the sharer's. */
  | { kind: 'nothing in common'; names: string[] };

export type Audience =
  | { kind: 'audience'; viewer: string; rights: Rights; view: Exclude<CommonView, { kind: 'nothing' }> }
  | { kind: 'none'; why: NoAudience };

export interface AudienceDeps {
  client: { conversations: Pick<WebClient['conversations'], 'members'> };
  findPeople: FindPeople;
  botUserId: () => string | undefined;
  log: Log;
}

/**
 * Everybody who would read what is posted in a channel, as one viewer that sees what all of them may. Bots are left out,
 * and accounts that are closed. Who joins later reads what was posted before: that is how channels are.
 */
export async function audienceOf(
  channelId: string,
  sharer: { userId: string; person: Person },
  deps: AudienceDeps,
): Promise<Audience> {
  const readers = await readersIn(channelId, [sharer.userId], deps);
  return 'why' in readers ? readers : inCommon(sharer.person, readers.people);
}

/** The same for what is posted on nobody's behalf. */
export async function audienceOfChannel(channelId: string, deps: AudienceDeps): Promise<Audience> {
  const readers = await readersIn(channelId, [], deps);
  if ('why' in readers) return readers;
  const [first, ...others] = readers.people;
  return first ? inCommon(first, others) : none({ kind: 'nothing in common', names: [] });
}

function inCommon(one: Person, others: readonly Person[]): Audience {
  const view = commonView(one, others);
  if (view.kind === 'nothing') return none({ kind: 'nothing in common', names: view.because });
  // In one order, whatever Slack's is: the same people are the same viewer tomorrow and in another channel.
  const viewers = [...new Set([one.viewer, ...others.map(({ viewer }) => viewer)])].toSorted();
  const rights = commonRights([one, ...others].map((person) => person.rights));
  return { kind: 'audience', viewer: viewers.join(' '), rights, view };
}

/** The people in a channel besides those already known, or why nothing can be shown to them. */
async function readersIn(
  channelId: string,
  known: readonly string[],
  deps: AudienceDeps,
): Promise<{ people: Person[] } | Extract<Audience, { kind: 'none' }>> {
  const listed = await membersOf(channelId, deps);
  if ('kind' in listed) return none(listed);
  const bot = deps.botUserId();
  if (bot !== undefined && !listed.members.includes(bot)) return none({ kind: 'unlisted', reason: 'not_in_channel' });
  const others = listed.members.filter((member) => !known.includes(member) && member !== bot);
  const found = await deps.findPeople(others);
  const readers = [...found].filter(([, one]) => !(one.kind === 'refused' && readsNothing(one.refusal)));
  const refused = readers.flatMap(([user, one]) => (one.kind === 'refused' ? [{ user, ...one }] : []));

  const unchecked = refused.filter(({ refusal }) => refusal.why === 'unchecked');
  const busy = unchecked.map(({ refusal }) => ('busyFor' in refusal ? (refusal.busyFor ?? 0) : 0));
  if (Math.max(0, ...busy) > 0) return none({ kind: 'busy', seconds: Math.max(...busy) });
  if (unchecked.length > 0) return none({ kind: 'unchecked', names: unchecked.map(shownName) });
  if (refused.length > 0) return none({ kind: 'without rights', names: refused.map(shownName) });
  return { people: readers.flatMap(([, one]) => (one.kind === 'person' ? [one.person] : [])) };
}

function readsNothing(refusal: Refusal): boolean {
  return refusal.why === 'outsider' && (refusal.standing === 'bot' || refusal.standing === 'deactivated');
}

function none(why: NoAudience): Extract<Audience, { kind: 'none' }> {
  return { kind: 'none', why };
}

function shownName({ user, name }: { user: string } & Extract<Found, { kind: 'refused' }>): string {
  return name ?? user;
}

async function membersOf(
  channel: string,
  { client, log }: AudienceDeps,
): Promise<{ members: string[] } | Extract<NoAudience, { kind: 'unlisted' | 'busy' | 'too many' }>> {
  const members: string[] = [];
  let cursor = '';
  try {
    do {
      const page = await client.conversations.members({ channel, limit: mostMembers + 1, ...(cursor && { cursor }) });
      members.push(...(page.members ?? []));
      cursor = page.response_metadata?.next_cursor ?? '';
      if (members.length > mostMembers) return { kind: 'too many', most: mostMembers };
    } while (cursor !== '');
    // A channel without members is no channel that anything can be shown to.
    return members.length > 0 ? { members } : { kind: 'unlisted', reason: 'no members' };
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'slack does not list the members of a channel');
    if (error instanceof WebAPIRateLimitedError) return { kind: 'busy', seconds: error.retryAfter };
    return { kind: 'unlisted', reason: error instanceof WebAPIPlatformError ? error.data.error : 'no answer' };
  }
}
