import { lookAtDue } from '../../alerts/look.ts';
import { alertMaker } from '../../app/alerts/letters.ts';
import { onAlertSettled } from '../../app/alerts/start.ts';
import { loadTenant } from '../../app/tenants.ts';
import { createDb } from '../../db/db.ts';
import { createDispatcher, type Dispatcher } from '../../deliveries/dispatcher.ts';
import { fixedClock, systemClock } from '../../lib/clock.ts';
import { createLog } from '../../lib/log.ts';
import { createSlackCarrier } from '../../slack/carrier/carrier.ts';
import { createClient } from '../../slack/client.ts';
import { createSlackLogger } from '../../slack/logger.ts';
import { quickTiming, type ToReplica } from '../deliveries/replica-messages.ts';
import { slug, terms } from './town.ts';

/*
 * One process that looks at rules and sends what they tell, to be killed at any moment. It is told the time over its channel,
 * and ends with its parent.
 */

/** Between looks, in milliseconds. */
const pollMs = 100;
/** Longest call of Slack's Web API, in milliseconds: shorter than the lease of a delivery. */
const callTimeoutMs = 1_000;
/** Leases of rules run so much faster than in life: whoever follows a dead process waits for seconds. */
const leaseSpeed = 20;

const log = createLog({ level: 'silent' });
const clock = fixedClock('1970-01-01T00:00:00Z');
let dispatcher: Dispatcher | undefined;
let looking: NodeJS.Timeout | undefined;

process.on('disconnect', () => process.exit(1));
process.on('message', (message: ToReplica) => {
  if (message.kind === 'time') {
    clock.set(message.now);
    dispatcher?.wake();
  } else if (message.kind === 'start') void start(message);
  else {
    clearTimeout(looking);
    void (dispatcher?.stop() ?? Promise.resolve()).then(() => process.exit(0));
  }
});

async function start({ databaseUrl, tenantId, slackApiUrl, token, now }: ToReplica & { kind: 'start' }): Promise<void> {
  clock.set(now);
  const db = createDb({ url: databaseUrl, applicationName: 'crema bench replica', log, maxConnections: 6 });
  const tenant = await loadTenant(db, slug);
  const client = createClient(token, slackApiUrl, createSlackLogger(log), callTimeoutMs);
  const machine = systemClock;
  const moments = () => ({ now: clock.now(), machine: machine.now(), timezone: tenant.timezone });
  const sending = createDispatcher({
    ...{ db, tenantId, clock, machine, log, timing: quickTiming, make: { alert: alertMaker({ db, tenant }) } },
    carriers: { slack: createSlackCarrier({ db, tenantId, client, machine, log }) },
    onSettled: (tx, delivery, ended) =>
      onAlertSettled(tx, delivery, ended, { ...moments(), timezone: tenant.timezone }),
  });
  dispatcher = sending;
  const context = { tenant, settings: {}, terms };
  const look = async () => {
    const at = { now: clock.now(), machine: fast(machine.now()) };
    const looked = await lookAtDue({ db, log, context, calendar: () => undefined }, at).catch(() => 0);
    if (looked > 0) sending.wake();
    looking = setTimeout(() => void look(), pollMs);
  };
  void look();
  process.send?.('up');
}

function fast(machine: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds((machine.epochMilliseconds % 1e10) * leaseSpeed);
}
