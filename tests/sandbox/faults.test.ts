import { describe, expect, test } from 'vitest';
import { agent, general, supervisor, support } from '../../src/sandbox/workspace.ts';
import { call, png, startSandbox, upload, webClient } from './harness.ts';

const post = { channel: general.id, text: 'x' };

describe('a planned fault', () => {
  test('rate limits with Retry-After, as the SDK understands it', async () => {
    const sandbox = await startSandbox();
    sandbox.failNext({ method: 'chat.postMessage', kind: 'rate-limited', retryAfterSeconds: 7 });
    await expect(webClient(sandbox).chat.postMessage(post)).rejects.toMatchObject({ retryAfter: 7 });
    expect(sandbox.conversation(general.id, agent.id)).toEqual([]);
    expect(await call(sandbox, 'chat.postMessage', post)).toMatchObject({ ok: true });
  });

  test('answers with an HTTP status or an error code as often as told, other methods untouched', async () => {
    const sandbox = await startSandbox();
    sandbox.failNext({ method: 'chat.postMessage', kind: 'error', error: 'fatal_error', times: 2 });
    expect(await call(sandbox, 'auth.test')).toMatchObject({ ok: true });
    expect(await call(sandbox, 'chat.postMessage', post)).toMatchObject({ error: 'fatal_error' });
    expect(await call(sandbox, 'chat.postMessage', post)).toMatchObject({ error: 'fatal_error' });
    sandbox.failNext({ method: 'chat.postMessage', kind: 'http', status: 500 });
    await expect(webClient(sandbox).chat.postMessage(post)).rejects.toMatchObject({ statusCode: 500 });
    expect(await call(sandbox, 'chat.postMessage', post)).toMatchObject({ ok: true });
  });

  test('loses the answer of a call that was executed', async () => {
    const sandbox = await startSandbox();
    sandbox.failNext({ method: 'chat.postMessage', kind: 'lost-answer' });
    await expect(webClient(sandbox).chat.postMessage(post)).rejects.toThrow();
    expect(sandbox.conversation(general.id, agent.id)).toHaveLength(1);
  });

  test('hangs until the caller gives up, executing nothing', async () => {
    const sandbox = await startSandbox();
    sandbox.failNext({ method: 'chat.postMessage', kind: 'hang' });
    const gaveUp = new AbortController();
    const attempt = fetch(`${sandbox.apiUrl}chat.postMessage`, { method: 'POST', signal: gaveUp.signal });
    await sandbox.waitFor('the call to arrive', () => sandbox.apiCalls.at(-1)?.error === 'hang');
    gaveUp.abort();
    await expect(attempt).rejects.toThrow();
    expect(sandbox.conversation(general.id, agent.id)).toEqual([]);
  });

  test('declares a file not ready and spares calls without one', async () => {
    const sandbox = await startSandbox();
    const blocks = [{ type: 'image', alt_text: 'x', slack_file: { id: await upload(sandbox, png()) } }];
    sandbox.failNext({ method: 'chat.postMessage', kind: 'invalid-slack-file', times: 2 });
    expect(await call(sandbox, 'chat.postMessage', post)).toMatchObject({ ok: true });
    const withImage = () => call(sandbox, 'chat.postMessage', { ...post, blocks });
    expect(await withImage()).toMatchObject({ errors: ['invalid slack file [json-pointer:/blocks/0/slack_file]'] });
    expect(await withImage()).toMatchObject({ error: 'invalid_blocks' });
    expect(await withImage()).toMatchObject({ ok: true });
  });

  test('can hit the upload, and be taken back', async () => {
    const sandbox = await startSandbox();
    const { upload_url } = await call(sandbox, 'files.getUploadURLExternal', { filename: 'a.txt', length: 1 });
    sandbox.failNext({ method: 'upload', kind: 'http', status: 503 });
    expect((await fetch(String(upload_url), { method: 'POST', body: 'a' })).status).toBe(503);
    sandbox.failNext({ method: 'upload', kind: 'http', status: 503 });
    sandbox.clearFaults();
    expect((await fetch(String(upload_url), { method: 'POST', body: 'a' })).status).toBe(200);
  });

  test('revokes the token for every method until it is restored', async () => {
    const sandbox = await startSandbox();
    sandbox.failNext({ method: '*', kind: 'error', error: 'token_revoked', times: Number.POSITIVE_INFINITY });
    for (const method of ['auth.test', 'users.info', 'chat.postMessage', 'auth.test']) {
      expect(await call(sandbox, method, { ...post, user: agent.id })).toMatchObject({ error: 'token_revoked' });
    }
    expect(sandbox.pendingFaults()).toHaveLength(1);
    sandbox.clearFaults();
    expect(await call(sandbox, 'auth.test')).toMatchObject({ ok: true });
  });

  test('can be meant for one channel or one person', async () => {
    const sandbox = await startSandbox();
    sandbox.failNext({ method: 'chat.postMessage', channel: support.id, kind: 'error', error: 'is_archived' });
    sandbox.failNext({ method: 'users.info', user: agent.id, kind: 'error', error: 'user_not_found' });
    expect(await call(sandbox, 'chat.postMessage', post)).toMatchObject({ ok: true });
    expect(await call(sandbox, 'chat.postMessage', { ...post, channel: support.id })).toMatchObject({
      error: 'is_archived',
    });
    expect(await call(sandbox, 'users.info', { user: supervisor.id })).toMatchObject({ ok: true });
    expect(await call(sandbox, 'users.info', { user: agent.id })).toMatchObject({ error: 'user_not_found' });
  });

  test('takes a scope away, saying which one is needed', async () => {
    const sandbox = await startSandbox();
    sandbox.failNext({ method: 'users.info', kind: 'error', error: 'missing_scope' });
    const reply = await call(sandbox, 'users.info', { user: agent.id });
    expect(reply).toMatchObject({ error: 'missing_scope', needed: 'users:read' });
    expect(String(reply.provided).split(',')).not.toContain('users:read');
  });

  test("keeps back a person's e-mail", async () => {
    const sandbox = await startSandbox();
    sandbox.failNext({ method: 'users.info', kind: 'no-email' });
    const info = async () => JSON.stringify(await call(sandbox, 'users.info', { user: agent.id }));
    expect(await info()).not.toContain('@example.com');
    expect(await info()).toContain('rafael.costa@example.com');
  });

  test('lets one file take longer to process', async () => {
    const sandbox = await startSandbox();
    sandbox.failNext({ method: 'files.completeUploadExternal', kind: 'slow-file', readyMs: 150 });
    const blocks = [{ type: 'image', alt_text: 'x', slack_file: { id: await upload(sandbox, png()) } }];
    const withImage = () => call(sandbox, 'chat.postMessage', { ...post, blocks });
    expect(await withImage()).toMatchObject({ error: 'invalid_blocks' });
    await sandbox.waitFor('the file', () => sandbox.fileReady(String(blocks[0]?.slack_file.id)));
    expect(await withImage()).toMatchObject({ ok: true });
  });

  test('hits response URLs: rate limited, silent, or done with the answer lost', async () => {
    const sandbox = await startSandbox();
    await sandbox.command({ user: agent.id, channel: support.id, text: 'sla' });
    const url = String(sandbox.dispatches[0]?.payload.response_url);
    const respond = (signal?: AbortSignal) =>
      fetch(url, { method: 'POST', body: '{"text":"SLA 91.2 %"}', ...(signal ? { signal } : {}) });
    sandbox.failNext({ method: 'response_url', kind: 'rate-limited', retryAfterSeconds: 3 });
    const limited = await respond();
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3']);
    sandbox.failNext({ method: 'response_url', kind: 'hang' });
    const gaveUp = new AbortController();
    const attempt = respond(gaveUp.signal);
    await sandbox.waitFor('the post to arrive', () => sandbox.apiCalls.at(-1)?.error === 'hang');
    gaveUp.abort();
    await expect(attempt).rejects.toThrow();
    const answers = () => sandbox.conversation(support.id, agent.id).filter(({ text }) => text === 'SLA 91.2 %');
    expect(answers()).toHaveLength(0);
    sandbox.failNext({ method: 'response_url', kind: 'lost-answer' });
    await expect(respond()).rejects.toThrow();
    expect(answers()).toHaveLength(1);
  });
});

test('waiting for what never happens says what was waited for', async () => {
  const sandbox = await startSandbox();
  await expect(sandbox.waitFor('snow', () => undefined, 5)).rejects.toThrow('snow did not happen within 5 ms');
});

test('requests under another host name are refused', async () => {
  const sandbox = await startSandbox();
  const { port } = new URL(sandbox.url);
  const { request } = await import('node:http');
  const status = await new Promise((resolve, reject) => {
    request(
      { host: '127.0.0.1', port, path: '/api/auth.test', method: 'POST', headers: { host: 'evil.example' } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    )
      .once('error', reject)
      .end();
  });
  expect(status).toBe(403);
});
