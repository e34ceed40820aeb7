import { createHmac } from 'node:crypto';
import { PNG } from 'pngjs';
import sql from 'sql-template-tag';
import { onTestFinished } from 'vitest';
import type { Db } from '../../src/db/db.ts';
import type { Tenant } from '../../src/domain/tenant.ts';
import { fixedClock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import { drain } from '../../src/rollups/engine.ts';
import { rollups } from '../../src/rollups/index.ts';
import type { Message } from '../../src/sandbox/message.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { agent, executive, general, supervisor, supportLead } from '../../src/sandbox/workspace.ts';
import { createSlackDoor, type SlackDoor, type SlackDoorDeps } from '../../src/slack/app.ts';
import { createWebServer, type WebServer } from '../../src/web/server.ts';
import { makeTenant } from '../database.ts';

export const signingSecret = 'company-signing-secret';
export const botToken = 'xoxb-company-bot';
export const appToken = 'xapp-company-app';
/** Monday 16 November, 08:25 in Jakarta. */
export const now = '2026-11-16T01:25:00Z';

let tenants = 0;

/**
 * A tenant with two weeks of tickets, 20 a day: 16 of 20 within SLA in 2-8 November, 18 of 20 in 9-15 November. Half of
 * them are of operator op-1 in team Tier 1, half of op-2 in Tier 2.
 */
export async function makeCompany(db: Db): Promise<Tenant> {
  tenants += 1;
  const slug = `company-${tenants}`;
  const timezone = 'Asia/Jakarta';
  const tenantId = await makeTenant(db, slug, { timezone });
  await db.run(sql`
    insert into crm.teams (tenant_id, source, id, name, version)
    values (${tenantId}, 'crm', 'team-1', 'Tier 1', 1), (${tenantId}, 'crm', 'team-2', 'Tier 2', 1)`);
  await db.run(sql`
    insert into crm.operators (tenant_id, source, id, name, team_id, version)
    values (${tenantId}, 'crm', 'op-1', 'Rafael Costa', 'team-1', 1), (${tenantId}, 'crm', 'op-2', 'Ines Moura', 'team-2', 1)`);
  await db.run(sql`
    insert into crm.tickets (tenant_id, source, id, created_at, priority, channel, status, sla_met, team_id, operator_id, version)
    select ${tenantId}, 'crm', format('t-%s-%s', day, n),
      (date '2026-11-01' + day)::timestamp at time zone ${timezone} + interval '9 hours' + n * interval '10 minutes',
      (array['critical', 'high', 'medium', 'low'])[1 + n % 4], (array['email', 'chat'])[1 + n % 2], 'open',
      n < case when day <= 7 then 16 else 18 end,
      format('team-%s', 1 + n % 2), format('op-%s', 1 + n % 2), 1
    from generate_series(1, 14) day, generate_series(0, 19) n`);
  await db.run(sql`
    insert into ops.streams (tenant_id, source, stream, as_of, loaded_at)
    values (${tenantId}, 'crm', 'ticket', '2026-11-16T01:00:00Z', '2026-11-16T01:05:00Z')`);
  await db.run(sql`
    insert into ops.people (tenant_id, person_id, name, slack_user_id, email, role, source, operator_id, team_ids)
    values
      (${tenantId}, 'maya', 'Maya Hartono', ${executive.id}, null, 'executive', null, null, '{}'),
      (${tenantId}, 'daniel', 'Daniel Okafor', null, ${supportLead.email}, 'owner', null, null, '{}'),
      (${tenantId}, 'sari', 'Sari Wijaya', ${supervisor.id}, null, 'supervisor', 'crm', null, '{team-2}'),
      (${tenantId}, 'rafael', 'Rafael Costa', ${agent.id}, null, 'agent', 'crm', 'op-1', '{}')`);
  await drainAll(db, { tenantId, timezone });
  return { tenantId, slug, name: 'Lumen Goods', timezone, weekStart: 1, locale: 'en', currency: 'USD' };
}

export async function drainAll(db: Db, tenant: Pick<Tenant, 'tenantId' | 'timezone'>): Promise<void> {
  for (const rollup of rollups) await drain(db, rollup, tenant, Temporal.Instant.from(now));
}

export interface Bot {
  door: SlackDoor;
  web: WebServer;
  /** Parsed log lines. */
  logged: Record<string, unknown>[];
}

export interface Company extends Bot {
  sandbox: Sandbox;
  tenant: Tenant;
  /** What a person sees in #general, the bot's messages only. */
  seenBy(user: string, channel?: string): Message[];
  /** Resolves with the bot's message that `fits`, once it is there. */
  message(user: string, fits: (message: Message) => boolean, channel?: string): Promise<Message>;
}

export interface CompanyOptions {
  sandbox?: Partial<SandboxOptions>;
  door?: Partial<SlackDoorDeps>;
}

/** A company with its workspace and its bot over HTTP, taken down when the test ends. */
export async function startCompany(db: Db, options: CompanyOptions = {}): Promise<Company> {
  const tenant = await makeCompany(db);
  const sandbox = await startSandbox(options.sandbox);
  const bot = await startBot({ db, tenant, sandbox }, options.door);
  sandbox.setBotUrl(`${bot.web.url}/slack/events`);
  const seenBy = (user: string, channel = general.id) =>
    sandbox.conversation(channel, user).filter((message) => message.user !== user);
  return {
    ...{ sandbox, tenant, ...bot, seenBy },
    message: (user, fits, channel = general.id) =>
      sandbox.waitFor('the message', () => seenBy(user, channel).find(fits), 20_000),
  };
}

export async function startSandbox(overrides: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await createSandbox({
    ...{
      clock: fixedClock(now),
      log: createLog({ level: 'silent' }),
      signingSecret,
      botToken,
      appToken,
      fileReadyMs: 0,
    },
    ...overrides,
  });
  onTestFinished(() => sandbox.stop());
  return sandbox;
}

export async function startBot(
  { db, tenant, sandbox }: { db: Db; tenant: Tenant; sandbox: Pick<Sandbox, 'apiUrl'> },
  overrides: Partial<SlackDoorDeps> = {},
): Promise<Bot> {
  const { log, logged } = recordingLog();
  const door = await createSlackDoor({
    ...{ db, tenant, log, clock: fixedClock(now), settings: {}, charts: quickCharts },
    ...{ token: botToken, signingSecret, apiUrl: sandbox.apiUrl },
    ...overrides,
    timing: { imageWaitsMs: [0, 0, 0], retryWaitsMs: [0, 0], slowAfterMs: 30_000, ...overrides.timing },
  });
  const web = await createWebServer({
    ...{ port: 0, host: '127.0.0.1', log, listeners: door.listener ? { slack: door.listener } : {} },
    ready: async () => ({ slack: await door.ready() }),
  });
  onTestFinished(async () => {
    await door.stop();
    await web.close();
  });
  await door.start();
  return { door, web, logged };
}

export function recordingLog() {
  const logged: Record<string, unknown>[] = [];
  const log = createLog({ level: 'debug', to: { write: (line: string) => void logged.push(JSON.parse(line)) } });
  return { log, logged };
}

/** A picture at once: what is drawn is the charts' own business. */
export const quickCharts: SlackDoorDeps['charts'] = {
  png: async () => PNG.sync.write(new PNG({ width: 12, height: 6 })),
};

/** Every text that a message shows, in one string. */
export function textOf(message: Message): string {
  return [message.text, ...strings(message.blocks)].join('\n');
}

function strings(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(strings);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) =>
    typeof field === 'string' ? (['text', 'alt_text'].includes(name) ? [field] : []) : strings(field),
  );
}

export function hasImage(message: Message): boolean {
  return message.blocks.some((block) => block.type === 'image');
}

export function hasTable(message: Message): boolean {
  return JSON.stringify(message.blocks).includes('rich_text_preformatted');
}

/** Action ids with their values, menus with their options. */
export function buttonsOf(message: Message): { text: string; actionId: string; value: string }[] {
  return message.blocks
    .filter((block) => block.type === 'actions')
    .flatMap((block) => block.elements as Record<string, unknown>[])
    .filter((element) => element.type === 'button')
    .map((element) => ({
      text: (element.text as { text: string }).text,
      actionId: String(element.action_id),
      value: String(element.value),
    }));
}

/** A request as Slack would send it, or as somebody would forge it. */
export function slackRequest(
  url: string,
  fields: Record<string, string>,
  options: { secret?: string; at?: number; type?: string } = {},
): Promise<Response> {
  const body = new URLSearchParams(fields).toString();
  const at = options.at ?? Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', options.secret ?? signingSecret)
    .update(`v0:${at}:${body}`)
    .digest('hex');
  return fetch(`${url}/slack/events`, {
    method: 'POST',
    headers: {
      'content-type': options.type ?? 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': `v0=${signature}`,
    },
    body,
  });
}
