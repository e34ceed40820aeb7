import { describe, expect, test } from 'vitest';
import { agent, archived, lounge, support } from '../../../src/sandbox/workspace.ts';
import { call, png, startSandbox, upload, webClient } from '../harness.ts';

const scopes = ['chat:write', 'files:write', 'files:read'];
const image = (slack_file: unknown) => ({ type: 'image', alt_text: 'SLA by day', slack_file });

describe('the three steps of an upload', () => {
  test('work with the SDK, which sends the bytes as a form', async () => {
    const sandbox = await startSandbox();
    const done = await webClient(sandbox).filesUploadV2({
      ...{ file: png(), filename: 'chart.png', title: 'Chart', channel_id: support.id, initial_comment: 'Weekly' },
    });
    expect(done.ok).toBe(true);
    const [message] = sandbox.conversation(support.id, agent.id);
    expect(message).toMatchObject({ text: 'Weekly', files: [expect.stringMatching(/^F/)] });
  });

  test('refuse a missing length, an overlong alt text, wrong bytes and unknown files', async () => {
    const sandbox = await startSandbox();
    const ask = (args: Record<string, unknown>) =>
      call(sandbox, 'files.getUploadURLExternal', { filename: 'a.png', ...args });
    expect(await ask({ length: 0 })).toMatchObject({ error: 'missing_argument' });
    expect(await ask({ length: 5, alt_txt: 'x'.repeat(1001) })).toMatchObject({ error: 'alt_txt_too_large' });
    const ticket = await ask({ length: 5 });
    const sent = await fetch(String(ticket.upload_url), { method: 'POST', body: 'four' });
    expect(sent.status).toBe(400);
    expect(await call(sandbox, 'files.completeUploadExternal', { files: [{ id: ticket.file_id }] })).toMatchObject({
      error: 'file_not_found',
    });
    expect(await call(sandbox, 'files.completeUploadExternal', {})).toMatchObject({ error: 'invalid_arguments' });
  });

  test('refuse channels the bot cannot post to', async () => {
    const sandbox = await startSandbox();
    const id = await upload(sandbox, png());
    const share = (channel_id: string) =>
      call(sandbox, 'files.completeUploadExternal', { files: [{ id }], channel_id });
    expect(await share('C0NOWHERE1')).toMatchObject({ error: 'invalid_channel' });
    expect(await share(lounge.id)).toMatchObject({ error: 'not_in_channel' });
    expect(await share(archived.id)).toMatchObject({ error: 'is_archived' });
  });

  test('share once per channel when the last step is repeated after an unknown outcome', async () => {
    const sandbox = await startSandbox();
    const id = await upload(sandbox, png());
    const share = () => call(sandbox, 'files.completeUploadExternal', { files: [{ id }], channel_id: support.id });
    expect(await share()).toMatchObject({ ok: true });
    expect(await share()).toMatchObject({ ok: true });
    expect(sandbox.conversation(support.id, agent.id)).toHaveLength(1);
  });
});

describe('a fresh file', () => {
  test('is refused in blocks until it is ready, and its type is empty until then', async () => {
    const sandbox = await startSandbox({ fileReadyMs: 150, scopes });
    const id = await upload(sandbox, png());
    const post = () =>
      call(sandbox, 'chat.postMessage', {
        channel: support.id,
        text: 'x',
        blocks: [{ type: 'divider' }, image({ id })],
      });
    expect(await post()).toMatchObject({
      error: 'invalid_blocks',
      response_metadata: { messages: ['[ERROR] invalid slack file [json-pointer:/blocks/1/slack_file]'] },
    });
    expect(await call(sandbox, 'files.info', { file: id })).toMatchObject({
      file: { mimetype: '', size: png().length },
    });
    const ready = await pollUntilOk(post);
    expect(ready).toMatchObject({ ok: true });
    expect(await call(sandbox, 'files.info', { file: id })).toMatchObject({
      file: { mimetype: 'image/png', filetype: 'png', original_w: 120, original_h: 63 },
    });
  });

  test('is accepted by id, private address and permalink, but not by two of them', async () => {
    const sandbox = await startSandbox({ scopes });
    const id = await upload(sandbox, png());
    const { file } = (await call(sandbox, 'files.info', { file: id })) as unknown as { file: Record<string, string> };
    const post = (reference: unknown) =>
      call(sandbox, 'chat.postMessage', { channel: support.id, text: 'x', blocks: [image(reference)] });
    expect(await post({ id })).toMatchObject({ ok: true });
    expect(await post({ url: file.url_private })).toMatchObject({ ok: true });
    expect(await post({ url: file.permalink })).toMatchObject({ ok: true });
    expect(await post({ id, url: file.permalink })).toMatchObject({ error: 'invalid_blocks' });
    expect(await post({ id: 'F0FOREIGN1' })).toMatchObject({
      errors: ['invalid slack file [json-pointer:/blocks/0/slack_file]'],
    });
  });

  test('that is no picture is refused in an image block whatever its name says', async () => {
    const sandbox = await startSandbox();
    const id = await upload(sandbox, Buffer.from('%PDF-1.7 not a picture'), 'chart.png');
    const reply = await call(sandbox, 'chat.postMessage', { channel: support.id, text: 'x', blocks: [image({ id })] });
    expect(reply.error).toBe('invalid_blocks');
  });
});

test('images come back with fields that Slack refuses when they are sent again', async () => {
  const sandbox = await startSandbox();
  const id = await upload(sandbox, png());
  const posted = await call(sandbox, 'chat.postMessage', { channel: support.id, text: 'x', blocks: [image({ id })] });
  const { blocks } = posted.message as { blocks: Record<string, unknown>[] };
  expect(blocks[0]).toMatchObject({ image_width: 120, image_height: 63 });
  expect(await call(sandbox, 'chat.update', { channel: support.id, ts: posted.ts, blocks })).toMatchObject({
    error: 'invalid_blocks',
  });
});

test('files.info needs a scope the app does not have by default', async () => {
  const sandbox = await startSandbox();
  expect(await call(sandbox, 'files.info', { file: 'F1' })).toMatchObject({
    error: 'missing_scope',
    needed: 'files:read',
  });
});

async function pollUntilOk(attempt: () => Promise<{ ok: boolean }>): Promise<{ ok: boolean }> {
  for (;;) {
    const reply = await attempt();
    if (reply.ok) return reply;
  }
}
