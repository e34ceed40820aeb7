import { randomBytes } from 'node:crypto';
import { openDatabase, prepareSchema } from '../app/open.ts';
import { type RunningApp, startApp } from '../app/start.ts';
import { loadTenant, syncTenants } from '../app/tenants.ts';
import type { Environment } from '../config/environment.ts';
import { periodExamples } from '../domain/period.ts';
import { dimensions } from '../kpis/dimensions.ts';
import { kpiIds } from '../kpis/index.ts';
import { type Clock, movableClock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { createStops } from '../lib/stops.ts';
import { createSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { demoConfig, demoTimezone, loadCompany } from './company.ts';

export interface DemoOptions {
  environment: Environment;
  clock: Clock;
  log: Log;
  /** Where progress is told. */
  note: (text: string) => void;
  /** Port of the console; 0 for any. */
  consolePort: number;
}

export interface Demo {
  sandbox: Sandbox;
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
    const config = demoConfig();
    const database = await openDatabase(environment, log, 'demo');
    stops.onStop('demo database', () => database.close());
    await prepareSchema(database, { migrate: true });
    await syncTenants(database.db, config, true);

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
      ...secrets,
    });
    stops.onStop('sandbox', () => sandbox.stop());
    await loadCompany(
      { db: database.db, clock, log, note },
      await loadTenant(database.db, 'default'),
      environment.home,
    );
    const app = await startApp({
      environment: {
        ...environment,
        slackBotToken: secrets.botToken,
        slackSigningSecret: secrets.signingSecret,
        slackAppToken: undefined,
        slackApiUrl: sandbox.apiUrl,
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
    return { sandbox, app, stop: () => stops.stop() };
  } catch (error) {
    await stops
      .stop()
      .catch((failure: unknown) => log.warn({ error: messageOf(failure) }, 'taking down a failed start failed too'));
    throw error;
  }
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
