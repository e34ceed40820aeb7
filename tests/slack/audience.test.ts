import { describe, expect, test } from 'vitest';
import type { Person } from '../../src/answers/people.ts';
import { slackViewer } from '../../src/db/viewer.ts';
import { silentLog } from '../../src/lib/log.ts';
import { audienceOf, mostMembers } from '../../src/slack/audience.ts';
import { createFindPeople, type Found, type Refusal } from '../../src/slack/find-people.ts';
import type { Checked, Profiles } from '../../src/slack/profiles.ts';
import { useDatabase } from '../database.ts';
import { makeCompany } from './company.ts';

const bot = 'U0BOT';

const executive = (id: string): Person => ({
  ...{ viewer: slackViewer(id), name: id, role: 'executive', configured: true, own: [] },
  rights: { all: true, teams: [], operators: [] },
});

/** A channel with these members, listed in pages; those in `refusals` may see nothing. */
function channel(members: readonly string[], refusals: Record<string, Refusal> = {}, pageSize = 3) {
  const asked: string[][] = [];
  const list = async ({ cursor }: { cursor?: string }) => {
    const from = Number(cursor ?? 0);
    const next = from + pageSize < members.length ? String(from + pageSize) : '';
    return { ok: true, members: members.slice(from, from + pageSize), response_metadata: { next_cursor: next } };
  };
  const findPeople = async (users: readonly string[]) => {
    asked.push([...users]);
    const found = (id: string): Found => {
      const refusal = refusals[id];
      return refusal ? { kind: 'refused', refusal, name: `Name of ${id}` } : { kind: 'person', person: executive(id) };
    };
    return new Map(users.map((id) => [id, found(id)]));
  };
  const client = { conversations: { members: list as never } };
  const deps = { client, findPeople, botUserId: () => bot, log: silentLog };
  return { asked, audience: () => audienceOf('C1', { userId: 'U1', person: executive('U1') }, deps) };
}

const ids = (count: number) => [bot, ...Array.from({ length: count - 1 }, (_, n) => `U${n + 1}`)];

describe('the audience of a channel', () => {
  test('is everybody on every page of its members, each once', async () => {
    const { audience, asked } = channel(ids(11));
    const viewer = ids(11).slice(1).map(slackViewer).toSorted().join(' ');
    expect(await audience()).toEqual({
      kind: 'audience',
      viewer,
      rights: { all: true, teams: [], operators: [] },
      view: { kind: 'everything' },
    });
    expect(asked).toEqual([ids(11).slice(2)]);
  });

  test('includes the sharer, who may not be listed', async () => {
    const found = await channel([bot, 'U7']).audience();
    expect(found).toMatchObject({ viewer: 'slack:U1 slack:U7' });
  });

  test('is not worked out for more members than the bound, nor where the bot is not', async () => {
    expect(await channel(ids(mostMembers), {}, 100).audience()).toMatchObject({ kind: 'audience' });
    const large = channel(ids(mostMembers + 1), {}, 100);
    expect(await large.audience()).toEqual({ kind: 'none', why: { kind: 'too many', most: mostMembers } });
    const without = channel(['U1', 'U2']);
    expect(await without.audience()).toEqual({ kind: 'none', why: { kind: 'unlisted', reason: 'not_in_channel' } });
    expect([large.asked, without.asked]).toEqual([[], []]);
  });

  test('leaves out who reads nothing, and is none where anybody may see nothing', async () => {
    const outsider = (standing: 'bot' | 'deactivated' | 'guest' | 'foreign'): Refusal => ({
      why: 'outsider',
      standing,
    });
    const quiet = channel(ids(5), { U2: outsider('bot'), U3: outsider('deactivated') });
    expect(await quiet.audience()).toMatchObject({ viewer: 'slack:U1 slack:U4' });
    for (const refusal of [outsider('guest'), outsider('foreign'), { why: 'no role', email: 'a@b.c' } as const]) {
      expect(await channel(ids(5), { U2: outsider('bot'), U3: refusal }).audience()).toEqual({
        ...{ kind: 'none', why: { kind: 'without rights', names: ['Name of U3'] } },
      });
    }
  });

  test('is none while anybody could not be checked, and says how long to wait', async () => {
    expect(await channel(ids(4), { U2: { why: 'unchecked' }, U3: { why: 'no address' } }).audience()).toEqual({
      ...{ kind: 'none', why: { kind: 'unchecked', names: ['Name of U2'] } },
    });
    expect(
      await channel(ids(4), { U2: { why: 'unchecked', busyFor: 3 }, U3: { why: 'unchecked', busyFor: 9 } }).audience(),
    ).toEqual({ kind: 'none', why: { kind: 'busy', seconds: 9 } });
  });
});

describe('looking up many people', () => {
  const database = useDatabase();

  test('stops asking when Slack wants to be left alone', async () => {
    const { tenantId } = await makeCompany(database.db);
    const asked: string[] = [];
    const profiles: Pick<Profiles, 'check'> = {
      async check(user): Promise<Checked> {
        asked.push(user);
        if (asked.length > 20) return { kind: 'unchecked', busyFor: 5 };
        return { kind: 'known', standing: 'guest', name: user, email: null, timezone: null };
      },
    };
    const find = createFindPeople({ db: database.db, tenantId, profiles, log: silentLog });
    const users = ids(100).slice(1);
    const found = await find(users);
    expect([...found.keys()]).toEqual(users);
    expect(asked.length).toBeLessThan(40);
    const refused = [...found.values()].map((one) => (one.kind === 'refused' ? one.refusal : undefined));
    expect(refused.filter((refusal) => refusal?.why === 'outsider')).toHaveLength(20);
    expect(refused.filter((refusal) => refusal?.why === 'unchecked')).toHaveLength(79);
  });
});
