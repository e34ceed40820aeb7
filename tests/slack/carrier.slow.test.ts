import sql from 'sql-template-tag';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewDelivery } from '../../src/deliveries/delivery.ts';
import { type DispatchDeps, dispatchNext, type Made } from '../../src/deliveries/dispatch.ts';
import { mendDeliveries } from '../../src/deliveries/mend.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { archived, directMessageId, executive, leadership, lounge } from '../../src/sandbox/workspace.ts';
import { createSlackCarrier } from '../../src/slack/carrier/carrier.ts';
import { createClient } from '../../src/slack/client.ts';
import { createSlackLogger } from '../../src/slack/logger.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { aDelivery, type HandClock, handClock, quickTiming, write } from '../deliveries/post-office.ts';

const database = useDatabase();
const never = new AbortController().signal;
const token = 'xoxb-carrier';
const scopes = ['commands', 'chat:write', 'files:write', 'users:read', 'im:write', 'channels:read'];
const looking = ['channels:history', 'groups:history', 'im:history'];

let sandbox: Sandbox;
let tenantId: number;
let clock: HandClock;
let machine: HandClock;
let deps: DispatchDeps;

async function open(options: { scopes?: string[]; fileReadyMs?: number } = {}): Promise<void> {
  sandbox = await createSandbox({
    ...{ clock, log: silentLog, signingSecret: 's', botToken: token, fileReadyMs: 50 },
    scopes: [...scopes, ...looking],
    ...options,
  });
  const client = createClient(token, sandbox.apiUrl, createSlackLogger(silentLog), 400);
  const quick = { imageWaitsMs: [30, 60, 120], postEveryMs: 10 };
  const slack = createSlackCarrier({ db: database.db, tenantId, client, machine, log: silentLog, ...quick });
  deps = {
    ...{ db: database.db, tenantId, clock, machine, log: silentLog, timing: quickTiming },
    ...{ carriers: { slack }, make: { digest: async () => aMessage(), report: async () => aFile() } },
  };
}

beforeEach(async () => {
  clock = handClock();
  machine = handClock('2026-11-21T10:00:00Z');
  tenantId = await makeTenant(database.db, `t${Math.random().toString(36).slice(2, 10)}`);
});
afterEach(() => sandbox.stop());

const bytes = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const picture = { type: 'image', slack_file: { id: 'file:chart.png' }, alt_text: 'A chart' };
const words = { type: 'section', text: { type: 'plain_text', text: 'SLA 91.2 %' } };

function aMessage(blocks: unknown[] = [words, picture], also?: NewDelivery[]): Made {
  return {
    kind: 'letter',
    letter: {
      body: { type: 'message', text: 'SLA 91.2 %', blocks: blocks as never },
      files: [{ name: 'chart.png', mediaType: 'image/png', bytes }],
    },
    ...(also ? { also } : {}),
  };
}

function aFile(): Made {
  return {
    kind: 'letter',
    letter: {
      body: { type: 'file', title: 'Weekly report', comment: 'The week of 9 November' },
      files: [{ name: 'report.pdf', mediaType: 'application/pdf', bytes }],
    },
  };
}

const toLeaders = (given: Partial<NewDelivery> = {}) => aDelivery({ recipient: leadership.id, ...given });

async function send(
  delivery: NewDelivery,
  turns = 1,
): Promise<{ state: string; reason: string | null; proof: Record<string, string> }> {
  await write(database.db, tenantId, clock, machine, delivery);
  for (let turn = 0; turn < turns; turn++) {
    await dispatchNext(deps, never);
    machine.move(6_000);
    await mendDeliveries(deps);
  }
  const [row] = await database.db.query<{ state: string; reason: string | null; proof: Record<string, string> }>(sql`
    select state, reason, proof from ops.deliveries where tenant_id = ${tenantId} order by delivery_id limit 1`);
  return row!;
}

const seen = (channel = leadership.id) => sandbox.conversation(channel, executive.id);
/** Slack shows a shared file when it has finished with it. */
const shown = (count: number, channel = leadership.id) =>
  sandbox.waitFor('the file', () => seen(channel).length === count && seen(channel));
