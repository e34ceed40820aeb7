import { describe, expect, test } from 'vitest';
import { executive, general } from '../../src/sandbox/workspace.ts';
import { useDatabase } from '../database.ts';
import { appToken, buttonsOf, hasImage, makeCompany, startBot, startSandbox, textOf } from './company.ts';

const database = useDatabase();
const { id: maya } = executive;
const { id: channel } = general;

async function startBySocket() {
  const tenant = await makeCompany(database.db);
  const sandbox = await startSandbox();
  const bot = await startBot({ db: database.db, tenant, sandbox }, { appToken, signingSecret: '' });
  const whole = () => sandbox.waitFor('the answer', () => sandbox.conversation(channel, maya).find(hasImage), 20_000);
  return { sandbox, bot, whole };
}

describe('Socket Mode', () => {
  test('answers commands and buttons without a listener', async () => {
    const { sandbox, bot, whole } = await startBySocket();
    expect(bot.door.listener).toBeUndefined();
    expect(await bot.door.ready()).toBe('ok');
    const outcome = await sandbox.command({ user: maya, channel, text: 'sla-reported' });
    expect(outcome).toMatchObject({ outcome: 'acknowledged', detail: 'socket' });
    const answer = await whole();
    await sandbox.click({ user: maya, channel, ts: answer.ts, actionId: 'kpi.ask:1' });
    await sandbox.waitFor('the breakdown', () => buttonsOf(answer).some(({ text }) => text === 'Over time'));
  });

  test('connects again at once when Slack asks it to', async () => {
    const { sandbox, bot, whole } = await startBySocket();
    sandbox.refreshSockets();
    await sandbox.waitFor('the end of the first connection', () => sandbox.sockets() === 0);
    await sandbox.waitFor('the second connection', () => sandbox.sockets() === 1);
    await expect.poll(() => bot.door.ready()).toBe('ok');
    await sandbox.command({ user: maya, channel, text: 'sla-reported' });
    expect(textOf(await whole())).toContain('90.0 %');
  });

  test('survives that Slack refuses a connection', async () => {
    const { sandbox, bot } = await startBySocket();
    sandbox.failNext({ method: 'apps.connections.open', kind: 'http', status: 500 });
    sandbox.failNext({ method: 'apps.connections.open', kind: 'error', error: 'internal_error' });
    sandbox.refreshSockets();
    await expect.poll(() => bot.door.ready()).toBe('socket mode is not connected');
    await sandbox.waitFor('the next connection', () => sandbox.sockets() === 1, 20_000);
    await expect.poll(() => bot.door.ready(), { timeout: 5_000 }).toBe('ok');
  });

  test('closes its connection when the bot stops', async () => {
    const { sandbox, bot } = await startBySocket();
    await bot.door.stop();
    await sandbox.waitFor('the end of the connection', () => sandbox.sockets() === 0);
  });
});
