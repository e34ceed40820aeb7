import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/faults.ts';
import {
  agent,
  botUserId,
  executive,
  general,
  leadership,
  lounge,
  stranger,
  supervisor,
  support,
  supportLead,
} from '../../src/sandbox/workspace.ts';
import { useDatabase } from '../database.ts';
import { buttonsOf, type Company, hasImage, startCompany, textOf } from './company.ts';

const database = useDatabase();
const { id: maya } = executive;

/** An answer of somebody's, then the press on its button; resolves with what became of the private answer. */
async function shareFrom(company: Company, user: string, channel: string, text = 'tickets') {
  await company.sandbox.command({ user, channel, text });
  const answer = await company.message(user, hasImage, channel);
  await company.sandbox.click({ user, channel, ts: answer.ts, actionId: 'kpi.share' });
  const after = await company.message(user, (message) => noticeOf(message) !== '', channel);
  expect(after.ts).toBe(answer.ts);
  return noticeOf(after);
}

function noticeOf(message: Parameters<typeof textOf>[0]): string {
  if (message.ephemeralTo === undefined) return '';
  return (
    textOf(message)
      .split('\n')
      .find((line) => /^(Shared to|Not shared|Slack did not say)/.test(line)) ?? ''
  );
}

/** What everybody in the channel has been shown. */
const shared = (company: Company, channel: string, as: string = supportLead.id) =>
  company.seenBy(as, channel).filter((message) => message.ephemeralTo === undefined);

const posts = (company: Company) => company.sandbox.apiCalls.filter(({ method }) => method === 'chat.postMessage');

