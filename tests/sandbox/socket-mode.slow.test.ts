import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { agent, support } from '../../src/sandbox/workspace.ts';
import { appToken, call, startBoltSocket, startSandbox } from './harness.ts';

const ask = { user: agent.id, channel: support.id, text: 'sla' };

describe('Socket Mode', () => {
  test('carries commands and their answers with Bolt', async () => {
    const sandbox = await startSandbox();
    const app = await startBoltSocket(sandbox);
    app.command('/kpi', async ({ ack, command }) => ack(`asked ${command.text}`));
    expect(sandbox.sockets()).toBe(1);
    expect(await sandbox.command(ask)).toMatchObject({ outcome: 'acknowledged' });
    expect(sandbox.conversation(support.id, agent.id)).toMatchObject([{ text: 'asked sla', ephemeralTo: agent.id }]);
    expect(sandbox.dispatches[0]?.via).toBe('socket');
  });

  test('carries presses on buttons', async () => {
    const sandbox = await startSandbox();
    const app = await startBoltSocket(sandbox);
    app.action('go', async ({ ack, respond }) => {
      await ack();
      await respond({ text: 'done', replace_original: true });
    });
    const button = { type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' } };
    const args = { channel: support.id, user: agent.id, text: 'x', blocks: [{ type: 'actions', elements: [button] }] };
    const { message_ts } = await call(sandbox, 'chat.postEphemeral', args);
    await sandbox.click({ user: agent.id, channel: support.id, ts: String(message_ts), actionId: 'go' });
    await sandbox.waitFor('the replacement', () => sandbox.conversation(support.id, agent.id)[0]?.text === 'done');
  });

  test('shows operation_timeout when no acknowledgement comes', async () => {
    const sandbox = await startSandbox();
    await startBoltSocket(sandbox);
    expect(await sandbox.command(ask)).toMatchObject({ outcome: 'operation_timeout' });
  });

  test('gives way to a bot address, and without a socket nobody is there', async () => {
    const sandbox = await startSandbox();
    await startBoltSocket(sandbox);
    sandbox.setBotUrl('http://127.0.0.1:1/');
    expect(await sandbox.command(ask)).toMatchObject({ outcome: 'dispatch_failed' });
    expect(sandbox.dispatches[0]?.via).toBe('http');
  });

  test('needs the app token, and an address works once', async () => {
    const sandbox = await startSandbox();
    const { url } = await call(sandbox, 'apps.connections.open', {}, appToken);
    const hello = (address: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(address);
        socket.once('error', reject);
        socket.once('message', (data) => {
          socket.close();
          resolve(JSON.parse(String(data)));
        });
      });
    expect(await hello(String(url))).toMatchObject({ type: 'hello', connection_info: { app_id: 'A0CREMA001' } });
    await expect(hello(String(url))).rejects.toThrow('403');
  });

  test('tells sockets to come again', async () => {
    const sandbox = await startSandbox();
    const { url } = await call(sandbox, 'apps.connections.open', {}, appToken);
    const socket = new WebSocket(String(url));
    const messages: { type: string; reason?: string }[] = [];
    socket.on('message', (data) => messages.push(JSON.parse(String(data))));
    await sandbox.waitFor('the socket', () => sandbox.sockets() === 1);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    sandbox.refreshSockets();
    await closed;
    expect(messages.at(-1)).toMatchObject({ type: 'disconnect', reason: 'refresh_requested' });
    await sandbox.waitFor('the socket to go', () => sandbox.sockets() === 0);
  });
});
