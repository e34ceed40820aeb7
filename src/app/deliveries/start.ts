import type { KpiSettings } from '../../answers/answer.ts';
import type { ChartRenderer } from '../../charts/renderer.ts';
import type { Db } from '../../db/db.ts';
import type { Carrier } from '../../deliveries/delivery.ts';
import { type DeliveryTiming, type DispatchDeps, usualDeliveryTiming } from '../../deliveries/dispatch.ts';
import { createDispatcher, type Dispatcher } from '../../deliveries/dispatcher.ts';
import { createEditions } from '../../deliveries/editions.ts';
import type { DigestsSettings } from '../../digests/template.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Printer } from '../../pdf/printer.ts';
import type { ReportsSettings } from '../../reports/template.ts';
import type { SlackDoor } from '../../slack/app.ts';
import { type PlanOptions, planDue } from '../../subscriptions/plan.ts';
import { subscriptionOf } from '../../subscriptions/store.ts';
import type { Troubles } from '../../subscriptions/troubles.ts';
import { digestMaker } from './digest.ts';
import { kpiMaker } from './kpi.ts';
import type { MailDeps } from './mail.ts';
import { reportMaker } from './report.ts';

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
  /** Asked each time: a new configuration brings new ones. */
  templates: { digests: () => DigestsSettings; reports: () => ReportsSettings };
  schedule: () => PlanOptions;
  troubles: Troubles;
  observe?: DispatchDeps['observe'];
  timing?: DeliveryTiming;
}

/**
 * Plans and sends what people subscribed to, for one tenant. Everything that is due at the time of a start is sent then, as
 * far as it is not too late for it.
 */
export function startDeliveries(options: DeliveriesOptions): Dispatcher {
  const { db, tenant, clock, log, slack, mail, troubles, timing = usualDeliveryTiming } = options;
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
    ...options.templates,
    schedule: options.schedule,
  };
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
    carriers: { ...(slack ? { slack: slack.carrier } : {}), ...(mail ? { mail: mail.carrier } : {}) },
    make: { kpi: kpiMaker(making), digest: digestMaker(making), report: reportMaker(making) },
    onSettled: (tx, delivery, ended) => troubles.onDeliverySettled(tx, delivery, ended, momentsNow()),
    ...(options.observe ? { observe: options.observe } : {}),
  });
}
