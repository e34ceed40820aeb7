import type { App } from '@slack/bolt';
import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { createTriggers } from '../../src/sandbox/triggers.ts';
import { agent, general, support } from '../../src/sandbox/workspace.ts';
import { call, startBolt, startBoltSocket, startSandbox } from './harness.ts';

const text = (words: string) => ({ type: 'plain_text' as const, text: words });
const input = (block_id: string, element: object, more: object = {}) => ({
  ...{ type: 'input' as const, block_id, label: text(block_id), element },
  ...more,
});
const options = ['low', 'high'].map((value) => ({ text: text(value), value }));

const form = (more: object = {}) => ({
  type: 'modal',
  callback_id: 'alert',
  private_metadata: 'sla',
  title: text('New alert'),
  submit: text('Save'),
  blocks: [
    input('name', { type: 'plain_text_input', action_id: 'value', min_length: 3 }),
    input('limit', {
      ...{ type: 'number_input', action_id: 'value', is_decimal_allowed: false },
      ...{ min_value: '1', max_value: '100', initial_value: '90' },
    }),
    input('level', { type: 'static_select', action_id: 'value', options }, { optional: true }),
    { type: 'actions', block_id: 'row', elements: [{ type: 'button', action_id: 'preview', text: text('Preview') }] },
  ],
  ...more,
});

interface Seen {
  sandbox: Sandbox;
  app: App;
  bodies: Record<string, unknown>[];
}

/** A bot that opens `view` on `/kpi` and answers a submission with `answer`. */
async function withForm(view: object = form(), answer?: object): Promise<Seen> {
  const sandbox = await startSandbox();
  const app = await startBolt(sandbox);
  const bodies: Record<string, unknown>[] = [];
  app.command('/kpi', async ({ ack, client, command }) => {
    await ack();
    await client.views.open({ trigger_id: command.trigger_id, view: view as never });
  });
  app.view({ type: 'view_submission', callback_id: /.*/ }, async ({ ack, body }) => {
    bodies.push(body as never);
    await ack(answer as never);
  });
  app.view({ type: 'view_closed', callback_id: /.*/ }, async ({ ack, body }) => {
    bodies.push(body as never);
    await ack();
  });
  await sandbox.command({ user: agent.id, channel: general.id, text: 'alert' });
  await sandbox.waitFor('the modal', () => sandbox.modal(agent.id));
  return { sandbox, app, bodies };
}

