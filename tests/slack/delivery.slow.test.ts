import { createServer } from 'node:net';
import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { fixedClock } from '../../src/lib/clock.ts';
import type { Dispatch } from '../../src/sandbox/record.ts';
import { executive, general, teamId } from '../../src/sandbox/workspace.ts';
import { createSlackDoor } from '../../src/slack/app.ts';
import { useDatabase } from '../database.ts';
import {
  botToken,
  hasImage,
  hasTable,
  makeCompany,
  now,
  quickCharts,
  recordingLog,
  signingSecret,
  slackRequest,
  startBot,
  startCompany,
  startSandbox,
  textOf,
} from './company.ts';

const database = useDatabase();
const { id: maya } = executive;
const { id: channel } = general;

const realNow = () => Math.floor(Date.now() / 1000);

/** The fields of a command that the sandbox has sent. */
function fieldsOf(dispatch: Dispatch | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(dispatch!.payload).map(([name, value]) => [name, String(value)]));
}

describe('a request', () => {
  test('is acknowledged before the work, however slow that is', async () => {
    const company = await startCompany(database.db);
    const session = await database.db.session();
    await session.query(sql`begin`);
    await session.query(sql`lock table mart.ticket_created_daily in access exclusive mode`);
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () => company.sandbox.command({ user: maya, channel, text: 'tickets table' })),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(outcomes.map(() => 'acknowledged'));
    await session.query(sql`rollback`);
    session.release();
    const answers = () => company.seenBy(maya).filter(hasTable);
    await company.sandbox.waitFor('all answers', () => answers().length === 30, 20_000);
  });

  test('is told that it takes longer, and answered when the database comes back', async () => {
    const company = await startCompany(database.db, { door: { timing: { slowAfterMs: 20, imageWaitsMs: [0, 0, 0] } } });
    const session = await database.db.session();
    await session.query(sql`begin`);
    await session.query(sql`lock table mart.ticket_created_daily in access exclusive mode`);
    await company.sandbox.command({ user: maya, channel, text: 'sla-reported' });
    await company.message(maya, (message) => message.text === 'Looking it up...');
    await session.query(sql`rollback`);
    session.release();
    await company.message(maya, hasImage);
  });

  test('that comes again is answered once', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.command({ user: maya, channel, text: 'backlog table' });
    await company.message(maya, hasTable);
    const again = await slackRequest(company.web.url, fieldsOf(company.sandbox.dispatches[0]));
    expect(again.status).toBe(200);
    await expect.poll(() => handled(company.logged)).toEqual(['answered', 'repeated']);
    expect(company.seenBy(maya)).toHaveLength(1);
  });

  test('that reaches two bots on one database is answered once', async () => {
    const company = await startCompany(database.db);
    const other = await startBot({ ...company, db: database.db });
    const fields = {
      ...{ command: '/kpi', text: 'backlog table', team_id: teamId, user_id: maya, channel_id: channel },
      ...{ trigger_id: `twice-${company.tenant.tenantId}`, channel_name: 'general' },
    };
    await Promise.all([company, other].map(({ web }) => slackRequest(web.url, fields)));
    const both = () => [...handled(company.logged), ...handled(other.logged)];
    await expect.poll(both).toHaveLength(2);
    expect(both().sort()).toEqual(['answered', 'repeated']);
    expect(company.seenBy(maya)).toHaveLength(1);
  });

  test('is forgotten a day later', async () => {
    const clock = fixedClock(now);
    const company = await startCompany(database.db, { door: { clock } });
    const keys = () =>
      database.db.query(sql`select request_key from ops.requests where tenant_id = ${company.tenant.tenantId}`);
    await company.sandbox.command({ user: maya, channel, text: 'help' });
    await company.message(maya, () => true);
    clock.set(Temporal.Instant.from(now).add({ hours: 25 }));
    await company.sandbox.command({ user: maya, channel, text: 'list' });
    await expect.poll(() => handled(company.logged)).toEqual(['answered', 'answered']);
    expect(await keys()).toHaveLength(1);
  });

  test.each([
    ['a wrong secret', { secret: 'guessed' }, 401],
    ['a stamp 6 minutes in the past', { at: -360 }, 401],
    ['a stamp 6 minutes in the future', { at: 360 }, 401],
    ['a stamp 4 minutes in the future', { at: 240 }, 200],
    ['a charset that a proxy has added', { type: 'application/x-www-form-urlencoded; charset=utf-8' }, 200],
  ])('with %s is answered with its status', async (_, options, status) => {
    const company = await startCompany(database.db);
    const fields = { command: '/kpi', text: 'help', team_id: teamId, user_id: maya, channel_id: channel };
    const at = 'at' in options ? { at: realNow() + Number(options.at) } : {};
    const response = await slackRequest(company.web.url, fields, { ...options, ...at });
    expect(response.status).toBe(status);
    if (status === 401) expect(handled(company.logged)).toEqual([]);
  });

  test('from another workspace is refused in words, at once', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.command({ user: maya, channel, text: 'help' });
    await company.message(maya, () => true);
    const fields = { ...fieldsOf(company.sandbox.dispatches[0]), team_id: 'T0OTHER', trigger_id: 'other' };
    const response = await slackRequest(company.web.url, fields);
    expect(response.status).toBe(200);
    await company.message(maya, (message) => message.text === 'Crema is not set up for this workspace.');
  });

  test('that fails is told so, under a reference that is in the log', async () => {
    const company = await startCompany(database.db);
    await database.db.run(sql`alter table ops.people rename to people_gone`);
    try {
      await company.sandbox.command({ user: maya, channel, text: 'tickets' });
      const apology = await company.message(maya, () => true);
      const reference = /reference: \n([a-z0-9]{6})/.exec(textOf(apology))?.[1];
      expect(reference).toBeDefined();
      expect(company.logged.filter((line) => line.reference === reference).map((line) => line.msg)).toContain(
        'slack request failed',
      );
      expect(textOf(apology)).not.toContain('people');
    } finally {
      await database.db.run(sql`alter table ops.people_gone rename to people`);
    }
  });

  test('leaves no secret in the log', async () => {
    const company = await startCompany(database.db);
    company.sandbox.failNext({ method: 'response_url', kind: 'http', status: 500, times: 99 });
    company.sandbox.failNext({ method: '*', kind: 'http', status: 500, times: 99 });
    await company.sandbox.command({ user: maya, channel, text: 'tickets' });
    await expect.poll(() => handled(company.logged), { timeout: 10_000 }).toEqual(['failed']);
    const { response_url: url, trigger_id: trigger } = fieldsOf(company.sandbox.dispatches[0]);
    const log = JSON.stringify(company.logged);
    for (const secret of [url!, trigger!, botToken, signingSecret]) expect(log).not.toContain(secret);
  });
});

