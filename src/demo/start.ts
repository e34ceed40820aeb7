import { randomBytes } from 'node:crypto';
import path from 'node:path';
import sql from 'sql-template-tag';
import { openDatabase, prepareSchema } from '../app/open.ts';
import { type RunningApp, startApp } from '../app/start.ts';
import { loadTenant, syncTenants } from '../app/tenants.ts';
import type { Environment } from '../config/environment.ts';
import type { Db } from '../db/db.ts';
import { periodExamples } from '../domain/period.ts';
import type { Tenant } from '../domain/tenant.ts';
import { dimensions } from '../kpis/dimensions.ts';
import { kpiIds } from '../kpis/index.ts';
import { type Clock, movableClock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { createStops } from '../lib/stops.ts';
import type { Crm } from '../sandbox/crm/crm.ts';
import { createSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { demoChannels, demoConfig, loadCompany, refuseOtherData } from './company.ts';
import { type CompanySize, demoSource, demoTimezone, startCrm } from './crm.ts';
import { forgetFuture } from './future.ts';
import { keepTapping } from './tap.ts';

export interface DemoOptions {
  environment: Environment;
  clock: Clock;
  log: Log;
  /** Where progress is told. */
  note: (text: string) => void;
  /** Port of the console; 0 for any. */
  consolePort: number;
  /** Size of a company that is founded now; the demo's usual one unless given. */
  size?: CompanySize;
}

export interface Demo {
  sandbox: Sandbox;
  crm: Crm;
  app: RunningApp;
  stop(): Promise<void>;
}

/** The whole product against the local workspace: database, demo company, sandbox, bot. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { environment, log, note } = options;
  // One clock for the workspace, the bot and its numbers: moving it in the console moves all of them.
  const clock = movableClock(options.clock);
  const stops = createStops();
  try {
    const dir = path.join(environment.home, 'demo');
    const database = await openDatabase(environment, log, 'demo');
    stops.onStop('demo database', () => database.close());
    await prepareSchema(database, { migrate: true });
    await refuseOtherData(database.db, dir, environment.home);
    const crm = await startCrm({ dir, clock, log, size: options.size });
    stops.onStop('crm', () => crm.stop());
    const hookSecret = randomBytes(16).toString('hex');
    const secrets = {
      botToken: `xoxb-${randomBytes(12).toString('hex')}`,
      signingSecret: randomBytes(16).toString('hex'),
    };
    const sandbox = await createSandbox({
      port: options.consolePort,
      clock,
      log,
      timezone: demoTimezone,
      completions: completions(),
      channels: demoChannels,
      ...{ ...secrets, hookSecret },
    });
    stops.onStop('sandbox', () => sandbox.stop());
    const { eventsUrl, hookUrl } = sandbox.paging;
    const paging = { eventsUrl, hookUrl, hookSecret, routingKey: randomBytes(16).toString('hex') };
    const config = demoConfig(crm, paging);
    await syncTenants(database.db, config, true);
    const tenant = await loadTenant(database.db, 'default');
    await forgetFuture(database.db, clock.now());
    const tap = { db: database.db, tenant, crm, clock, log, dir };
    await loadCompany({ ...tap, config, note });
    const app = await startApp({
      environment: {
        ...environment,
        slackBotToken: secrets.botToken,
        slackSigningSecret: secrets.signingSecret,
        slackAppToken: undefined,
        slackApiUrl: sandbox.apiUrl,
        smtpUrl: sandbox.smtpUrl,
      },
      config,
      configPresent: true,
      tenant: 'default',
      host: '127.0.0.1',
      clock,
      log,
    });
    stops.onStop('bot', () => app.stop());
    sandbox.setBotUrl(`${app.url}/slack/events`);
    await crm.setWebhook(
      { url: `${app.url}/webhooks/${demoSource}`, secret: crm.webhookSecret, heartbeat: ['message'] },
      await toldUntil(database.db, tenant, clock),
    );
    const tapping = keepTapping(tap);
    stops.onStop('tap', () => tapping.stop());
    // The sender ends before the bot it posts to.
    stops.onStop('webhooks', () => crm.setWebhook(undefined));
    return { sandbox, crm, app, stop: () => stops.stop() };
  } catch (error) {
    await stops
      .stop()
      .catch((failure: unknown) => log.warn({ error: messageOf(failure) }, 'taking down a failed start failed too'));
    throw error;
  }
}

/** How much of the past the CRM still has events of, for a bot that it is connected to for the first time. */
const keptEventDays = 15;

/** Until when the CRM's events have come: only they tell who wrote a message and who has a conversation. */
async function toldUntil(db: Db, tenant: Tenant, clock: Clock): Promise<Temporal.Instant> {
  const [last] = await db.query<{ at: Temporal.Instant | null }>(sql`
    select max(occurred_at) as at from ops.webhook_events where tenant_id = ${tenant.tenantId}`);
  const kept = clock.now().subtract({ hours: 24 * keptEventDays });
  return last?.at && Temporal.Instant.compare(last.at, kept) > 0 ? last.at : kept;
}

/** What the console offers after `/kpi `. */
function completions(): string[] {
  return [
    ...kpiIds,
    ...['list', 'help', ...kpiIds.map((id) => `explain ${id}`)],
    ...dimensions.map((dimension) => `by ${dimension.id}`),
    ...periodExamples.map((period) => (period.includes(' ') ? `"${period}"` : period)),
    ...['vs year', 'table', 'csv'],
  ];
}
