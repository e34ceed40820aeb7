import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';
import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { fixedClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { executive, supportLead, teamId } from '../../src/sandbox/workspace.ts';
import { createFindPeople } from '../../src/slack/find-people.ts';
import { createProfiles } from '../../src/slack/profiles.ts';
import { useDatabase } from '../database.ts';
import { makeCompany, now } from './company.ts';

const database = useDatabase();
const known = { id: supportLead.id, team_id: teamId, profile: { email: supportLead.email.toUpperCase() } };
const gone = new WebAPIHTTPError(500, 'gone', {});

/** A Slack that gives these answers in turn, the last one for ever. */
async function finder(...answers: (object | Error)[]) {
  const { tenantId } = await makeCompany(database.db);
  const clock = fixedClock(now);
  let asked = 0;
  let ticks = 0;
  const info = async () => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return {
      ok: true,
      response_metadata: { scopes: ['users:read', 'users:read.email'] },
      user: answer ?? {},
      ...answer,
    };
  };
  const common = { db: database.db, tenantId, clock, log: silentLog };
  const profiles = createProfiles({
    ...{ ...common, identity: () => ({ teamId, enterpriseId: undefined }), ticks: () => ticks },
    client: { users: { info } },
  });
  const findPeople = createFindPeople({ ...common, profiles });
  return {
    profiles,
    asked: () => asked,
    async find(user = supportLead.id) {
      const found = (await findPeople([user])).get(user);
      return found?.kind === 'person' ? found.person.name : found?.refusal.why;
    },
    later(minutes: number) {
      clock.set(clock.now().add({ minutes }));
      ticks += minutes * 60_000;
    },
    kept: () =>
      database.db.query<{ email: string | null; standing: string }>(sql`
        select email, standing from ops.slack_users where tenant_id = ${tenantId}`),
  };
}

describe('a person in Slack', () => {
  test('is known by Slack id without asking Slack', async () => {
    const { find, asked } = await finder(gone);
    expect([await find(executive.id), asked()]).toEqual(['Maya Hartono', 0]);
  });

  test('is known by e-mail address, and asked about again after an hour, also by another process', async () => {
    const { find, asked, later } = await finder(known);
    expect(await Promise.all([find(), find()])).toEqual(['Daniel Okafor', 'Daniel Okafor']);
    later(59);
    expect([await find(), asked()]).toEqual(['Daniel Okafor', 1]);
    later(2);
    expect([await find(), asked()]).toEqual(['Daniel Okafor', 2]);
  });

  test.each([
    ['is_restricted', { is_restricted: true }, 'guest'],
    ['is_ultra_restricted', { is_ultra_restricted: true }, 'guest'],
    ['is_stranger', { is_stranger: true }, 'foreign'],
    ['of another workspace', { team_id: 'T0OTHER' }, 'foreign'],
    ['of no workspace', { team_id: undefined }, 'foreign'],
    ['is_bot', { is_bot: true }, 'bot'],
    ['is_workflow_bot', { is_workflow_bot: true }, 'bot'],
    ['deleted', { deleted: true }, 'deactivated'],
  ])('is an outsider, whatever the address, when %s', async (_case, flags, standing) => {
    const { find, kept } = await finder({ ...known, ...flags });
    expect(await find()).toBe('outsider');
    expect(await kept()).toEqual([{ email: null, standing }]);
  });

  test.each([
    ['is_email_confirmed is false', { is_email_confirmed: false }],
    ['is_invited_user', { is_invited_user: true }],
    ['the profile has none', { profile: {} }],
  ])('has no address when %s', async (_case, flags) => {
    expect(await (await finder({ ...known, ...flags })).find()).toBe('no address');
  });

  test.each([
    ['is broken', gone],
    ['is busy', new WebAPIRateLimitedError(1)],
    ['refuses the token', new WebAPIPlatformError({ ok: false, error: 'token_revoked' })],
    ['no longer grants the scope', new WebAPIPlatformError({ ok: false, error: 'missing_scope' })],
    ['leaves the address out', { user: { ...known, profile: {} }, response_metadata: { scopes: ['users:read'] } }],
  ])('is for a day who they were, and after that nobody, while Slack %s', async (_case, trouble) => {
    const { find, later } = await finder(known, trouble);
    expect(await find()).toBe('Daniel Okafor');
    later(61);
    expect(await find()).toBe('Daniel Okafor');
    later(22 * 60);
    expect(await find()).toBe('Daniel Okafor');
    later(60);
    expect(await find()).toBe('unchecked');
  });

  test('who was never checked is nobody while Slack does not say, and is asked about again before long', async () => {
    const { find, later, asked } = await finder(gone, known);
    expect([await find(), await find(), asked()]).toEqual(['unchecked', 'unchecked', 1]);
    later(1);
    expect([await find(), asked()]).toEqual(['Daniel Okafor', 2]);
  });

  test('is nobody when what is kept comes from a later time than it is', async () => {
    const { find, later } = await finder(known, gone);
    expect(await find()).toBe('Daniel Okafor');
    later(-120);
    expect(await find()).toBe('unchecked');
  });

  test('whom Slack does not know is an outsider', async () => {
    expect(await (await finder(new WebAPIPlatformError({ ok: false, error: 'user_not_found' }))).find()).toBe(
      'outsider',
    );
  });
});

describe('a change that Slack reports', () => {
  const other = { ...known, profile: { email: 'other@example.com' } };

  test('of somebody known is looked up at once', async () => {
    const { find, profiles, asked } = await finder(known, other);
    await find();
    await profiles.changed(other);
    expect(asked()).toBe(2);
    expect([await find(), asked()]).toEqual(['no operator', 2]);
  });

  test('that changes neither address nor standing asks nothing', async () => {
    const { find, profiles, asked } = await finder(known);
    await find();
    await profiles.changed({ ...known, profile: { ...known.profile, status_text: 'on holiday' } });
    expect(asked()).toBe(1);
  });

  test('and comes late does not bring an old address back', async () => {
    const { find, profiles } = await finder(other, other);
    await find();
    await profiles.changed(known);
    expect(await find()).toBe('no operator');
  });

  test('is forgotten with the person when Slack cannot be asked: no day of grace', async () => {
    const { find, profiles, kept } = await finder(known, gone);
    await find();
    await profiles.changed({ ...known, deleted: true });
    expect(await kept()).toEqual([]);
    expect(await find()).toBe('unchecked');
  });

  test('of somebody unknown, or that says nothing, is nothing', async () => {
    const { profiles, asked, kept } = await finder(known);
    for (const reported of [known, undefined, {}, { id: 7 }]) await profiles.changed(reported);
    expect([asked(), await kept()]).toEqual([0, []]);
  });
});