const blockTypes = () => seen().map(({ blocks }) => blocks.map(({ type }) => type));

describe('a message', () => {
  test('arrives with its picture, marked by its key, and the ledger knows where', async () => {
    await open();
    const row = await send(toLeaders());
    const [message] = seen();
    expect(row).toMatchObject({ state: 'sent', proof: { channel: leadership.id, ts: message!.ts } });
    expect(message).toMatchObject({
      text: 'SLA 91.2 %',
      metadata: {
        event_type: 'crema_delivery',
        event_payload: { key: `digest:1:2026-11-09:slack:${leadership.id}:main:0` },
      },
    });
    expect(blockTypes()).toEqual([['section', 'image']]);
  });

  test('waits until Slack shows the picture', async () => {
    await open({ fileReadyMs: 90 });
    expect(await send(toLeaders())).toMatchObject({ state: 'sent' });
    expect(blockTypes()).toEqual([['section', 'image']]);
  });

  test('goes out without the picture when Slack is too slow for it, which is then put in', async () => {
    await open({ fileReadyMs: 400 });
    expect(await send(toLeaders())).toMatchObject({ state: 'sent' });
    expect(seen()).toHaveLength(1);
    const posts = sandbox.apiCalls.filter(({ method }) => method === 'chat.postMessage');
    const updates = sandbox.apiCalls.filter(({ method }) => method === 'chat.update');
    expect([posts.length > 3, updates.length > 0]).toEqual([true, true]);
  });

  test('goes out in words when its blocks are refused', async () => {
    await open();
    deps.make = {
      digest: async () =>
        aMessage([{ type: 'section', text: { type: 'plain_text', text: 'x'.repeat(4_000) } }, picture]),
    };
    expect(await send(toLeaders())).toMatchObject({ state: 'sent' });
    expect(seen()).toMatchObject([{ text: 'SLA 91.2 %', blocks: [] }]);
  });

  test('goes out without the picture when it cannot be uploaded three times, and says so', async () => {
    await open();
    sandbox.failNext({ method: 'upload', kind: 'http', status: 500, times: 3 });
    expect(await send(toLeaders(), 3)).toMatchObject({ state: 'sent' });
    expect(blockTypes()).toEqual([['section', 'context']]);
  });

  test('uploads its picture once over all attempts', async () => {
    await open();
    sandbox.failNext({ method: 'chat.postMessage', kind: 'rate-limited', retryAfterSeconds: 3 });
    expect(await send(toLeaders(), 2)).toMatchObject({ state: 'sent' });
    expect(sandbox.apiCalls.filter(({ method }) => method === 'files.getUploadURLExternal')).toHaveLength(1);
  });

  test('that Slack put off goes out when Slack said, and others of the channel wait as well', async () => {
    await open();
    sandbox.failNext({ method: 'chat.postMessage', kind: 'rate-limited', retryAfterSeconds: 30 });
    await write(database.db, tenantId, clock, machine, toLeaders(), toLeaders({ slot: '2026-11-10' }));
    await dispatchNext(deps, never);
    await dispatchNext(deps, never);
    expect(seen()).toEqual([]);
    machine.move(27_000);
    await dispatchNext(deps, never);
    await dispatchNext(deps, never);
    expect(seen()).toEqual([]);
    machine.move(3_000);
    await dispatchNext(deps, never);
    expect(seen()).toHaveLength(1);
  });

  test.each([
    { fault: 'lost-answer', times: 1 },
    { fault: 'hang', times: 1 },
  ] as const)('of which Slack did not answer ($fault) is looked for and there once', async ({ fault }) => {
    await open();
    deps.make = { digest: async () => aMessage([words]) };
    sandbox.failNext({ method: 'chat.postMessage', kind: fault });
    expect(await send(toLeaders(), 4)).toMatchObject({ state: 'sent' });
    expect(seen()).toHaveLength(1);
  });

  test.each([
    { fault: 'lost-answer', there: 1 },
    { fault: 'hang', there: 0 },
  ] as const)('of which Slack did not answer ($fault) is left where Crema may not look', async ({ fault, there }) => {
    await open({ scopes });
    deps.make = { digest: async () => aMessage([words]) };
    sandbox.failNext({ method: 'chat.postMessage', kind: fault });
    const row = await send(toLeaders(), 4);
    expect(row).toMatchObject({ state: 'unknown' });
    expect(row.reason).toMatch(/may have arrived: Crema may not look into the channel/);
    expect(seen()).toHaveLength(there);
  });

  test('to a person opens the conversation with them, and is found there', async () => {
    await open();
    deps.make = { digest: async () => aMessage([words]) };
    sandbox.failNext({ method: 'chat.postMessage', kind: 'lost-answer' });
    expect(await send(aDelivery({ recipient: executive.id }), 4)).toMatchObject({ state: 'sent' });
    expect(seen(directMessageId(executive.id))).toHaveLength(1);
  });

  test.each([
    { recipient: archived.id, reason: /archived/ },
    { recipient: lounge.id, reason: /not in the channel/ },
    { recipient: 'C0NOWHERE1', reason: /gone/ },
  ])('to $recipient is refused for good, in words', async ({ recipient, reason }) => {
    await open();
    const row = await send(aDelivery({ recipient }));
    expect(row.state).toBe('failed');
    expect(row.reason).toMatch(reason);
  });

  test('waits for a token that somebody has to mend', async () => {
    await open();
    sandbox.failNext({ method: '*', kind: 'error', error: 'token_revoked', times: 2 });
    const row = await send(toLeaders());
    expect(row.state).toBe('pending');
    expect(row.reason).toMatch(/token_revoked/);
  });

  test('is answered in its thread and changed in place', async () => {
    await open();
    const thread = toLeaders({
      part: 'thread',
      letter: { body: { type: 'message', text: 'Details', blocks: [] }, files: [] },
    });
    const edit = toLeaders({
      part: 'edit',
      revision: 1,
      letter: { body: { type: 'message', text: 'SLA 90.8 %', blocks: [] }, files: [] },
    });
    deps.make = { digest: async () => aMessage([words], [thread, edit]) };
    await send(toLeaders(), 3);
    const [main] = seen();
    expect(main).toMatchObject({ text: 'SLA 90.8 %', metadata: { event_type: 'crema_delivery' } });
    expect(seen().map(({ text, threadTs }) => [text, threadTs])).toEqual([
      ['SLA 90.8 %', undefined],
      ['Details', main!.ts],
    ]);
  });
});

