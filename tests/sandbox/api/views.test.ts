import { describe, expect, test } from 'vitest';
import { agent, general } from '../../../src/sandbox/workspace.ts';
import { call, startBolt, startSandbox } from '../harness.ts';

const modal = (title = 'Settings') => ({
  type: 'modal',
  title: { type: 'plain_text', text: title },
  submit: { type: 'plain_text', text: 'Save' },
  blocks: [{ type: 'input', label: { type: 'plain_text', text: 'Goal' }, element: { type: 'plain_text_input' } }],
});

describe('views.open', () => {
  test('takes a trigger once and keeps the modal for the person who pressed', async () => {
    const sandbox = await startSandbox();
    const app = await startBolt(sandbox);
    const replies: unknown[] = [];
    const done = Promise.withResolvers<void>();
    app.command('/kpi', async ({ ack, client, command }) => {
      await ack();
      const open = () => client.views.open({ trigger_id: command.trigger_id, view: modal() as never });
      replies.push(await open());
      replies.push(await open().catch((error: { data: unknown }) => error.data));
      done.resolve();
    });
    await sandbox.command({ user: agent.id, channel: general.id, text: 'settings' });
    await done.promise;
    expect(replies[0]).toMatchObject({ ok: true, view: { type: 'modal' } });
    expect(replies[1]).toMatchObject({ error: 'exchanged_trigger_id' });
    expect(sandbox.modal(agent.id)?.title).toBe('Settings');
  });

  test('wants a submit button where there is something to fill in', async () => {
    const sandbox = await startSandbox();
    const { submit: _left, ...view } = modal();
    expect(await call(sandbox, 'views.open', { trigger_id: 'x', view })).toMatchObject({
      errors: ['must define `submit` to use an `input` block in modals [json-pointer:/view]'],
    });
  });

  test('refuses a made-up trigger and a title of 25 characters', async () => {
    const sandbox = await startSandbox();
    expect(await call(sandbox, 'views.open', { trigger_id: '1.2.3', view: modal() })).toMatchObject({
      error: 'invalid_arguments',
      errors: ['invalid `trigger_id`'],
    });
    expect(await call(sandbox, 'views.open', { trigger_id: '1.2.3', view: modal('x'.repeat(25)) })).toMatchObject({
      errors: ['must be less than 25 characters [json-pointer:/view/title/text]'],
    });
  });
});

describe('views.publish', () => {
  test('keeps one home per person and refuses a stale hash', async () => {
    const sandbox = await startSandbox();
    const home = { type: 'home', blocks: [{ type: 'divider' }] };
    const first = (await call(sandbox, 'views.publish', { user_id: agent.id, view: home })) as unknown as {
      view: { id: string; hash: string };
    };
    const again = await call(sandbox, 'views.publish', { user_id: agent.id, view: home, hash: first.view.hash });
    expect(again).toMatchObject({ ok: true, view: { id: first.view.id } });
    expect(
      await call(sandbox, 'views.publish', { user_id: agent.id, view: home, hash: first.view.hash }),
    ).toMatchObject({
      error: 'hash_conflict',
    });
    expect(sandbox.home(agent.id)?.id).toBe(first.view.id);
  });

  test('refuses tables in modals but not at home', async () => {
    const sandbox = await startSandbox();
    const blocks = [{ type: 'table', rows: [[{ type: 'raw_text', text: 'a' }]] }];
    expect(await call(sandbox, 'views.publish', { user_id: agent.id, view: { type: 'home', blocks } })).toMatchObject({
      ok: true,
    });
    expect(await call(sandbox, 'views.open', { trigger_id: 'x', view: { ...modal(), blocks } })).toMatchObject({
      errors: ['unsupported type: table [json-pointer:/view/blocks/0/type]'],
    });
  });
});

test('views.update finds a view by id and refuses unknown ones', async () => {
  const sandbox = await startSandbox();
  const home = { type: 'home', blocks: [{ type: 'divider' }] };
  const { view } = (await call(sandbox, 'views.publish', { user_id: agent.id, view: home })) as unknown as {
    view: { id: string };
  };
  expect(await call(sandbox, 'views.update', { view_id: view.id, view: { ...home, blocks: [] } })).toMatchObject({
    ok: true,
  });
  expect(sandbox.home(agent.id)?.blocks).toEqual([]);
  expect(await call(sandbox, 'views.update', { view_id: 'V0', view: home })).toMatchObject({ error: 'not_found' });
});
