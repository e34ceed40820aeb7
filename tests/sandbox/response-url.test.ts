import { describe, expect, test } from 'vitest';
import { fixedClock } from '../../src/lib/clock.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { agent, supervisor, support } from '../../src/sandbox/workspace.ts';
import { call, png, startOfTest, startSandbox, upload } from './harness.ts';

async function ofCommand(sandbox: Sandbox): Promise<string> {
  await sandbox.command({ user: agent.id, channel: support.id, text: 'sla' });
  return String(sandbox.dispatches.at(-1)?.payload.response_url);
}

/** An ephemeral message with a button, and the response URL that pressing it gives. */
async function ofButton(sandbox: Sandbox): Promise<string> {
  const button = { type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' } };
  const blocks = [{ type: 'actions', elements: [button] }];
  const args = { channel: support.id, user: agent.id, text: 'before', blocks };
  const { message_ts } = await call(sandbox, 'chat.postEphemeral', args);
  await sandbox.click({ user: agent.id, channel: support.id, ts: String(message_ts), actionId: 'go' });
  return String(sandbox.dispatches.at(-1)?.payload.response_url);
}

async function post(url: string, body: unknown): Promise<{ status: number; text: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

/** What the person sees of the bot, without Slackbot's words about the bot that is not there. */
const botSays = (sandbox: Sandbox, user = agent.id) =>
  sandbox
    .conversation(support.id, user)
    .filter((message) => message.user === 'U0CREMA001')
    .map(({ text }) => text);

describe('a response URL', () => {
  test('answers the person alone unless told in_channel', async () => {
    const sandbox = await startSandbox();
    const url = await ofCommand(sandbox);
    expect(await post(url, { text: 'for you' })).toEqual({ status: 200, text: 'ok' });
    await post(url, { text: 'for all', response_type: 'in_channel' });
    expect(botSays(sandbox)).toEqual(['for you', 'for all']);
    expect(botSays(sandbox, supervisor.id)).toEqual(['for all']);
  });

  test('works five times', async () => {
    const sandbox = await startSandbox();
    const url = await ofCommand(sandbox);
    for (let use = 1; use <= 5; use += 1) expect((await post(url, { text: `${use}` })).status).toBe(200);
    expect(await post(url, { text: '6' })).toEqual({ status: 404, text: '{"ok":false,"error":"used_url"}' });
    expect(botSays(sandbox)).toHaveLength(5);
  });

  test('works for thirty minutes of the sandbox clock', async () => {
    const clock = fixedClock(startOfTest);
    const sandbox = await startSandbox({ clock });
    const url = await ofCommand(sandbox);
    clock.set(Temporal.Instant.from(startOfTest).add({ minutes: 30 }));
    expect((await post(url, { text: 'in time' })).status).toBe(200);
    clock.set(Temporal.Instant.from(startOfTest).add({ minutes: 31 }));
    expect(await post(url, { text: 'late' })).toEqual({ status: 404, text: '{"ok":false,"error":"expired_url"}' });
  });

  test.each([
    ['what is not JSON', '{', 'invalid_payload'],
    ['nothing to say', {}, 'no_text'],
    ['an invalid block', { text: 'x', blocks: [{ type: 'chart' }] }, 'invalid_blocks'],
  ])('refuses %s, and the try counts', async (_what, body, error) => {
    const sandbox = await startSandbox();
    const url = await ofCommand(sandbox);
    for (let use = 1; use <= 5; use += 1) {
      const reply = await post(url, body);
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.text)).toMatchObject({ ok: false, error });
    }
    expect((await post(url, { text: 'x' })).status).toBe(404);
  });

  test('of a command replaces nothing: Slack posts another message', async () => {
    const sandbox = await startSandbox();
    const url = await ofCommand(sandbox);
    await post(url, { text: 'Looking it up...' });
    await post(url, { text: 'SLA 91.2 %', replace_original: true });
    expect(botSays(sandbox)).toEqual(['Looking it up...', 'SLA 91.2 %']);
  });

  test('of a button replaces the message with the button in place, ephemeral or not', async () => {
    const sandbox = await startSandbox();
    const url = await ofButton(sandbox);
    const [before] = sandbox.conversation(support.id, agent.id);
    const ts = before?.ts;
    expect(await post(url, { text: 'after', replace_original: 'true' })).toEqual({ status: 200, text: '{"ok":true}' });
    expect(sandbox.conversation(support.id, agent.id)).toMatchObject([
      { ts, text: 'after', ephemeralTo: agent.id, blocks: [] },
    ]);
  });

  test('of a button adds a message when not told to replace, and deletes when told so', async () => {
    const sandbox = await startSandbox();
    const url = await ofButton(sandbox);
    await post(url, { text: 'another' });
    expect(botSays(sandbox)).toEqual(['before', 'another']);
    await post(url, { delete_original: true });
    expect(botSays(sandbox)).toEqual(['another']);
    expect((await post(url, { text: 'x', replace_original: true })).status).toBe(404);
  });

  test('takes an image, and a planned fault makes it not ready first', async () => {
    const sandbox = await startSandbox();
    const url = await ofCommand(sandbox);
    const blocks = [{ type: 'image', alt_text: 'x', slack_file: { id: await upload(sandbox, png()) } }];
    sandbox.failNext({ method: 'response_url', kind: 'invalid-slack-file' });
    expect(await post(url, { text: 'x', blocks })).toMatchObject({
      status: 400,
      text: expect.stringContaining('invalid slack file [json-pointer:/blocks/0/slack_file]'),
    });
    expect((await post(url, { text: 'x', blocks })).status).toBe(200);
  });

  test('that was never given out is no service', async () => {
    const sandbox = await startSandbox();
    expect((await post(`${sandbox.url}commands/T0CREMA001/made-up`, { text: 'x' })).status).toBe(404);
  });
});