describe('a file', () => {
  test('is shared once with a line about it, in channels and with people', async () => {
    await open();
    expect(await send(toLeaders({ kind: 'report' }))).toMatchObject({ state: 'sent' });
    expect((await shown(1)).map(({ text, files }) => [text, files.length])).toEqual([['The week of 9 November', 1]]);
    await send(aDelivery({ kind: 'report', recipient: executive.id }));
    expect((await shown(1, directMessageId(executive.id))).map(({ files }) => files.length)).toEqual([1]);
  });

  test('of which Slack did not answer is found by its id, and not uploaded again', async () => {
    await open();
    sandbox.failNext({ method: 'files.completeUploadExternal', kind: 'lost-answer' });
    await write(database.db, tenantId, clock, machine, toLeaders({ kind: 'report' }));
    await dispatchNext(deps, never);
    await shown(1);
    expect(await send(toLeaders({ kind: 'report' }), 4)).toMatchObject({ state: 'sent' });
    expect(seen()).toHaveLength(1);
    expect(sandbox.apiCalls.filter(({ method }) => method === 'files.getUploadURLExternal')).toHaveLength(1);
  });

  test('that did not arrive is shared again with the same id', async () => {
    await open();
    sandbox.failNext({ method: 'files.completeUploadExternal', kind: 'hang' });
    expect(await send(toLeaders({ kind: 'report' }), 5)).toMatchObject({ state: 'sent' });
    expect(await shown(1)).toHaveLength(1);
    expect(sandbox.apiCalls.filter(({ method }) => method === 'files.getUploadURLExternal')).toHaveLength(1);
  });
});
