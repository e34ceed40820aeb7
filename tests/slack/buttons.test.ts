import { describe, expect, test } from 'vitest';
import { agent, executive, general, lounge, stranger, supportLead } from '../../src/sandbox/workspace.ts';
import { useDatabase } from '../database.ts';
import { buttonsOf, type Company, hasImage, startCompany, textOf } from './company.ts';

const database = useDatabase();
const { id: maya } = executive;
const { id: channel } = general;

/** The whole answer to a command of Maya's, with its buttons. */
async function answered(company: Company, text: string, where = channel) {
  await company.sandbox.command({ user: maya, channel: where, text });
  return company.message(maya, hasImage, where);
}

const press = (company: Company, ts: string, actionId: string, value?: string, where = channel) =>
  company.sandbox.click({ user: maya, channel: where, ts, actionId, ...(value === undefined ? {} : { value }) });

describe('a button', () => {
  test('breaks the same answer down in its place, with a new chart', async () => {
    const company = await startCompany(database.db);
    const answer = await answered(company, 'sla-reported');
    const before = JSON.stringify(answer.blocks.find((block) => block.type === 'image'));
    const seen = company.seenBy(maya).length;
    await press(company, answer.ts, 'kpi.ask:1');
    const after = await company.message(
      maya,
      (message) => hasImage(message) && buttonsOf(message).some(({ text }) => text === 'Over time'),
    );
    expect(after.ts).toBe(answer.ts);
    expect(JSON.stringify(after.blocks.find((block) => block.type === 'image'))).not.toBe(before);
    expect(company.seenBy(maya)).toHaveLength(seen);
  });

  test.each([
    ['30d', '17 Oct – 15 Nov 2026'],
    ['last month', '1–31 Oct 2026'],
    ['12w', '24 Aug – 15 Nov 2026'],
    ['mtd', '1–15 Nov 2026'],
  ])('of the menu asks for %s, keeping filter and breakdown', async (period, dates) => {
    const company = await startCompany(database.db);
    const answer = await answered(company, 'tickets 7d by channel team:"Tier 1"');
    await press(company, answer.ts, 'kpi.period', period);
    const after = await company.message(maya, (message) => textOf(message).includes(dates));
    expect(after.ts).toBe(answer.ts);
    expect(textOf(after)).toContain('Tickets created · team: Tier 1');
  });
});

describe('Share to channel', () => {
  test('posts the answer with its chart for everybody and says so to the sharer', async () => {
    const company = await startCompany(database.db);
    const answer = await answered(company, 'sla-reported');
    await press(company, answer.ts, 'kpi.share');
    const shared = await company.message(agent.id, hasImage);
    expect(shared.ephemeralTo).toBeUndefined();
    expect(textOf(shared)).toContain(`Shared by <@${maya}>`);
    expect(textOf(shared)).toContain('*90.0 %*');
    expect(buttonsOf(shared)).toEqual([{ text: 'Open for me', actionId: 'kpi.ask:1', value: 'sla-reported' }]);
    const own = await company.message(maya, (message) => textOf(message).includes('Shared to this channel.'));
    expect(own.ts).toBe(answer.ts);
    expect(buttonsOf(own).map(({ text }) => text)).not.toContain('Share to channel');
    const [post] = company.sandbox.apiCalls.filter(({ method }) => method === 'chat.postMessage');
    expect(post?.args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
    expect(company.sandbox.apiCalls.filter(({ method }) => method === 'upload')).toHaveLength(1);
  });

  test('posts once however often it is pressed, and again only after a failure', async () => {
    const company = await startCompany(database.db);
    const answer = await answered(company, 'tickets');
    company.sandbox.failNext({ kind: 'error', method: 'chat.postMessage', error: 'restricted_action' });
    await press(company, answer.ts, 'kpi.share');
    await company.message(maya, (message) => textOf(message).includes('does not let me post'));
    await Promise.all([1, 2, 3].map(() => press(company, answer.ts, 'kpi.share')));
    await company.message(maya, (message) => textOf(message).includes('Shared to this channel.'));
    const posts = company.sandbox.apiCalls.filter(({ method }) => method === 'chat.postMessage');
    expect(posts).toHaveLength(2);
    expect(company.seenBy(agent.id).filter((message) => textOf(message).includes('Shared by'))).toHaveLength(1);
  });

  test('lets others open it with their own rights, and leaves the shared message alone', async () => {
    const company = await startCompany(database.db);
    const answer = await answered(company, 'tickets');
    await press(company, answer.ts, 'kpi.share');
    const shared = await company.message(agent.id, (message) => textOf(message).includes('Shared by'));
    const before = JSON.stringify(shared);
    await company.sandbox.click({ user: agent.id, channel, ts: shared.ts, actionId: 'kpi.ask:1' });
    const own = await company.message(agent.id, (message) => message.ephemeralTo === agent.id && hasImage(message));
    expect(textOf(own)).toContain('*70*');
    await company.sandbox.click({ user: stranger.id, channel, ts: shared.ts, actionId: 'kpi.ask:1' });
    const refusal = await company.message(stranger.id, (message) => message.ephemeralTo === stranger.id);
    expect(textOf(refusal)).toContain('I do not know you yet');
    expect(JSON.stringify(company.seenBy(agent.id).find(({ ts }) => ts === shared.ts))).toBe(before);
  });

  test('says that it is not in the channel, and keeps the answer and its button', async () => {
    const company = await startCompany(database.db);
    const answer = await answered(company, 'tickets', lounge.id);
    await press(company, answer.ts, 'kpi.share', undefined, lounge.id);
    const after = await company.message(maya, (message) => textOf(message).includes('Not shared'), lounge.id);
    expect(after.ts).toBe(answer.ts);
    expect(textOf(after)).toContain('I am not in this channel. Invite me with /invite');
    expect(buttonsOf(after).map(({ text }) => text)).toContain('Share to channel');
  });

  test.each([
    ['is archived', { kind: 'error', error: 'is_archived' }, 'this channel is archived'],
    ['is busy', { kind: 'rate-limited', retryAfterSeconds: 7 }, 'Share again in 7 s'],
    ['does not answer', { kind: 'lost-answer' }, 'Look before you share again'],
    ['has half failed', { kind: 'error', error: 'internal_error' }, 'Look before you share again'],
    ['says something new', { kind: 'error', error: 'no_such_thing' }, 'Slack refused the post (no_such_thing)'],
  ] as const)('has words for a channel or Slack that %s, and posts at most once', async (_, fault, said) => {
    const company = await startCompany(database.db);
    const answer = await answered(company, 'tickets');
    company.sandbox.failNext({ method: 'chat.postMessage', ...fault });
    await press(company, answer.ts, 'kpi.share');
    await company.message(maya, (message) => textOf(message).includes(said));
    expect(company.sandbox.apiCalls.filter(({ method }) => method === 'chat.postMessage')).toHaveLength(1);
  });

  test('posts without the chart when Slack does not show it', async () => {
    const company = await startCompany(database.db);
    const answer = await answered(company, 'tickets');
    company.sandbox.failNext({ method: 'chat.postMessage', kind: 'invalid-slack-file', times: 99 });
    await press(company, answer.ts, 'kpi.share');
    const shared = await company.message(supportLead.id, (message) => textOf(message).includes('Shared by'));
    expect(textOf(shared)).toContain('The chart could not be shown');
  });
});
