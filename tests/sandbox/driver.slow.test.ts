import type { App, SlashCommand } from '@slack/bolt';
import { describe, expect, test } from 'vitest';
import { sign } from '../../src/sandbox/http-transport.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { agent, archived, general, leadership, supervisor, support } from '../../src/sandbox/workspace.ts';
import { call, startBolt, startSandbox } from './harness.ts';

const ask = { user: agent.id, channel: support.id, text: 'sla 7d' };
const seen = (sandbox: Sandbox) => sandbox.conversation(support.id, agent.id).map(({ text }) => text);

const menu = {
  type: 'actions',
  block_id: 'row',
  elements: [
    { type: 'button', action_id: 'share', text: { type: 'plain_text', text: 'Share' }, value: 'k7f3a2' },
    {
      type: 'overflow',
      action_id: 'more',
      options: ['explain', 'csv'].map((value) => ({ text: { type: 'plain_text', text: value }, value })),
    },
    {
      type: 'static_select',
      action_id: 'period',
      options: ['7d', '30d'].map((value) => ({ text: { type: 'plain_text', text: value }, value })),
    },
  ],
};

async function withAction(): Promise<{ sandbox: Sandbox; app: App; bodies: Record<string, unknown>[] }> {
  const sandbox = await startSandbox();
  const app = await startBolt(sandbox);
  const bodies: Record<string, unknown>[] = [];
  app.action(/.*/, async ({ ack, body }) => {
    bodies.push(body as never);
    await ack();
  });
  return { sandbox, app, bodies };
}

describe('a slash command', () => {
  test('reaches a Bolt receiver signed, with what Slack sends', async () => {
    const sandbox = await startSandbox();
    const app = await startBolt(sandbox);
    let command: SlashCommand | undefined;
    app.command('/kpi', async ({ ack, command: received }) => {
      command = received;
      await ack('Tickets: 12');
    });
    expect(await sandbox.command(ask)).toMatchObject({ outcome: 'acknowledged', ackMs: expect.any(Number) });
    expect(command).toMatchObject({
      command: '/kpi',
      text: 'sla 7d',
      user_id: agent.id,
      user_name: 'rafael',
      channel_id: support.id,
      channel_name: 'support',
      team_id: 'T0CREMA001',
      api_app_id: 'A0CREMA001',
    });
    expect(sandbox.conversation(support.id, agent.id)).toMatchObject([{ text: 'Tickets: 12', ephemeralTo: agent.id }]);
    expect(sandbox.conversation(support.id, supervisor.id)).toEqual([]);
  });

  test('is refused by a receiver that has another signing secret', async () => {
    const sandbox = await startSandbox();
    const app = await startBolt(sandbox, 'another-secret');
    app.command('/kpi', async ({ ack }) => ack('never'));
    expect(await sandbox.command(ask)).toMatchObject({ outcome: 'dispatch_failed', detail: 'HTTP 401' });
    expect(seen(sandbox)).toEqual(['`/kpi` failed with the error "dispatch_failed"']);
  });

  test('that nobody acknowledges within three seconds shows operation_timeout', async () => {
    const sandbox = await startSandbox();
    const app = await startBolt(sandbox);
    app.command('/kpi', async () => {});
    expect(await sandbox.command(ask)).toMatchObject({ outcome: 'operation_timeout', ackMs: undefined });
    expect(seen(sandbox)).toEqual(['`/kpi` failed with the error "operation_timeout"']);
  });

  test('without any bot shows dispatch_failed', async () => {
    const sandbox = await startSandbox();
    expect(await sandbox.command(ask)).toMatchObject({ outcome: 'dispatch_failed', detail: 'no bot is connected' });
    sandbox.setBotUrl('http://127.0.0.1:1/slack/events');
    expect(await sandbox.command(ask)).toMatchObject({ outcome: 'dispatch_failed' });
  });

  test('answered in_channel shows what was typed as well, to everybody', async () => {
    const sandbox = await startSandbox();
    const app = await startBolt(sandbox);
    app.command('/kpi', async ({ ack }) => ack({ response_type: 'in_channel', text: 'SLA 91.2 %' }));
    await sandbox.command(ask);
    expect(sandbox.conversation(support.id, supervisor.id).map(({ text }) => text)).toEqual([
      '/kpi sla 7d',
      'SLA 91.2 %',
    ]);
  });

  test('answered with blocks Slack would refuse shows an error instead', async () => {
    const sandbox = await startSandbox();
    const app = await startBolt(sandbox);
    app.command('/kpi', async ({ ack }) => ack({ text: 'x', blocks: [{ type: 'chart' }] as never }));
    await sandbox.command(ask);
    expect(seen(sandbox)).toEqual(['`/kpi` failed with the error "invalid_command_response"']);
  });

  test('hides the names of private places', async () => {
    const sandbox = await startSandbox();
    await sandbox.command({ user: 'U0EXEC0001', channel: leadership.id, text: '' });
    await sandbox.command({ user: agent.id, channel: 'D0AGENT001', text: '' });
    expect(sandbox.dispatches.map(({ payload }) => payload.channel_name)).toEqual(['privategroup', 'directmessage']);
  });

  test('is impossible where the person is not, or where nobody can write', async () => {
    const sandbox = await startSandbox();
    await expect(sandbox.command({ ...ask, channel: leadership.id })).rejects.toThrow('is not in channel');
    await expect(sandbox.command({ ...ask, channel: archived.id })).rejects.toThrow('is archived');
    expect(sandbox.dispatches).toEqual([]);
  });
});

