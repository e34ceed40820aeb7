import type { KpiSettings } from '../../answers/answer.ts';
import { administrators } from '../../answers/people.ts';
import type { ChartRenderer } from '../../charts/renderer.ts';
import type { Db, Queryable } from '../../db/db.ts';
import type { Carrier, Letter } from '../../deliveries/delivery.ts';
import { type DeliveryTiming, type DispatchDeps, usualDeliveryTiming } from '../../deliveries/dispatch.ts';
import { createDispatcher, type Dispatcher } from '../../deliveries/dispatcher.ts';
import { createEditions } from '../../deliveries/editions.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Printer } from '../../pdf/printer.ts';
import type { SlackDoor } from '../../slack/app.ts';
import { troubleMessage } from '../../slack/messages/subscriptions.ts';
import { type PlanOptions, planDue } from '../../subscriptions/plan.ts';
import { subscriptionOf } from '../../subscriptions/store.ts';
import { type Trouble, watchTroubles } from '../../subscriptions/troubles.ts';
import { alertMaker } from '../alerts/letters.ts';
import { onAlertSettled } from '../alerts/start.ts';
import { digestMaker } from './digest.ts';
import { kpiMaker, slackBody } from './kpi.ts';
import type { MailDeps } from './mail.ts';
import { reportMaker } from './report.ts';
import type { TemplateSettings } from './templates.ts';

export interface DeliveriesOptions {
  db: Db;
  tenant: Tenant;
  settings: KpiSettings;
  clock: Clock;
  log: Log;
  charts: ChartRenderer;
  printer: Pick<Printer, 'print'>;
  /** Absent where Slack is not configured: what goes there waits. */
  slack?: Pick<SlackDoor, 'carrier' | 'readerOf'>;
  /** Absent where mail is not configured: what goes there waits. */
  mail?: MailDeps & { carrier: Carrier };
  /** Absent where alerts have no targets of their own: what goes there waits. */
  paging?: Pick<DispatchDeps['carriers'], 'pagerduty' | 'webhook'>;
  /** Asked each time: a new configuration brings new ones. */
  templates: TemplateSettings;
  schedule: () => PlanOptions;
  observe?: DispatchDeps['observe'];
  timing?: DeliveryTiming;
}

/** How long a delivery waits for data, in minutes: 20 as in docs/decisions/deliveries.md. */
export const freshnessWaitMinutes = 20;

/** The message to the owner of a subscription that something happened to. */
function noticeLetter(trouble: Trouble): Letter {
  return { body: slackBody(troubleMessage(trouble)), files: [] };
}

/** Whom to tell where an owner cannot be told. */
async function slackAdministrators(tx: Queryable, tenantId: number): Promise<string[]> {
  return (await administrators(tx, tenantId)).flatMap(({ slackUserId }) => slackUserId ?? []);
}

/**
 * Plans and sends what people subscribed to, for one tenant. Everything that is due at the time of a start is sent then, as
 * far as it is not too late for it.
 */
export function startDeliveries(options: DeliveriesOptions): Dispatcher {
  const { db, tenant, clock, log, slack, mail, timing = usualDeliveryTiming } = options;
  const { tenantId } = tenant;
  const machine = systemClock;
  const making = {
    ...{
      db,
      tenant,
      settings: options.settings,
      clock,
      log,
      charts: options.charts,
      printer: options.printer,
      slack,
      mail,
    },
    editions: createEditions({ db, tenantId, clock }),
    digests: options.templates.digests,
    reports: options.templates.reports,
    schedule: options.schedule,
  };
  const troubles = watchTroubles({ letterOf: noticeLetter, administrators: slackAdministrators });
  const momentsNow = () => ({ now: clock.now(), machine: machine.now() });

  async function plan(): Promise<void> {
    const { planned, skipped, broken } = await planDue(db, tenantId, momentsNow(), options.schedule());
    if (planned > 0) log.info({ planned, skipped }, 'deliveries are due');
    for (const { subscriptionId, reason } of broken) {
      log.warn(
        { subscription: subscriptionId, reason },
        'a subscription was paused: its schedule cannot be worked out',
      );
      await db.tx(async (tx) => {
        const subscription = await subscriptionOf(tx, tenantId, subscriptionId);
        if (subscription) await troubles.onPaused(tx, subscription, reason, momentsNow());
      });
    }
  }

  return createDispatcher({
    ...{ db, tenantId, clock, machine, log, timing, plan },
    carriers: {
      ...options.paging,
      ...(slack ? { slack: slack.carrier } : {}),
      ...(mail ? { mail: mail.carrier } : {}),
    },
    make: {
      ...{ kpi: kpiMaker(making), digest: digestMaker(making), report: reportMaker(making) },
      alert: alertMaker(making),
    },
    async onSettled(tx, delivery, ended) {
      await onAlertSettled(tx, delivery, ended, { ...momentsNow(), timezone: tenant.timezone });
      await troubles.onDeliverySettled(tx, delivery, ended, momentsNow());
    },
    ...(options.observe ? { observe: options.observe } : {}),
  });
}