describe('Share to channel', () => {
  test('posts the answer with its chart where everybody may see everything, and says so to the sharer', async () => {
    const company = await startCompany(database.db);
    expect(await shareFrom(company, maya, leadership.id, 'sla-reported')).toBe('Shared to this channel.');
    const [post] = shared(company, leadership.id);
    expect(hasImage(post!)).toBe(true);
    expect(textOf(post!)).toContain(`Shared by <@${maya}>`);
    expect(textOf(post!)).toContain('*90.0 %*');
    expect(buttonsOf(post!)).toEqual([{ text: 'Open for me', actionId: 'kpi.ask:1', value: 'sla-reported' }]);
    const own = await company.message(maya, (message) => noticeOf(message) !== '', leadership.id);
    expect(buttonsOf(own).map(({ text }) => text)).not.toContain('Share to channel');
    expect(posts(company)[0]?.args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
    expect(company.sandbox.apiCalls.filter(({ method }) => method === 'upload')).toHaveLength(1);
  });

  test('shows what the member who may see least may see, and says whose rights those are', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.join(maya, support.id);
    await company.sandbox.leave(supervisor.id, support.id);
    expect(await shareFrom(company, maya, support.id)).toBe(
      'Shared to this channel: it shows records of Rafael Costa only, because Rafael Costa may see no more.',
    );
    const [post] = shared(company, support.id);
    expect(textOf(post!)).toContain('Tickets created · records of Rafael Costa only');
    expect(textOf(post!)).toContain('*70*');
    expect(textOf(post!)).not.toContain('140');
    // The sharer's own answer stays whole.
    expect(textOf(await company.message(maya, (message) => noticeOf(message) !== '', support.id))).toContain('*140*');
  });

  test('shows a common team, by name', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.join(maya, support.id);
    await company.sandbox.leave(agent.id, support.id);
    expect(await shareFrom(company, maya, support.id, 'tickets 7d by team')).toMatch(
      /it shows team Tier 2 only, because Sari Wijaya may see no more/,
    );
    const text = textOf(shared(company, support.id)[0]!);
    expect(text).toContain('team Tier 2 only');
    expect(text).not.toContain('Tier 1');
  });

  test('of somebody who may see least shows their part, without naming anybody', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.leave(supervisor.id, support.id);
    expect(await shareFrom(company, agent.id, support.id)).toBe(
      'Shared to this channel: it shows records of Rafael Costa only.',
    );
  });

  test.each([
    [
      'somebody without rights',
      general.id,
      /^Not shared: 1 person here may not see these numbers: Noor Visser\. Share it/,
    ],
    [
      'nothing that all may see',
      support.id,
      /^Not shared: nothing of it may be seen by everybody here, because of .*Rafael Costa/,
    ],
    ['no bot', lounge.id, /^Not shared: I am not in this channel\. Invite me with \/invite @Crema/],
  ])('is refused where there is %s, saying why and what to do, and posts nothing', async (_case, channel, why) => {
    const company = await startCompany(database.db);
    if (channel === support.id) await company.sandbox.join(maya, channel);
    expect(await shareFrom(company, maya, channel)).toMatch(why);
    expect(posts(company)).toEqual([]);
    expect(shared(company, channel, maya)).toEqual([]);
    const own = await company.message(maya, (message) => noticeOf(message) !== '', channel);
    expect(buttonsOf(own).map(({ text }) => text)).toContain('Share to channel');
  });

  test('in a private channel without the bot says how to invite it', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.leave(botUserId, leadership.id);
    expect(await shareFrom(company, maya, leadership.id)).toMatch(/Invite me with \/invite @Crema/);
  });

  test('leaves out bots and closed accounts, and refuses as soon as a guest is there', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.join(stranger.id, leadership.id);
    await company.sandbox.deactivate(stranger.id);
    expect(await shareFrom(company, maya, leadership.id)).toBe('Shared to this channel.');
  });

  test('asks Slack about each member once, not with every share', async () => {
    const company = await startCompany(database.db);
    const asked = () => company.sandbox.apiCalls.filter(({ method }) => method === 'users.info').length;
    await shareFrom(company, maya, leadership.id);
    expect(asked()).toBe(1);
    await company.sandbox.join(maya, support.id);
    await company.sandbox.leave(supervisor.id, support.id);
    await shareFrom(company, maya, support.id);
    // Daniel is known by now, and Rafael and Maya are named by Slack id.
    expect(asked()).toBe(1);
  });

  test.each([
    ['is busy', { kind: 'rate-limited', retryAfterSeconds: 9, method: 'users.info' }, 'Share again in 9 s'],
    ['is broken', { kind: 'http', status: 500, method: 'users.info' }, 'I could not check who U0LEAD0001 is'],
    [
      'lists no members',
      { kind: 'error', error: 'fetch_members_failed', method: 'conversations.members' },
      'does not tell me who is in this channel',
    ],
    [
      'is too busy to list members',
      { kind: 'rate-limited', retryAfterSeconds: 4, method: 'conversations.members' },
      'Share again in 4 s',
    ],
    [
      'grants no scope to list members',
      { kind: 'error', error: 'missing_scope', method: 'conversations.members' },
      'lacks a scope for it (channels:read, groups:read',
    ],
  ] as const)('posts nothing while Slack %s and does not say who would read it', async (_case, fault, said) => {
    const company = await startCompany(database.db);
    await company.sandbox.command({ user: maya, channel: leadership.id, text: 'tickets' });
    const answer = await company.message(maya, hasImage, leadership.id);
    company.sandbox.failNext({ ...fault, times: 9 } as Fault);
    await company.sandbox.click({ user: maya, channel: leadership.id, ts: answer.ts, actionId: 'kpi.share' });
    await company.message(maya, (message) => noticeOf(message).includes(said), leadership.id);
    expect(posts(company)).toEqual([]);
    company.sandbox.clearFaults();
  });

  test('says that a filter has no answer in what everybody may see', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.join(maya, support.id);
    await company.sandbox.leave(supervisor.id, support.id);
    expect(await shareFrom(company, maya, support.id, 'tickets 7d operator:"Ines Moura"')).toMatch(
      /^Not shared: everybody here may see records of Rafael Costa only, and there this has no answer/,
    );
    expect(posts(company)).toEqual([]);
  });

  test('sees rights that are taken away before the press', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.command({ user: maya, channel: leadership.id, text: 'tickets' });
    const answer = await company.message(maya, hasImage, leadership.id);
    await database.db.run(sql`
      delete from ops.people where tenant_id = ${company.tenant.tenantId} and person_id = 'daniel'`);
    await company.sandbox.click({ user: maya, channel: leadership.id, ts: answer.ts, actionId: 'kpi.share' });
    await company.message(maya, (message) => noticeOf(message).includes('Daniel Okafor'), leadership.id);
    expect(posts(company)).toEqual([]);
  });

  test('posts once however often it is pressed, and again only after a failure', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.command({ user: maya, channel: leadership.id, text: 'tickets' });
    const answer = await company.message(maya, hasImage, leadership.id);
    const press = () =>
      company.sandbox.click({ user: maya, channel: leadership.id, ts: answer.ts, actionId: 'kpi.share' });
    company.sandbox.failNext({ kind: 'error', method: 'chat.postMessage', error: 'restricted_action' });
    await press();
    await company.message(maya, (message) => textOf(message).includes('does not let me post'), leadership.id);
    await Promise.all([1, 2, 3].map(press));
    await company.message(maya, (message) => noticeOf(message) === 'Shared to this channel.', leadership.id);
    expect(posts(company)).toHaveLength(2);
    expect(shared(company, leadership.id)).toHaveLength(1);
  });

  test('lets others open it with their own rights, and leaves the shared message alone', async () => {
    const company = await startCompany(database.db);
    const channel = support.id;
    await company.sandbox.leave(agent.id, channel);
    await shareFrom(company, supportLead.id, channel);
    const [post] = shared(company, channel);
    const before = JSON.stringify(post);
    await company.sandbox.join(agent.id, channel);
    await company.sandbox.click({ user: agent.id, channel, ts: post!.ts, actionId: 'kpi.ask:1' });
    const own = await company.message(
      agent.id,
      (message) => message.ephemeralTo === agent.id && hasImage(message),
      channel,
    );
    expect(textOf(own)).toContain('*70*');
    await company.sandbox.join(stranger.id, channel);
    await company.sandbox.click({ user: stranger.id, channel, ts: post!.ts, actionId: 'kpi.ask:1' });
    const refusal = await company.message(stranger.id, (message) => message.ephemeralTo === stranger.id, channel);
    expect(textOf(refusal)).toContain('no operator in the CRM');
    expect(JSON.stringify(shared(company, channel)[0])).toBe(before);
  });

  test.each([
    ['is archived', { kind: 'error', error: 'is_archived' }, 'this channel is archived'],
    ['is busy', { kind: 'rate-limited', retryAfterSeconds: 7 }, 'Share again in 7 s'],
    ['does not answer', { kind: 'lost-answer' }, 'Look before you share again'],
    ['has half failed', { kind: 'error', error: 'internal_error' }, 'Look before you share again'],
    ['says something new', { kind: 'error', error: 'no_such_thing' }, 'Slack refused the post (no_such_thing)'],
  ] as const)('has words for a channel or Slack that %s, and posts at most once', async (_, fault, said) => {
    const company = await startCompany(database.db);
    company.sandbox.failNext({ method: 'chat.postMessage', ...fault });
    expect(await shareFrom(company, maya, leadership.id)).toContain(said);
    expect(posts(company)).toHaveLength(1);
  });

  test('posts without the chart when Slack does not show it', async () => {
    const company = await startCompany(database.db);
    company.sandbox.failNext({ method: 'chat.postMessage', kind: 'invalid-slack-file', times: 99 });
    await shareFrom(company, maya, leadership.id);
    expect(textOf(shared(company, leadership.id)[0]!)).toContain('The chart could not be shown');
  });
});
