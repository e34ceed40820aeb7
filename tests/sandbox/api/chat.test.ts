import { describe, expect, test } from 'vitest';
import { agent, archived, general, leadership, lounge, supervisor, support } from '../../../src/sandbox/workspace.ts';
import { botToken, call, startSandbox, webClient } from '../harness.ts';

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });

describe('tokens', () => {
  test('are required, known, and of the right kind', async () => {
    const sandbox = await startSandbox();
    expect(await call(sandbox, 'auth.test', {}, '')).toEqual({ ok: false, error: 'not_authed' });
    expect(await call(sandbox, 'auth.test', {}, 'xoxb-other')).toEqual({ ok: false, error: 'invalid_auth' });
    expect(await call(sandbox, 'apps.connections.open', {}, botToken)).toMatchObject({
      error: 'not_allowed_token_type',
    });
    expect(await call(sandbox, 'auth.test')).toMatchObject({ ok: true, user_id: 'U0CREMA001', team_id: 'T0CREMA001' });
  });

  test('may come as an argument, as forms have always allowed', async () => {
    const sandbox = await startSandbox();
    const body = new URLSearchParams({ token: botToken });
    const response = await fetch(`${sandbox.apiUrl}auth.test`, { method: 'POST', body });
    expect(await response.json()).toMatchObject({ ok: true });
  });

  test('never show up in the recorded calls', async () => {
    const sandbox = await startSandbox();
    await call(sandbox, 'auth.test', { token: botToken });
    expect(JSON.stringify(sandbox.apiCalls)).not.toContain(botToken);
  });
});

describe('any method', () => {
  test('that does not exist is unknown_method', async () => {
    const sandbox = await startSandbox();
    expect(await call(sandbox, 'chat.shout')).toMatchObject({ ok: false, error: 'unknown_method' });
  });

  test('refuses bodies that are not JSON and types Slack does not take', async () => {
    const sandbox = await startSandbox();
    const post = async (type: string, body: string) => {
      const response = await fetch(`${sandbox.apiUrl}auth.test`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });
      return (await response.json()) as unknown;
    };
    expect(await post('application/json', '{')).toMatchObject({ error: 'invalid_json' });
    expect(await post('application/xml', '<a/>')).toMatchObject({ error: 'invalid_post_type' });
  });

  test('without the needed scope says which one is missing', async () => {
    const sandbox = await startSandbox({ scopes: ['commands'] });
    expect(await call(sandbox, 'chat.postMessage', { channel: general.id, text: 'x' })).toMatchObject({
      error: 'missing_scope',
      needed: 'chat:write',
      provided: 'commands',
    });
  });
});

