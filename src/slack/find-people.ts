import { type NoMatch, namedBySlackId, type Person, peopleOf, whyNoMatch } from '../answers/people.ts';
import type { Db } from '../db/db.ts';
import { slackViewer } from '../db/viewer.ts';
import type { Log } from '../lib/log.ts';
import type { Checked, Profile, Profiles, Standing } from './profiles.ts';

/** Why somebody in Slack may see nothing. */
export type Refusal =
  | { why: 'unchecked'; busyFor?: number }
  | { why: 'outsider'; standing: Exclude<Standing, 'member'> }
  | { why: 'no address' }
  | (NoMatch & { email: string });

export type Found = { kind: 'person'; person: Person } | { kind: 'refused'; refusal: Refusal; name: string | null };

/** Who somebody in Slack is to the CRM, and whether they may ask: for everybody given, in that order. */
export type FindPeople = (slackUserIds: readonly string[]) => Promise<Map<string, Found>>;

/** How many are asked about at once: Slack allows about a hundred a minute, in bursts. */
const atOnce = 8;

/**
 * People named in crema.yaml by Slack id are known without asking Slack; everybody else by the address of their profile,
 * which has to have been checked: without that nobody is anybody, whatever the database has kept.
 */
export function createFindPeople(deps: {
  db: Db;
  tenantId: number;
  profiles: Pick<Profiles, 'check'>;
  log: Log;
}): FindPeople {
  const { db, tenantId, profiles, log } = deps;

  async function refusalOf(user: string, profile: Profile): Promise<Refusal> {
    if (profile.standing !== 'member') return { why: 'outsider', standing: profile.standing };
    if (profile.email === null) return { why: 'no address' };
    const found = await whyNoMatch(db, tenantId, profile.email);
    if (found.why === 'ambiguous') {
      const { source, operators } = found;
      log.warn({ user, source, operators }, 'several operators of one source have the address of this person');
    }
    return { ...found, email: profile.email };
  }

  async function judge(user: string, checked: Checked | undefined, person: Person | undefined): Promise<Found> {
    if (checked?.kind === 'unchecked') {
      const { busyFor } = checked;
      return refused({ why: 'unchecked', ...(busyFor === undefined ? {} : { busyFor }) });
    }
    if (person) return { kind: 'person', person: { ...person, name: person.name ?? checked?.name ?? null } };
    return checked ? refused(await refusalOf(user, checked), checked.name) : refused({ why: 'no address' });
  }

  return async (users) => {
    const named = await namedBySlackId(db, tenantId, users);
    const checked = await checkAll(
      users.filter((user) => !named.has(user)),
      profiles,
    );
    const people = await peopleOf(
      db,
      tenantId,
      users.filter((user) => checked.get(user)?.kind !== 'unchecked').map(slackViewer),
    );
    const found = new Map<string, Found>();
    for (const user of users) found.set(user, await judge(user, checked.get(user), people.get(slackViewer(user))));
    return found;
  };
}

function refused(refusal: Refusal, name: string | null = null): Found {
  return { kind: 'refused', refusal, name };
}

async function checkAll(users: readonly string[], profiles: Pick<Profiles, 'check'>): Promise<Map<string, Checked>> {
  const checked = new Map<string, Checked>();
  const waiting = [...new Set(users)];
  const work = async () => {
    for (let user = waiting.pop(); user !== undefined; user = waiting.pop()) {
      const said = await profiles.check(user);
      checked.set(user, said);
      // Told to wait, everybody else would hear the same.
      if (said.kind === 'unchecked' && said.busyFor !== undefined) {
        for (const other of waiting.splice(0)) checked.set(other, said);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return checked;
}