describe('submitting a modal', () => {
  test('tells the app what every input holds, and closes it', async () => {
    const { sandbox, bodies } = await withForm();
    const outcome = await sandbox.submit(agent.id, { name: 'SLA at risk', level: 'high' });
    expect(outcome).toMatchObject({ outcome: 'acknowledged', errors: {} });
    expect(bodies[0]).toMatchObject({
      type: 'view_submission',
      user: { id: agent.id },
      trigger_id: expect.any(String),
      response_urls: [],
      view: {
        callback_id: 'alert',
        private_metadata: 'sla',
        state: {
          values: {
            name: { value: { type: 'plain_text_input', value: 'SLA at risk' } },
            limit: { value: { type: 'number_input', value: '90' } },
            level: { value: { type: 'static_select', selected_option: { value: 'high' } } },
          },
        },
      },
    });
    expect(sandbox.modal(agent.id)).toBeUndefined();
  });

  test('goes nowhere while Slack itself finds something wrong', async () => {
    const { sandbox, bodies } = await withForm();
    expect(await sandbox.submit(agent.id, { limit: '12.5' })).toEqual({
      outcome: 'not_sent',
      ackMs: undefined,
      detail: 'the form is not filled in rightly',
      errors: { name: 'Please complete this required field.', limit: 'Please enter a whole number' },
    });
    expect(await sandbox.submit(agent.id, { name: 'ab', limit: '101' })).toMatchObject({
      errors: { name: 'Please enter at least 3 characters', limit: 'Please enter a number of 100 or less' },
    });
    expect(bodies).toEqual([]);
    expect(sandbox.modal(agent.id)?.values.name).toMatchObject({ value: { value: 'ab' } });
  });

  test('is impossible with what the form has no place for or does not offer', async () => {
    const { sandbox } = await withForm();
    await expect(sandbox.submit(agent.id, { colour: 'red' })).rejects.toThrow('no place for colour');
    await expect(sandbox.submit(agent.id, { level: 'extreme' })).rejects.toThrow('no place for level');
    await expect(sandbox.submit('U0EXEC0001')).rejects.toThrow('has no modal open');
  });

  test('answered with errors shows them and keeps what was filled in', async () => {
    const answer = { response_action: 'errors', errors: { name: 'There is an alert of this name' } };
    const { sandbox } = await withForm(form(), answer);
    expect(await sandbox.submit(agent.id, { name: 'SLA' })).toMatchObject({ errors: answer.errors });
    expect(sandbox.modal(agent.id)).toMatchObject({
      errors: answer.errors,
      values: { name: { value: { value: 'SLA' } } },
    });
  });

  test('answered with update changes the view in place, with push puts one on top, with clear closes all', async () => {
    const next = { type: 'modal', title: text('Saved'), blocks: [{ type: 'divider' }] };
    const updated = await withForm(form(), { response_action: 'update', view: next });
    const before = updated.sandbox.modal(agent.id)!;
    const [id, hash] = [before.id, before.hash];
    await updated.sandbox.submit(agent.id, { name: 'SLA' });
    expect(updated.sandbox.modal(agent.id)).toMatchObject({ id, title: 'Saved' });
    expect(updated.sandbox.modal(agent.id)?.hash).not.toBe(hash);

    const pushed = await withForm(form(), { response_action: 'push', view: next });
    await pushed.sandbox.submit(agent.id, { name: 'SLA' });
    const [below, above] = pushed.sandbox.modals(agent.id);
    expect(above).toMatchObject({ title: 'Saved', previousId: below?.id, rootId: below?.id });

    const cleared = await withForm(form(), { response_action: 'clear' });
    await cleared.sandbox.submit(agent.id, { name: 'SLA' });
    expect(cleared.sandbox.modals(agent.id)).toEqual([]);
  });

  test.each([
    ['errors of a block that is no input', { response_action: 'errors', errors: { row: 'x' } }],
    ['an invalid view', { response_action: 'update', view: { type: 'modal', blocks: [] } }],
    ['an unknown action', { response_action: 'dance' }],
  ])('answered with %s keeps the modal and tells the person of trouble', async (_what, answer) => {
    const { sandbox } = await withForm(form(), answer);
    expect(await sandbox.submit(agent.id, { name: 'SLA' })).toMatchObject({ outcome: 'dispatch_failed' });
    expect(sandbox.modal(agent.id)?.trouble).toContain('trouble connecting');
  });

  test('gives a response URL for a conversation menu that asks for one', async () => {
    const element = { type: 'conversations_select', action_id: 'where', response_url_enabled: true };
    const { sandbox, bodies } = await withForm(form({ blocks: [input('to', element)] }));
    await sandbox.submit(agent.id, { to: support.id });
    const [first] = bodies[0]!.response_urls as { response_url: string; channel_id: string }[];
    expect(first?.channel_id).toBe(support.id);
    await fetch(String(first?.response_url), { method: 'POST', body: '{"text":"Alert made"}' });
    expect(sandbox.conversation(support.id, agent.id)).toMatchObject([{ text: 'Alert made' }]);
  });

  test('works over Socket Mode', async () => {
    const sandbox = await startSandbox();
    const app = await startBoltSocket(sandbox);
    app.command('/kpi', async ({ ack, client, command }) => {
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view: form() as never });
    });
    const errors = { name: 'taken' };
    app.view('alert', async ({ ack }) => ack({ response_action: 'errors', errors }));
    await sandbox.command({ user: agent.id, channel: general.id, text: 'alert' });
    await sandbox.waitFor('the modal', () => sandbox.modal(agent.id));
    expect(await sandbox.submit(agent.id, { name: 'SLA' })).toMatchObject({ outcome: 'acknowledged', errors });
  });
});

describe('closing a modal', () => {
  test('tells only the app that asked, whether the whole stack went', async () => {
    const { sandbox, bodies } = await withForm(form({ notify_on_close: true }));
    expect(await sandbox.close(agent.id)).toMatchObject({ outcome: 'acknowledged' });
    expect(bodies).toMatchObject([{ type: 'view_closed', is_cleared: false, view: { callback_id: 'alert' } }]);
    expect(sandbox.modal(agent.id)).toBeUndefined();
    const quiet = await withForm();
    expect(await quiet.sandbox.close(agent.id)).toMatchObject({ outcome: 'not_sent' });
    expect(quiet.bodies).toEqual([]);
  });
});

