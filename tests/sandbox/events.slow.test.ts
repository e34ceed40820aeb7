import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { App } from '@slack/bolt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sign } from '../../src/sandbox/http-transport.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { agent, botUserId, general, leadership, lounge, supervisor, support } from '../../src/sandbox/workspace.ts';
import { call, signingSecret, startBolt, startBoltSocket, startSandbox } from './harness.ts';

type Event = Record<string, unknown> & { type: string };

/** A Bolt app that keeps every event it gets. */
async function listening(
  options: Partial<SandboxOptions> = {},
): Promise<{ sandbox: Sandbox; app: App; events: Event[] }> {
  const sandbox = await startSandbox(options);
  const app = await startBolt(sandbox);
  const events: Event[] = [];
  app.event(/.*/, async ({ event }) => void events.push(event as never));
  return { sandbox, app, events };
}

/** A bot of bare HTTP: keeps what it was sent, and answers as told. */
async function bareBot(sandbox: Sandbox, answers: { status?: number; headers?: Record<string, string> }[]) {
  const requests: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { status = 200, headers = {} } = answers[requests.length] ?? {};
      requests.push({ headers: request.headers, body });
      response.writeHead(status, headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  sandbox.setBotUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return requests;
}

describe('a message', () => {
  test('in a direct message reaches the bot, as an event Bolt accepts', async () => {
    const { sandbox, events } = await listening();
    const said = sandbox.say({ user: agent.id, channel: 'D0AGENT001', text: 'sla <7d>' });
    await sandbox.waitFor('the event', () => events.length === 1);
    expect(events[0]).toMatchObject({
      type: 'message',
      channel: 'D0AGENT001',
      channel_type: 'im',
      user: agent.id,
      text: 'sla &lt;7d&gt;',
      ts: said.ts,
      event_ts: said.ts,
    });
    expect(sandbox.dispatches[0]).toMatchObject({
      kind: 'event',
      outcome: 'acknowledged',
      payload: {
        type: 'event_callback',
        event_id: expect.stringMatching(/^Ev/),
        event_time: Temporal.Instant.from('2026-11-16T08:25:00Z').epochMilliseconds / 1000,
        team_id: 'T0CREMA001',
        authorizations: [{ user_id: botUserId, is_bot: true }],
      },
    });
  });

  test('in a channel reaches the bot only where it is mentioned and a member', async () => {
    const { sandbox, events } = await listening();
    sandbox.say({ user: agent.id, channel: support.id, text: 'good morning' });
    sandbox.say({ user: agent.id, channel: lounge.id, text: `<@${botUserId}> hello` });
    const said = sandbox.say({ user: agent.id, channel: support.id, text: '@Crema sla 7d' });
    await sandbox.waitFor('the mention', () => events.length > 0);
    expect(said.text).toBe(`<@${botUserId}> sla 7d`);
    expect(events).toMatchObject([{ type: 'app_mention', channel: support.id, ts: said.ts, user: agent.id }]);
  });

  test('of a thread carries the thread', async () => {
    const { sandbox, events } = await listening();
    const parent = sandbox.say({ user: supervisor.id, channel: support.id, text: 'SLA?' });
    const reply = { user: agent.id, channel: support.id, text: '@crema sla', threadTs: parent.ts };
    sandbox.say(reply);
    await sandbox.waitFor('the mention', () => events.length > 0);
    expect(events[0]).toMatchObject({ type: 'app_mention', thread_ts: parent.ts });
    expect(() => sandbox.say({ ...reply, threadTs: '1.000001' })).toThrow('cannot be answered');
  });

  test("of the bot's own in a direct message comes back to it marked with its bot id, edits and deletions too", async () => {
    const { sandbox } = await listening();
    const { ts } = await call(sandbox, 'chat.postMessage', { channel: 'D0AGENT001', text: 'one' });
    await call(sandbox, 'chat.update', { channel: 'D0AGENT001', ts, text: 'two' });
    await call(sandbox, 'chat.delete', { channel: 'D0AGENT001', ts });
    await sandbox.waitFor('three events', () => sandbox.dispatches.length === 3);
    expect(sandbox.dispatches.map(({ payload }) => payload.event).toSorted(bySubtype)).toMatchObject([
      { bot_id: 'B0CREMA001', text: 'one' },
      { subtype: 'message_changed', message: { text: 'two' }, previous_message: { text: 'one' }, hidden: true },
      { subtype: 'message_deleted', deleted_ts: ts },
    ]);
  });

  test('that only one person sees is no event', async () => {
    const { sandbox, events } = await listening();
    await call(sandbox, 'chat.postEphemeral', { channel: 'D0AGENT001', user: agent.id, text: 'psst' });
    await sandbox.openHome(agent.id);
    expect(events.map(({ type }) => type)).toEqual(['app_home_opened']);
  });
});

function bySubtype(a: unknown, b: unknown): number {
  const subtype = (event: unknown): string => String((event as { subtype?: string }).subtype ?? '');
  return subtype(a).localeCompare(subtype(b));
}

describe('opening the home', () => {
  test('tells the tab and, once published, the view', async () => {
    const { sandbox, events } = await listening();
    expect(await sandbox.openHome(agent.id)).toMatchObject({ outcome: 'acknowledged' });
    const view = { type: 'home', callback_id: 'mine', blocks: [{ type: 'divider' }] };
    await call(sandbox, 'views.publish', { user_id: agent.id, view });
    await sandbox.openHome(agent.id, 'messages');
    expect(events).toMatchObject([
      { type: 'app_home_opened', user: agent.id, channel: 'D0AGENT001', tab: 'home' },
      { tab: 'messages', view: { type: 'home', callback_id: 'mine' } },
    ]);
    expect(events[0]).not.toHaveProperty('view');
  });
});

describe('a change of the workspace', () => {
  test('archiving, renaming and leaving reach the bot and count from then on', async () => {
    const { sandbox, events } = await listening();
    await sandbox.rename(support.id, 'help-desk');
    await sandbox.archive(support.id);
    await sandbox.unarchive(support.id);
    await sandbox.leave(agent.id, support.id);
    await sandbox.join(agent.id, support.id);
    await sandbox.leave(botUserId, support.id);
    expect(events).toMatchObject([
      { type: 'channel_rename', channel: { id: support.id, name: 'help-desk' } },
      { type: 'channel_archive', channel: support.id },
      { type: 'channel_unarchive', channel: support.id },
      { type: 'member_left_channel', user: agent.id, channel_type: 'C' },
      { type: 'member_joined_channel', user: agent.id },
      { type: 'channel_left', channel: support.id },
    ]);
    const post = () => call(sandbox, 'chat.postMessage', { channel: '#help-desk', text: 'x' });
    expect(await post()).toMatchObject({ error: 'not_in_channel' });
    await sandbox.join(botUserId, support.id);
    expect(await post()).toMatchObject({ ok: true, channel: support.id });
    await sandbox.archive(support.id);
    expect(await post()).toMatchObject({ error: 'is_archived' });
  });

  test('of a private channel has its own event names, and none once the bot has left', async () => {
    const { sandbox, events } = await listening();
    await sandbox.rename(leadership.id, 'board');
    await sandbox.leave(botUserId, leadership.id);
    expect(await sandbox.archive(leadership.id)).toMatchObject({ outcome: 'not_sent' });
    expect(events.map(({ type }) => type)).toEqual(['group_rename', 'group_left']);
    expect(await call(sandbox, 'conversations.info', { channel: leadership.id })).toMatchObject({
      error: 'channel_not_found',
    });
  });

  test('deactivating a person or changing an e-mail is user_change, and users.info says so', async () => {
    const { sandbox, events } = await listening();
    await sandbox.changeEmail(agent.id, 'rafael@example.org');
    await sandbox.deactivate(agent.id);
    expect(events).toMatchObject([
      { type: 'user_change', user: { id: agent.id, deleted: false, profile: { email: 'rafael@example.org' } } },
      { type: 'user_change', user: { id: agent.id, deleted: true } },
    ]);
    expect(await call(sandbox, 'users.info', { user: agent.id })).toMatchObject({ user: { deleted: true } });
    const direct = { channel: agent.id, text: 'x' };
    expect(await call(sandbox, 'chat.postMessage', direct)).toMatchObject({ error: 'channel_not_found' });
    expect(await call(sandbox, 'conversations.open', { users: agent.id })).toMatchObject({ error: 'user_disabled' });
    expect(() => sandbox.say({ user: agent.id, channel: support.id, text: 'x' })).toThrow('is deactivated');
    await sandbox.reactivate(agent.id);
    await sandbox.changeEmail(agent.id, undefined);
    const { user } = (await call(sandbox, 'users.info', { user: agent.id })) as unknown as {
      user: { profile: object };
    };
    expect(user.profile).not.toHaveProperty('email');
  });

  test('is impossible where it makes no sense', async () => {
    const sandbox = await startSandbox();
    expect(() => sandbox.rename(support.id, 'Help Desk')).toThrow('is no name for a channel');
    expect(() => sandbox.archive('D0AGENT001')).toThrow('there is no channel');
    expect(() => sandbox.leave(agent.id, leadership.id)).toThrow('is not in channel');
    expect(() => sandbox.join(agent.id, general.id)).toThrow('already');
  });
});

describe('an event', () => {
  test('is signed, and sent again with number and reason until it is acknowledged', async () => {
    const sandbox = await startSandbox({ eventRetryMs: [0, 0, 0] });
    const requests = await bareBot(sandbox, [{ status: 500 }, { status: 503 }]);
    expect(await sandbox.openHome(agent.id)).toMatchObject({ outcome: 'acknowledged' });
    expect(requests.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']])).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_error'],
    ]);
    expect(new Set(requests.map(({ body }) => JSON.parse(body).event_id)).size).toBe(1);
    const { headers, body } = requests[0]!;
    expect(headers['x-slack-signature']).toBe(sign(signingSecret, Number(headers['x-slack-request-timestamp']), body));
    expect(headers['content-type']).toBe('application/json');
    expect(sandbox.dispatches.map(({ retry }) => retry?.number)).toEqual([undefined, 1, 2]);
  });

  test('is given up after the schedule, and at once when the bot says no retry', async () => {
    const sandbox = await startSandbox({ eventRetryMs: [0] });
    const failing = { status: 500 };
    const requests = await bareBot(sandbox, [failing, failing, { ...failing, headers: { 'x-slack-no-retry': '1' } }]);
    expect(await sandbox.openHome(agent.id)).toMatchObject({ outcome: 'dispatch_failed', detail: 'HTTP 500' });
    expect(requests).toHaveLength(2);
    await sandbox.openHome(agent.id);
    expect(requests).toHaveLength(3);
  });

  test('not acknowledged within three seconds comes again as http_timeout', async () => {
    const sandbox = await startSandbox({ eventRetryMs: [0] });
    const server = createServer((request, response) => {
      if (request.headers['x-slack-retry-num'] !== undefined) response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    sandbox.setBotUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(await sandbox.openHome(agent.id)).toMatchObject({ outcome: 'acknowledged' });
    expect(sandbox.dispatches.map(({ outcome, retry }) => [outcome, retry?.reason])).toEqual([
      ['operation_timeout', undefined],
      ['acknowledged', 'http_timeout'],
    ]);
  });

  test('comes over Socket Mode in an envelope', async () => {
    const sandbox = await startSandbox();
    const app = await startBoltSocket(sandbox);
    const opened: string[] = [];
    app.event('app_home_opened', async ({ event }) => void opened.push(event.user));
    expect(await sandbox.openHome(agent.id)).toMatchObject({ outcome: 'acknowledged', detail: 'socket' });
    await sandbox.waitFor('the listener', () => opened.length === 1);
    expect(opened).toEqual([agent.id]);
  });

  test('is not sent without subscription, scope or bot', async () => {
    const nobody = await startSandbox();
    expect(await nobody.openHome(agent.id)).toMatchObject({ outcome: 'not_sent', detail: 'no bot is connected' });
    const { sandbox } = await listening({ events: ['message'], scopes: ['users:read'] });
    expect(await sandbox.openHome(agent.id)).toMatchObject({ outcome: 'not_sent' });
    sandbox.say({ user: agent.id, channel: 'D0AGENT001', text: 'hello' });
    expect(await sandbox.deactivate(agent.id)).toMatchObject({ outcome: 'not_sent' });
    expect(sandbox.dispatches).toEqual([]);
  });
});

describe('the address of the bot', () => {
  test('is verified by a challenge that has to come back', async () => {
    const sandbox = await startSandbox();
    await startBolt(sandbox);
    expect(await sandbox.verifyBotUrl()).toMatchObject({ outcome: 'acknowledged' });
    await bareBot(sandbox, []);
    expect(await sandbox.verifyBotUrl()).toMatchObject({
      outcome: 'dispatch_failed',
      detail: 'the challenge did not come back',
    });
  });
});
