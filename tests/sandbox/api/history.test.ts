import { describe, expect, test } from 'vitest';
import { fixedClock } from '../../../src/lib/clock.ts';
import type { Sandbox, SandboxOptions } from '../../../src/sandbox/sandbox.ts';
import { agent, general, lounge, support } from '../../../src/sandbox/workspace.ts';
import { call, type Reply, startSandbox, webClient } from '../harness.ts';

const scopes = ['chat:write', 'channels:history', 'im:history'];
const reading = (overrides: Partial<SandboxOptions> = {}) => startSandbox({ scopes, ...overrides });
const texts = (reply: Reply) => (reply.messages as { text: string }[]).map(({ text }) => text);

async function post(sandbox: Sandbox, text: string, more: object = {}): Promise<string> {
  const reply = await call(sandbox, 'chat.postMessage', { channel: general.id, text, ...more });
  return String(reply.ts);
}

describe('conversations.history', () => {
  test('gives the newest first, within bounds, in pages', async () => {
    const clock = fixedClock('2026-11-16T08:00:00Z');
    const sandbox = await reading({ clock });
    const stamps: string[] = [];
    for (const text of ['one', 'two', 'three', 'four']) {
      stamps.push(await post(sandbox, text));
      clock.set(clock.now().add({ minutes: 1 }));
    }
    const history = (args: object) => call(sandbox, 'conversations.history', { channel: general.id, ...args });
    expect(texts(await history({}))).toEqual(['four', 'three', 'two', 'one']);
    expect(texts(await history({ oldest: stamps[1] }))).toEqual(['four', 'three']);
    expect(texts(await history({ oldest: stamps[1], latest: stamps[2], inclusive: true }))).toEqual(['three', 'two']);
    const first = await history({ limit: 3 });
    expect(first).toMatchObject({ has_more: true });
    const rest = await history({ limit: 3, cursor: first.response_metadata?.next_cursor });
    expect(texts(rest)).toEqual(['one']);
    expect(rest).toMatchObject({ has_more: false, response_metadata: { next_cursor: '' } });
  });

  test('gives metadata only when asked, and never what one person alone was told', async () => {
    const sandbox = await reading();
    const metadata = { event_type: 'delivery', event_payload: { key: 'digest:1' } };
    await post(sandbox, 'digest', { metadata });
    await call(sandbox, 'chat.postEphemeral', { channel: general.id, user: agent.id, text: 'psst' });
    const history = (args: object = {}) => webClient(sandbox).conversations.history({ channel: general.id, ...args });
    const plain = await history();
    expect(plain.messages).toHaveLength(1);
    expect(plain.messages?.[0]).not.toHaveProperty('metadata');
    expect((await history({ include_all_metadata: true })).messages).toMatchObject([{ text: 'digest', metadata }]);
  });

  test.each([
    ['where the bot is not', { channel: lounge.id }, 'not_in_channel'],
    ['of nowhere', { channel: 'C0NOWHERE1' }, 'channel_not_found'],
    ['of a kind of channel it has no scope for', { channel: 'C0LEADERS1' }, 'missing_scope'],
    ['since what is no time', { channel: general.id, oldest: 'yesterday' }, 'invalid_ts_oldest'],
    ['in pages of none', { channel: general.id, limit: 0 }, 'invalid_limit'],
  ])('is refused %s', async (_what, args, error) => {
    const sandbox = await reading();
    expect(await call(sandbox, 'conversations.history', args)).toMatchObject({ error });
  });
});

describe('a thread', () => {
  test('is counted at its parent, and read oldest first', async () => {
    const sandbox = await reading();
    const parent = await post(sandbox, 'SLA at risk');
    await post(sandbox, 'since 14:00', { thread_ts: parent });
    sandbox.say({ user: agent.id, channel: general.id, text: 'on it', threadTs: parent });
    const replies = await call(sandbox, 'conversations.replies', { channel: general.id, ts: parent });
    expect(texts(replies)).toEqual(['SLA at risk', 'since 14:00', 'on it']);
    expect((replies.messages as object[])[0]).toMatchObject({
      thread_ts: parent,
      reply_count: 2,
      reply_users: ['U0CREMA001', agent.id],
    });
    expect(await call(sandbox, 'conversations.replies', { channel: general.id, ts: '1.000001' })).toMatchObject({
      error: 'thread_not_found',
    });
  });

  test('shows a reply in the channel too only when it is broadcast', async () => {
    const sandbox = await reading();
    const parent = await post(sandbox, 'SLA at risk');
    await post(sandbox, 'detail', { thread_ts: parent });
    await post(sandbox, 'recovered', { thread_ts: parent, reply_broadcast: true });
    const history = await call(sandbox, 'conversations.history', { channel: general.id });
    expect(texts(history)).toEqual(['recovered', 'SLA at risk']);
    expect((history.messages as object[])[0]).toMatchObject({ subtype: 'thread_broadcast', thread_ts: parent });
  });

  test('takes ephemeral answers', async () => {
    const sandbox = await reading();
    const parent = await post(sandbox, 'SLA at risk');
    const args = { channel: general.id, user: agent.id, text: 'for you', thread_ts: parent };
    expect(await call(sandbox, 'chat.postEphemeral', args)).toMatchObject({ ok: true });
    expect(sandbox.conversation(general.id, agent.id).at(-1)).toMatchObject({
      threadTs: parent,
      ephemeralTo: agent.id,
    });
  });
});

describe('chat.getPermalink', () => {
  test('gives an address that opens the conversation', async () => {
    const sandbox = await reading();
    const ts = await post(sandbox, 'SLA 91.2 %');
    const reply = await call(sandbox, 'chat.getPermalink', { channel: general.id, message_ts: ts });
    expect(reply.permalink).toBe(`${sandbox.url}archives/${general.id}/p${ts.replace('.', '')}`);
    const response = await fetch(String(reply.permalink), { redirect: 'manual' });
    expect(response.headers.get('location')).toBe(`/?c=${general.id}#m-${ts}`);
    expect(await call(sandbox, 'chat.getPermalink', { channel: support.id, message_ts: ts })).toMatchObject({
      error: 'message_not_found',
    });
  });
});

describe('rate limits', () => {
  test('are off unless asked for; then one post a second and channel, and tiers by method', async () => {
    const free = await startSandbox();
    for (let index = 0; index < 5; index += 1) await post(free, 'x');
    const sandbox = await startSandbox({ rateLimits: true });
    await post(sandbox, 'one');
    await expect(webClient(sandbox).chat.postMessage({ channel: general.id, text: 'two' })).rejects.toMatchObject({
      retryAfter: 1,
    });
    expect(await call(sandbox, 'chat.postMessage', { channel: support.id, text: 'elsewhere' })).toMatchObject({
      ok: true,
    });
    expect(sandbox.conversation(general.id, agent.id)).toHaveLength(1);
  });
});
