import { backtest } from '../alerts/backtest.ts';
import { alertStanding } from '../alerts/store/rules.ts';
import type { KpiSettings } from '../answers/answer.ts';
import { createChartRenderer } from '../charts/renderer.ts';
import type { Config } from '../config/config.ts';
import type { Environment } from '../config/environment.ts';
import { claimInstance } from '../db/locks.ts';
import { pendingMigrations } from '../db/migrate.ts';
import type { Dispatcher } from '../deliveries/dispatcher.ts';
import { slaTerms } from '../facts/policies.ts';
import { type Timing, usualTiming } from '../jobs/execute.ts';
import { aggregateTypes } from '../jobs/job.ts';
import { createJobs } from '../jobs/jobs.ts';
import { createUpkeep } from '../jobs/upkeep.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { CremaError, messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { createStops } from '../lib/stops.ts';
import { createPrinter } from '../pdf/printer.ts';
import { createSlackDoor } from '../slack/app.ts';
import { createHolidays } from '../subscriptions/holidays.ts';
import { endByLink, linkedSubscription } from '../subscriptions/unsubscribe.ts';
import { createCronListener } from '../web/cron.ts';
import { createMetrics } from '../web/metrics.ts';
import { createWebServer } from '../web/server.ts';
import { createUnsubscribeRoute } from '../web/unsubscribe.ts';
import { createWebhookRoute } from '../web/webhooks.ts';
import { openTimes, syncAlertRules } from './alerts/rules.ts';
import { type Alerts, startAlerts } from './alerts/start.ts';
import { freshnessWaitMinutes, startDeliveries } from './deliveries/start.ts';
import { ownHolidays, templatesOf } from './deliveries/templates.ts';
import { aggregateInWords, configuredJobs } from './jobs.ts';
import { mailRefusal, openMail } from './mail.ts';
import { openDatabase, prepareSchema } from './open.ts';
import { createPagingCarriers } from './paging.ts';
import { policiesOf } from './policies.ts';
import { syncSubscriptions } from './subscriptions.ts';
import { loadTenant, syncTenants } from './tenants.ts';
import { webhookSourcesOf } from './webhook-sources.ts';

export interface StartOptions {
  environment: Environment;
  config: Config;
  /** Whether the configuration came from a file. */
  configPresent: boolean;
  tenant: string;
  /** Address to listen on; all of them when not given. */
  host?: string;
  clock: Clock;
  log: Log;
  /** How fast dead workers are noticed and failed runs tried again; as usual unless given. */
  timing?: Timing;
}