describe('stopping', () => {
  test('lets a running handler end', async () => {
    const company = await startCompany(database.db);
    const session = await database.db.session();
    await session.query(sql`begin`);
    await session.query(sql`lock table mart.ticket_created_daily in access exclusive mode`);
    await company.sandbox.command({ user: maya, channel, text: 'sla-reported' });
    const stopped = company.door.stop();
    await company.sandbox.command({ user: maya, channel, text: 'tickets' });
    await company.message(maya, (message) => message.text.startsWith('I am restarting'));
    await session.query(sql`rollback`);
    session.release();
    await stopped;
    expect(company.seenBy(maya).filter(hasImage)).toHaveLength(1);
    expect(await company.door.ready()).toBe('the slack door is closed');
    expect((await slackRequest(company.web.url, { command: '/kpi' })).status).toBe(503);
  });

  test('does not wait for ever', async () => {
    const company = await startCompany(database.db, { door: { timing: { drainMs: 50, imageWaitsMs: [0, 0, 0] } } });
    const session = await database.db.session();
    await session.query(sql`begin`);
    await session.query(sql`lock table mart.ticket_created_daily in access exclusive mode`);
    await company.sandbox.command({ user: maya, channel, text: 'sla-reported table' });
    await company.door.stop();
    expect(company.logged.find((line) => line.msg === 'slack requests were cut off')).toMatchObject({ left: 1 });
    await session.query(sql`rollback`);
    session.release();
    await company.message(maya, hasTable);
  });
});

describe('starting', () => {
  const door = async (overrides: Partial<Parameters<typeof createSlackDoor>[0]>) => {
    const { log } = recordingLog();
    const tenant = await makeCompany(database.db);
    return createSlackDoor({
      ...{ db: database.db, clock: fixedClock(now), log, tenant, settings: {}, charts: quickCharts },
      ...{ token: botToken, signingSecret, ...overrides },
    });
  };

  test('says which address does not answer, and what to do', async () => {
    const apiUrl = `http://127.0.0.1:${await freePort()}/api/`;
    const closed = await door({ apiUrl });
    await expect(closed.start()).rejects.toMatchObject({
      code: 'SLACK_UNREACHABLE',
      message: expect.stringContaining(apiUrl),
      remedy: expect.stringContaining('SLACK_API_URL'),
    });
    await closed.stop();
  });

  test('says that a token is refused, and where to get another', async () => {
    const { apiUrl } = await startSandbox();
    await expect((await door({ apiUrl, token: 'xoxb-wrong' })).start()).rejects.toMatchObject({
      code: 'SLACK_AUTH',
      message: expect.stringMatching(/SLACK_BOT_TOKEN: invalid_auth/),
      remedy: expect.stringContaining('api.slack.com/apps'),
    });
    await expect((await door({ apiUrl, appToken: 'xapp-wrong' })).start()).rejects.toMatchObject({
      code: 'SLACK_AUTH',
      message: expect.stringMatching(/SLACK_APP_TOKEN: invalid_auth/),
    });
  });
});

/** What became of each request, oldest first. */
function handled(logged: readonly Record<string, unknown>[]): unknown[] {
  return logged.filter((line) => line.msg === 'slack request handled').map((line) => line.outcome);
}

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
