import { describe, expect, test } from 'vitest';
import { archived, general, leadership, people, support } from '../../../src/sandbox/workspace.ts';
import { call, startSandbox } from '../harness.ts';

describe('users.info', () => {
  test('gives name, e-mail and zone with the offset of the sandbox clock, and the locale when asked', async () => {
    const sandbox = await startSandbox();
    expect(await call(sandbox, 'users.info', { user: 'U0AGENT001', include_locale: true })).toMatchObject({
      user: { real_name: 'Rafael Costa', tz: 'Europe/Lisbon', tz_offset: 0, locale: 'pt-PT', is_bot: false },
    });
    const { user } = (await call(sandbox, 'users.info', { user: 'U0LEAD0001' })) as unknown as {
      user: Record<string, unknown>;
    };
    expect(user).toMatchObject({ is_admin: true, tz_offset: 25_200, profile: { email: 'daniel.okafor@example.com' } });
    expect(user).not.toHaveProperty('locale');
  });

  test('keeps the e-mail back without its scope, and knows nobody else', async () => {
    const sandbox = await startSandbox({ scopes: ['users:read'] });
    const reply = await call(sandbox, 'users.info', { user: 'U0AGENT001' });
    expect(JSON.stringify(reply)).not.toContain('@example.com');
    expect(await call(sandbox, 'users.info', { user: 'U0NOBODY01' })).toMatchObject({ error: 'user_not_found' });
  });
});

describe('conversations', () => {
  test('info tells kinds apart and hides what the bot cannot see', async () => {
    const sandbox = await startSandbox();
    const info = (channel: string) => call(sandbox, 'conversations.info', { channel });
    expect(await info(general.id)).toMatchObject({ channel: { name: 'general', is_channel: true, is_member: true } });
    expect(await info(leadership.id)).toMatchObject({ channel: { is_private: true, is_group: true } });
    expect(await info(archived.id)).toMatchObject({ channel: { is_archived: true } });
    expect(await info('D0AGENT001')).toMatchObject({ channel: { is_im: true, user: 'U0AGENT001' } });
    expect(await info('C0NOWHERE1')).toMatchObject({ error: 'channel_not_found' });
  });

  test('members come in pages', async () => {
    const sandbox = await startSandbox();
    const first = await call(sandbox, 'conversations.members', { channel: support.id, limit: 3 });
    expect(first.members).toHaveLength(3);
    const rest = await call(sandbox, 'conversations.members', {
      channel: support.id,
      limit: 3,
      cursor: first.response_metadata?.next_cursor,
    });
    expect([...(first.members as string[]), ...(rest.members as string[])]).toEqual(support.members);
    expect(rest.response_metadata?.next_cursor).toBe('');
  });

  test('open gives the direct message of each person and refuses the rest', async () => {
    const sandbox = await startSandbox();
    for (const { id } of people) {
      const reply = await call(sandbox, 'conversations.open', { users: id });
      expect(reply).toMatchObject({ ok: true, channel: { id: `D${id.slice(1)}` } });
    }
    expect(await call(sandbox, 'conversations.open', {})).toMatchObject({ error: 'users_list_not_supplied' });
    expect(await call(sandbox, 'conversations.open', { users: 'U0NOBODY01' })).toMatchObject({
      error: 'user_not_found',
    });
  });

  test('of a person list only what both the person and the bot can see', async () => {
    const sandbox = await startSandbox();
    const names = async (args: Record<string, unknown>) =>
      ((await call(sandbox, 'users.conversations', args)).channels as { name?: string }[]).map(({ name }) => name);
    expect(await names({ user: 'U0AGENT001', exclude_archived: true })).toEqual(['general', 'support', 'lounge']);
    expect(await names({ user: 'U0EXEC0001', types: 'private_channel' })).toEqual(['leadership']);
    expect(await call(sandbox, 'users.conversations', { types: 'rooms' })).toMatchObject({ error: 'invalid_types' });
  });
});