describe('a press on a button', () => {
  test('tells the app what was pressed, by whom, where, with the message', async () => {
    const { sandbox, bodies } = await withAction();
    const { ts } = await call(sandbox, 'chat.postMessage', { channel: support.id, text: 'SLA', blocks: [menu] });
    await sandbox.click({ user: agent.id, channel: support.id, ts: String(ts), actionId: 'share' });
    expect(bodies[0]).toMatchObject({
      type: 'block_actions',
      user: { id: agent.id, username: 'rafael' },
      team: { id: 'T0CREMA001' },
      channel: { id: support.id, name: 'support' },
      container: { type: 'message', message_ts: ts, is_ephemeral: false },
      message: { ts, text: 'SLA' },
      actions: [{ action_id: 'share', block_id: 'row', type: 'button', value: 'k7f3a2' }],
      response_url: expect.stringContaining(sandbox.url),
      trigger_id: expect.any(String),
    });
  });

  test('in an ephemeral message comes without the message, which Slack does not keep', async () => {
    const { sandbox, bodies } = await withAction();
    const args = { channel: support.id, user: agent.id, text: 'SLA', blocks: [menu] };
    const { message_ts } = await call(sandbox, 'chat.postEphemeral', args);
    await sandbox.click({ user: agent.id, channel: support.id, ts: String(message_ts), actionId: 'share' });
    expect(bodies[0]).toMatchObject({ container: { is_ephemeral: true, message_ts } });
    expect(bodies[0]).not.toHaveProperty('message');
  });

  test('or a choice in a menu reports the option and the state of the message', async () => {
    const { sandbox, bodies } = await withAction();
    const { ts } = await call(sandbox, 'chat.postMessage', { channel: support.id, text: 'SLA', blocks: [menu] });
    const target = { user: agent.id, channel: support.id, ts: String(ts) };
    await sandbox.click({ ...target, actionId: 'more', value: 'csv' });
    await sandbox.click({ ...target, actionId: 'period', value: '30d' });
    expect(bodies[0]).toMatchObject({ actions: [{ type: 'overflow', selected_option: { value: 'csv' } }] });
    expect(bodies[1]).toMatchObject({
      actions: [{ type: 'static_select', selected_option: { value: '30d' } }],
      state: { values: { row: { period: { selected_option: { value: '30d' } } } } },
    });
  });

  test('is impossible for what is not there', async () => {
    const sandbox = await startSandbox();
    const { ts } = await call(sandbox, 'chat.postMessage', { channel: support.id, text: 'SLA', blocks: [menu] });
    const click = (more: object) =>
      sandbox.click({ user: agent.id, channel: support.id, ts: String(ts), actionId: 'share', ...more });
    await expect(click({ actionId: 'nope' })).rejects.toThrow('has no element nope');
    await expect(click({ ts: '1.000001' })).rejects.toThrow('sees no message');
    await expect(click({ actionId: 'more', value: 'pdf' })).rejects.toThrow('does not offer pdf');
  });
});

test('saying something posts it for everybody there', async () => {
  const sandbox = await startSandbox();
  sandbox.say({ user: agent.id, channel: general.id, text: 'Good morning' });
  expect(sandbox.conversation(general.id, supervisor.id)).toMatchObject([{ user: agent.id, text: 'Good morning' }]);
});

test('the signature is the one of the documented example', () => {
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
  expect(sign('8f742231b10e8888abcd99yyyzzz85a5', 1531420618, body)).toBe(
    'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  );
});