describe('pressing inside a modal', () => {
  test('comes with the view, what was filled in, and a trigger that pushes: three views at most', async () => {
    const { sandbox, app } = await withForm();
    const results: unknown[] = [];
    const bodies: Record<string, unknown>[] = [];
    app.action('preview', async ({ ack, body, client }) => {
      await ack();
      bodies.push(body as never);
      const { trigger_id } = body as unknown as { trigger_id: string };
      results.push(
        await client.views.push({ trigger_id, view: form({ clear_on_close: true }) as never }).then(
          ({ ok }) => ok,
          ({ data }) => data.error,
        ),
      );
    });
    for (let press = 1; press <= 3; press += 1) {
      await sandbox.clickInView({ user: agent.id, actionId: 'preview', values: { name: `press ${press}` } });
      await expect.poll(() => results.length).toBe(press);
    }
    expect(results).toEqual([true, true, 'push_limit_reached']);
    const [root] = sandbox.modals(agent.id);
    expect(bodies[0]).toMatchObject({
      type: 'block_actions',
      container: { type: 'view', view_id: root?.id },
      view: { id: root?.id, state: { values: { name: { value: { value: 'press 1' } } } } },
      actions: [{ action_id: 'preview', type: 'button' }],
    });
    expect(bodies[0]).not.toHaveProperty('response_url');
    await sandbox.close(agent.id);
    expect(sandbox.modals(agent.id)).toEqual([]);
  });

  test('a trigger from elsewhere pushes nothing', async () => {
    const { sandbox } = await withForm();
    sandbox.setBotUrl(undefined);
    await sandbox.command({ user: agent.id, channel: general.id, text: 'again' });
    const { trigger_id } = sandbox.dispatches.at(-1)!.payload;
    expect(await call(sandbox, 'views.push', { trigger_id, view: form() })).toMatchObject({
      error: 'invalid_trigger_id',
    });
  });

  test('an input tells the app only where it is to dispatch', async () => {
    const element = { type: 'static_select', action_id: 'pick', options };
    const view = (dispatch_action: boolean) => form({ blocks: [input('kpi', element, { dispatch_action })] });
    const silent = await withForm(view(false));
    const click = { user: agent.id, actionId: 'pick', value: 'low' };
    expect(await silent.sandbox.clickInView(click)).toMatchObject({ outcome: 'not_sent' });
    const telling = await withForm(view(true));
    telling.app.action('pick', async ({ ack }) => ack());
    expect(await telling.sandbox.clickInView(click)).toMatchObject({ outcome: 'acknowledged' });
    expect(telling.sandbox.dispatches.at(-1)?.payload).toMatchObject({
      actions: [{ selected_option: { value: 'low' } }],
    });
  });
});

describe('views.update', () => {
  test('finds by external id, refuses a stale hash, and keeps what was filled in where ids stay', async () => {
    const { sandbox } = await withForm(form({ external_id: 'alert-1' }));
    const { hash } = sandbox.modal(agent.id)!;
    await sandbox.submit(agent.id, { name: 'ab' });
    const other = form({ external_id: 'alert-1', title: text('Edit alert') });
    expect(await call(sandbox, 'views.update', { external_id: 'alert-1', hash, view: other })).toMatchObject({
      ok: true,
    });
    expect(sandbox.modal(agent.id)).toMatchObject({
      title: 'Edit alert',
      values: { name: { value: { value: 'ab' } } },
    });
    expect(await call(sandbox, 'views.update', { external_id: 'alert-1', hash, view: other })).toMatchObject({
      error: 'hash_conflict',
    });
    await sandbox.close(agent.id);
    expect(await call(sandbox, 'views.update', { external_id: 'alert-1', view: other })).toMatchObject({
      error: 'not_found',
    });
  });
});

describe('a home', () => {
  test('reports presses with the view and no response URL', async () => {
    const sandbox = await startSandbox();
    const app = await startBolt(sandbox);
    const bodies: Record<string, unknown>[] = [];
    app.action('open', async ({ ack, body }) => {
      bodies.push(body as never);
      await ack();
    });
    const button = { type: 'button', action_id: 'open', value: 'sla', text: text('Open') };
    const view = { type: 'home', blocks: [{ type: 'actions', elements: [button] }] };
    await call(sandbox, 'views.publish', { user_id: agent.id, view });
    expect(await sandbox.clickInView({ user: agent.id, actionId: 'open' })).toMatchObject({ outcome: 'acknowledged' });
    expect(bodies[0]).toMatchObject({
      container: { type: 'view', view_id: sandbox.home(agent.id)?.id },
      view: { type: 'home' },
      actions: [{ value: 'sla' }],
    });
    await expect(sandbox.clickInView({ user: agent.id, actionId: 'open', in: 'modal' })).rejects.toThrow('no modal');
  });
});

describe('a trigger', () => {
  test('lasts three seconds and works once', () => {
    let now = 0;
    const triggers = createTriggers(() => now);
    const [early, late] = [triggers.issue(agent.id, 'V1'), triggers.issue(agent.id)];
    now = 3_000;
    expect(triggers.exchange(early)).toEqual({ user: agent.id, viewId: 'V1' });
    expect(triggers.exchange(early)).toEqual({ error: 'exchanged_trigger_id' });
    now = 3_001;
    expect(triggers.exchange(late)).toEqual({ error: 'expired_trigger_id' });
    expect(triggers.exchange('made up')).toEqual({ error: 'invalid_arguments' });
  });
});