describe('chat.postMessage', () => {
  test('posts what the SDK sends and gives the message back', async () => {
    const sandbox = await startSandbox();
    const blocks = [{ type: 'section' as const, text: { type: 'mrkdwn' as const, text: '*91.2 %*' } }];
    const posted = await webClient(sandbox).chat.postMessage({ channel: support.id, text: 'SLA 91.2 %', blocks });
    expect(posted).toMatchObject({
      ok: true,
      channel: support.id,
      message: { text: 'SLA 91.2 %', user: 'U0CREMA001' },
    });
    expect(posted.ts).toMatch(/^\d{10}\.\d{6}$/);
    const [message] = sandbox.conversation(support.id, agent.id);
    expect(message).toMatchObject({ ts: posted.ts, text: 'SLA 91.2 %' });
    expect(message?.blocks[0]?.block_id).not.toBe('');
  });

  test('gives every message its own timestamp while the clock stands still', async () => {
    const sandbox = await startSandbox();
    const first = await call(sandbox, 'chat.postMessage', { channel: general.id, text: 'one' });
    const second = await call(sandbox, 'chat.postMessage', { channel: general.id, text: 'two' });
    expect(Number(second.ts)).toBeGreaterThan(Number(first.ts));
  });

  test.each([
    ['an unknown channel', { channel: 'C0NOWHERE1', text: 'x' }, 'channel_not_found'],
    ['a public channel it was not invited to', { channel: lounge.id, text: 'x' }, 'not_in_channel'],
    ['an archived channel', { channel: archived.id, text: 'x' }, 'is_archived'],
    ['nothing to say', { channel: general.id, text: '  ' }, 'no_text'],
    ['no channel', { text: 'x' }, 'invalid_arguments'],
    ['blocks that are not a list', { channel: general.id, text: 'x', blocks: '{' }, 'invalid_blocks_format'],
    [
      'a reply to nothing',
      { channel: general.id, text: 'x', thread_ts: '1700000000.000100' },
      'cannot_reply_to_message',
    ],
    ['101 attachments', { channel: general.id, attachments: Array(101).fill({ text: 'x' }) }, 'too_many_attachments'],
    ['an unknown attachment field', { channel: general.id, attachments: [{ indent: 1 }] }, 'invalid_attachments'],
    [
      'metadata without a payload',
      { channel: general.id, text: 'x', metadata: { event_type: 'a' } },
      'invalid_metadata_format',
    ],
    [
      'metadata over a kilobyte',
      { channel: general.id, text: 'x', metadata: { event_type: 'a', event_payload: { a: 'x'.repeat(1100) } } },
      'metadata_too_large',
    ],
    ['markdown beside text', { channel: general.id, text: 'x', markdown_text: 'y' }, 'markdown_text_conflict'],
  ])('refuses %s', async (_what, args, error) => {
    const sandbox = await startSandbox();
    expect(await call(sandbox, 'chat.postMessage', args)).toMatchObject({ ok: false, error });
    expect(sandbox.conversation(general.id, agent.id)).toEqual([]);
  });

  test('truncates text at 40,000 characters and says so', async () => {
    const sandbox = await startSandbox();
    const reply = await call(sandbox, 'chat.postMessage', { channel: general.id, text: 'x'.repeat(40_001) });
    expect(reply).toMatchObject({ ok: true, response_metadata: { warnings: ['message_truncated'] } });
    expect(sandbox.conversation(general.id, agent.id)[0]?.text).toHaveLength(40_000);
  });

  test('names the fault of a block twice, once marked, with its JSON pointer', async () => {
    const sandbox = await startSandbox();
    const blocks = [section('fine'), { type: 'divider', text: 'no' }];
    const reply = await call(sandbox, 'chat.postMessage', { channel: general.id, blocks });
    const message = 'invalid additional property: text [json-pointer:/blocks/1]';
    expect(reply).toEqual({
      ok: false,
      error: 'invalid_blocks',
      errors: [message],
      response_metadata: { messages: [`[ERROR] ${message}`] },
    });
  });

  test('takes a channel name and a person, who gets a direct message', async () => {
    const sandbox = await startSandbox();
    expect(await call(sandbox, 'chat.postMessage', { channel: '#support', text: 'x' })).toMatchObject({
      channel: support.id,
    });
    expect(await call(sandbox, 'chat.postMessage', { channel: agent.id, text: 'x' })).toMatchObject({
      channel: 'D0AGENT001',
    });
  });

  test('keeps replies in their thread, also when a reply is answered', async () => {
    const sandbox = await startSandbox();
    const parent = await call(sandbox, 'chat.postMessage', { channel: general.id, text: 'parent' });
    const reply = await call(sandbox, 'chat.postMessage', { channel: general.id, text: 'a', thread_ts: parent.ts });
    const nested = await call(sandbox, 'chat.postMessage', { channel: general.id, text: 'b', thread_ts: reply.ts });
    expect(nested).toMatchObject({ message: { thread_ts: parent.ts } });
  });

  test('is seen by members of a private channel only', async () => {
    const sandbox = await startSandbox();
    await call(sandbox, 'chat.postMessage', { channel: leadership.id, text: 'quarter' });
    expect(sandbox.conversation(leadership.id, agent.id)).toEqual([]);
    expect(sandbox.conversation(leadership.id, 'U0EXEC0001')).toHaveLength(1);
  });
});

