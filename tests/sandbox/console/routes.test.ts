import { describe, expect, test } from 'vitest';
import { agent, general, leadership, stranger, support } from '../../../src/sandbox/workspace.ts';
import { call, startSandbox } from '../harness.ts';

const json = { 'content-type': 'application/json' };

describe('the console', () => {
  test('reads without JavaScript, with nothing from elsewhere and everything escaped', async () => {
    const sandbox = await startSandbox();
    const button = { type: 'button', action_id: 'a"b', text: { type: 'plain_text', text: '<script>' }, value: '"><b>' };
    await call(sandbox, 'chat.postMessage', {
      channel: general.id,
      text: 'x',
      blocks: [
        { type: 'actions', elements: [button] },
        { type: 'section', text: { type: 'mrkdwn', text: '<script>alert(1)</script>' } },
      ],
    });
    const response = await fetch(`${sandbox.url}?as=${agent.id}&c=${general.id}`);
    const page = await response.text();
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).toContain('&lt;script&gt;');
    expect(page.match(/<script\b/g)).toHaveLength(1);
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  test('falls back to a place the person may be in', async () => {
    const sandbox = await startSandbox();
    await call(sandbox, 'chat.postMessage', { channel: leadership.id, text: 'secret quarter' });
    const page = await (await fetch(`${sandbox.url}?as=${stranger.id}&c=${leadership.id}`)).text();
    expect(page).not.toContain('secret quarter');
    expect(page).not.toContain(leadership.id);
    expect(page).toContain('<h1>#general</h1>');
  });

  test('takes actions from its own pages only', async () => {
    const sandbox = await startSandbox();
    const body = JSON.stringify({ user: agent.id, channel: general.id, text: 'hi' });
    const post = async (headers: Record<string, string>) =>
      (await fetch(`${sandbox.url}console/send`, { method: 'POST', headers, body })).status;
    expect(await post({ 'content-type': 'text/plain' })).toBe(400);
    expect(await post({ ...json, origin: 'http://evil.example' })).toBe(400);
    expect(sandbox.conversation(general.id, agent.id)).toEqual([]);
    expect(await post(json)).toBe(200);
    expect(sandbox.conversation(general.id, agent.id)).toMatchObject([{ text: 'hi' }]);
  });

  test('says why something cannot be done', async () => {
    const sandbox = await startSandbox();
    const body = JSON.stringify({ user: agent.id, channel: leadership.id, text: 'hi' });
    const response = await fetch(`${sandbox.url}console/send`, { method: 'POST', headers: json, body });
    expect(response.status).toBe(409);
    expect(await response.json()).toEqual({ error: `${agent.id} is not in channel ${leadership.id}` });
  });

  test('knows no command but those of the app', async () => {
    const sandbox = await startSandbox();
    const body = JSON.stringify({ user: agent.id, channel: support.id, text: '/dance now' });
    await fetch(`${sandbox.url}console/send`, { method: 'POST', headers: json, body });
    expect(sandbox.conversation(support.id, agent.id)).toMatchObject([{ text: '`/dance` is not a valid command.' }]);
    expect(sandbox.dispatches).toEqual([]);
  });

  test('serves its own assets and nothing else from its folder', async () => {
    const sandbox = await startSandbox();
    const status = async (name: string) => (await fetch(`${sandbox.url}console/${name}`)).status;
    expect(await Promise.all(['style.css', 'console.js', 'icon.svg'].map(status))).toEqual([200, 200, 200]);
    expect(await Promise.all(['routes.ts', '%2e%2e%2fsandbox.ts', 'constructor', 'files/F0'].map(status))).toEqual([
      404, 404, 404, 404,
    ]);
  });
});