export interface RunningApp {
  /** Where the HTTP server listens. */
  url: string;
  /** Takes over a changed configuration: people, targets, tenant settings, webhook secrets. */
  reload(config: Config): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Builds the bot in the order of dependency; each thing registers its stop on the next line, so that a start that fails
 * half-way is taken down by the same way. Stops run last in, first out: Slack and HTTP drain first, the pool ends last.
 */
export async function startApp(options: StartOptions): Promise<RunningApp> {
  const { environment, config, clock, log, timing = usualTiming } = options;
  const stops = createStops({ onStep: (step) => log.info({ step }, 'stopping') });
  try {
    const database = await openDatabase(environment, log, 'start');
    stops.onStop('database', () => database.close());
    const { db } = database;
    await prepareSchema(database, { migrate: true });

    if (database.embedded) {
      const claim = await claimInstance(db);
      if (!claim) {
        throw new CremaError('HOME_IN_USE', `Crema is already running from ${environment.home}`, {
          remedy: 'Stop the other one first, or give this one a folder of its own: CREMA_HOME=.crema-two',
        });
      }
      stops.onStop('instance claim', () => claim.release());
    }

    await syncTenants(db, config, options.configPresent);
    const tenant = await loadTenant(db, options.tenant);
    const settings: Record<string, KpiSettings[string]> = { ...config.kpis };

    let terms = slaTerms(policiesOf(config, tenant.slug));
    const metrics = createMetrics();
    const kept = { tenant, terms: () => terms };
    let alerts: Alerts | undefined;
    const upkeep = createUpkeep({
      ...{ db, kept: [kept], clock, log },
      onWebhooks: metrics.webhooksSettled,
      onChange: () => alerts?.wake(),
    });
    stops.onStop('upkeep', () => upkeep.stop());
    const jobs = configuredJobs(config);
    const running = await createJobs({
      ...{ db, url: database.url, kept: [kept], jobs, clock, log, timing },
      observe: metrics.jobRan,
      observeBacklog: metrics.jobBacklog,
    });
    stops.onStop('jobs', () => running.stop());
    const charts = createChartRenderer();
    stops.onStop('charts', () => charts.close());
    const printer = createPrinter({ executablePath: environment.browserPath, home: environment.home, log });
    stops.onStop('printer', () => printer.close());

    let current = config;
    const mail = openMail(environment, () => current, tenant);
    if (mail) stops.onStop('mail', () => mail.close());
    const templates = templatesOf(() => current, tenant);
    const holidays = createHolidays(() => ownHolidays(current, tenant));
    let deliveries: Dispatcher | undefined;
    let calendar = openTimes(config, tenant.slug);
    if (options.configPresent) {
      await syncSubscriptions(db, config, tenant, clock.now());
      await syncAlertRules(db, config, tenant, clock.now());
    }
    const slack = await openSlackDoor(environment, {
      db,
      clock,
      log,
      tenant,
      settings,
      charts,
      observe: metrics.handled,
      subscribing: {
        templates: templates.names,
        holidays,
        mailRefusal: (address) => mailRefusal(address, mail),
        onChange: () => deliveries?.wake(),
      },
      alerting: {
        past: (rule, period) =>
          backtest(rule, period, {
            ...{ db, tenant, settings, terms, log, now: clock.now(), lateStreams: [] },
            calendar: (name) => calendar(name),
          }),
        onChange: () => {
          alerts?.wake();
          deliveries?.wake();
        },
      },
    });
    let webhookSources = webhookSourcesOf(config, tenant);
    const stopping = new AbortController();
    const cron = createCronListener({
      ...{ secret: environment.cronSecret, types: aggregateTypes, now: () => clock.now().toString() },
      run: (type) =>
        aggregateInWords(
          { ...{ db, clock, machine: systemClock, log, timing, jobs }, observe: metrics.jobRan },
          kept,
          type,
          stopping.signal,
        ),
    });
    const web = await createWebServer({
      port: environment.port,
      ...(options.host ? { host: options.host } : {}),
      log,
      metrics,
      webhooks: createWebhookRoute({
        ...{ db, clock, log },
        sources: () => webhookSources,
        observe: metrics.webhookReceived,
        onStored: () => upkeep.wake(),
      }),
      unsubscribe: createUnsubscribeRoute({
        find: (key) => linkedSubscription(db, tenant.tenantId, key),
        end: (key) => endByLink(db, tenant.tenantId, key, clock.now()),
      }),
      listeners: { cron, ...(slack?.listener ? { slack: slack.listener } : {}) },
      ready: async () => ({
        database: await stateOf(async () => void (await pendingMigrations(db))),
        migrations: (await pendingMigrations(db).catch(() => ['unknown'])).length === 0 ? 'ok' : 'pending',
        queue: running.state(),
        deliveries: deliveries?.state() ?? 'ok',
        alerts: alerts?.state() ?? 'ok',
        slack: slack ? await slack.ready() : 'ok',
      }),
    });
    stops.onStop('http', () => web.close());
    // Before the server closes: it waits for answers, and these would take their time.
    stops.onStop('runs by hand', () => stopping.abort(new Error('Crema is stopping')));
    if (slack) {
      await slack.start();
      stops.onStop('slack', () => slack.stop());
    } else {
      log.warn('slack is not configured: set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET (docs/slack-setup.md)');
    }
    const dispatcher = startDeliveries({
      ...{ db, tenant, settings, clock, log, charts, printer, templates },
      ...(slack ? { slack } : {}),
      ...(mail ? { mail: { ...mail, publicUrl: environment.publicUrl ?? web.url } } : {}),
      paging: createPagingCarriers({
        targets: () => current.tenants[tenant.slug]?.alerts.targets ?? {},
        machine: systemClock,
      }),
      schedule: () => ({ ...holidays, waitMinutes: freshnessWaitMinutes }),
      observe: (delivery, ended) =>
        metrics.delivered({
          ...{ kind: delivery.kind, carrier: delivery.carrier, outcome: ended.kind },
          secondsLate: Math.max(0, delivery.dueAt.until(clock.now()).total('seconds')),
        }),
    });
    deliveries = dispatcher;
    stops.onStop('deliveries', () => dispatcher.stop());
    const watching = startAlerts({
      ...{ db, log, clock },
      context: {
        ...{ tenant, settings },
        get terms() {
          return terms;
        },
      },
      calendar: (name) => calendar(name),
      onTold: () => dispatcher.wake(),
      observe: {
        looked: metrics.alertsLooked,
        turn: (seconds, _rules, secondsLate) => metrics.alertTurn(seconds, secondsLate),
        told: metrics.alertTold,
      },
    });
    metrics.onAlerts(() => alertStanding(db, tenant.tenantId));
    alerts = watching;
    stops.onStop('alerts', () => watching.stop());
    log.info({ url: web.url, tenant: tenant.slug, timezone: tenant.timezone }, 'crema is up');

    return {
      url: web.url,
      // Tenant and settings are shared by reference with everything that answers, so they change in place.
      async reload(next) {
        await syncTenants(db, next, true);
        terms = slaTerms(policiesOf(next, tenant.slug));
        Object.assign(tenant, await loadTenant(db, options.tenant));
        webhookSources = webhookSourcesOf(next, tenant);
        current = next;
        await syncSubscriptions(db, next, tenant, clock.now());
        await syncAlertRules(db, next, tenant, clock.now());
        calendar = openTimes(next, tenant.slug);
        watching.wake();
        dispatcher.wake();
        await running.reload();
        for (const id of Object.keys(settings)) delete settings[id];
        Object.assign(settings, next.kpis);
      },
      stop: () => stops.stop(),
    };
  } catch (error) {
    await stops
      .stop()
      .catch((failure: unknown) => log.warn({ error: messageOf(failure) }, 'taking down a failed start failed too'));
    throw error;
  }
}

async function openSlackDoor(
  environment: Environment,
  deps: Omit<Parameters<typeof createSlackDoor>[0], 'token' | 'signingSecret' | 'appToken' | 'apiUrl'>,
): Promise<Awaited<ReturnType<typeof createSlackDoor>> | undefined> {
  const { slackBotToken: token, slackSigningSecret, slackAppToken: appToken, slackApiUrl: apiUrl } = environment;
  if (!token) return undefined;
  if (!slackSigningSecret && !appToken) {
    throw new CremaError(
      'SLACK_SECRET',
      'SLACK_BOT_TOKEN is set, but neither SLACK_SIGNING_SECRET nor SLACK_APP_TOKEN',
      {
        remedy: 'Set the signing secret (HTTP) or an app-level token (Socket Mode); see docs/slack-setup.md.',
        usage: true,
      },
    );
  }
  return createSlackDoor({
    ...deps,
    token,
    signingSecret: slackSigningSecret ?? '',
    ...(appToken ? { appToken } : {}),
    ...(apiUrl ? { apiUrl } : {}),
  });
}

async function stateOf(check: () => Promise<void>): Promise<string> {
  try {
    await check();
    return 'ok';
  } catch (error) {
    return messageOf(error);
  }
}