describe('chat.postEphemeral', () => {
  test('is seen by one person and cannot be updated or deleted', async () => {
    const sandbox = await startSandbox();
    const reply = await call(sandbox, 'chat.postEphemeral', { channel: support.id, user: agent.id, text: 'for you' });
    expect(sandbox.conversation(support.id, agent.id)).toMatchObject([{ text: 'for you', ephemeralTo: agent.id }]);
    expect(sandbox.conversation(support.id, supervisor.id)).toEqual([]);
    const target = { channel: support.id, ts: reply.message_ts };
    expect(await call(sandbox, 'chat.update', { ...target, text: 'x' })).toMatchObject({ error: 'message_not_found' });
    expect(await call(sandbox, 'chat.delete', target)).toMatchObject({ error: 'message_not_found' });
  });

  test('needs somebody who is in the channel', async () => {
    const sandbox = await startSandbox();
    const to = (user: string) => call(sandbox, 'chat.postEphemeral', { channel: support.id, user, text: 'x' });
    expect(await to('U0EXEC0001')).toMatchObject({ error: 'user_not_in_channel' });
    expect(await to('U0NOBODY01')).toMatchObject({ error: 'user_not_in_channel' });
    expect(await call(sandbox, 'chat.postEphemeral', { channel: support.id, text: 'x' })).toMatchObject({
      errors: ['missing required field: user'],
    });
  });
});

describe('chat.update', () => {
  test('replaces blocks, and text alone removes them and marks the message edited', async () => {
    const sandbox = await startSandbox();
    const { ts } = await call(sandbox, 'chat.postMessage', { channel: general.id, text: 'a', blocks: [section('a')] });
    await call(sandbox, 'chat.update', { channel: general.id, ts, text: 'b', blocks: [section('b')] });
    expect(sandbox.conversation(general.id, agent.id)[0]).toMatchObject({ text: 'b', edited: false });
    await call(sandbox, 'chat.update', { channel: general.id, ts, text: 'c' });
    expect(sandbox.conversation(general.id, agent.id)[0]).toMatchObject({ text: 'c', blocks: [], edited: true });
  });

  test('keeps metadata unless it is sent, and an empty object clears it', async () => {
    const sandbox = await startSandbox();
    const metadata = { event_type: 'delivery', event_payload: { key: 'digest:1' } };
    const { ts } = await call(sandbox, 'chat.postMessage', { channel: general.id, text: 'a', metadata });
    await call(sandbox, 'chat.update', { channel: general.id, ts, text: 'b' });
    expect(sandbox.conversation(general.id, agent.id)[0]?.metadata).toEqual(metadata);
    await call(sandbox, 'chat.update', { channel: general.id, ts, text: 'c', metadata: {} });
    expect(sandbox.conversation(general.id, agent.id)[0]?.metadata).toBeUndefined();
  });

  test('refuses long text, other people, unknown messages and a person in place of the channel', async () => {
    const sandbox = await startSandbox();
    const { ts } = await call(sandbox, 'chat.postMessage', { channel: general.id, text: 'a' });
    const said = sandbox.say({ user: agent.id, channel: general.id, text: 'mine' });
    const update = (args: Record<string, unknown>) =>
      call(sandbox, 'chat.update', { channel: general.id, ts, text: 'x', ...args });
    expect(await update({ text: 'x'.repeat(4_001) })).toMatchObject({ error: 'msg_too_long' });
    expect(await update({ ts: said.ts })).toMatchObject({ error: 'cant_update_message' });
    expect(await update({ ts: '1.000001' })).toMatchObject({ error: 'message_not_found' });
    expect(await update({ channel: agent.id })).toMatchObject({ error: 'channel_not_found' });
    expect(await update({ text: '' })).toMatchObject({ error: 'no_text' });
  });
});

describe('chat.delete', () => {
  test('deletes own messages only', async () => {
    const sandbox = await startSandbox();
    const { ts } = await call(sandbox, 'chat.postMessage', { channel: general.id, text: 'a' });
    const said = sandbox.say({ user: agent.id, channel: general.id, text: 'mine' });
    expect(await call(sandbox, 'chat.delete', { channel: general.id, ts: said.ts })).toMatchObject({
      error: 'cant_delete_message',
    });
    expect(await call(sandbox, 'chat.delete', { channel: general.id, ts })).toMatchObject({ ok: true, ts });
    expect(sandbox.conversation(general.id, agent.id)).toHaveLength(1);
    expect(await call(sandbox, 'chat.delete', { channel: general.id, ts })).toMatchObject({
      error: 'message_not_found',
    });
  });
});
