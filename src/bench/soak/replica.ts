import { startApp } from '../../app/start.ts';
import { parseConfig } from '../../config/config.ts';
import type { Timing } from '../../jobs/execute.ts';
import { createLog } from '../../lib/log.ts';
import { soakClock, type TimeStand } from './clock.ts';

/*
 * One replica of the bot as a process of its own, to be killed: the whole of it (jobs, upkeep, webhooks) but for Slack,
 * on the soak's clock. It is told what to do over its channel, and ends with its parent.
 */

export type ToReplica =
  | { kind: 'start'; databaseUrl: string; home: string; config: string; stand: TimeStand }
  | { kind: 'time'; stand: TimeStand }
  | { kind: 'stop' };

export type FromReplica = { kind: 'up'; url: string };

/** A second here is most of an hour there: what waits for a dead worker does so for a fifth of the usual time. */
const timing: Timing = { leaseMs: 5_000, beatMs: 1_000, silentMs: 6_000, pollMs: 500, retryBaseMs: 500 };

const clock = soakClock();
let stop: () => Promise<void> = () => Promise.resolve();

process.on('disconnect', () => process.exit(1));
process.on('message', (message: ToReplica) => {
  if (message.kind === 'time') clock.set(message.stand);
  else if (message.kind === 'start') void start(message);
  else void stop().then(() => process.exit(0));
});

async function start({ databaseUrl, home, config, stand }: ToReplica & { kind: 'start' }): Promise<void> {
  clock.set(stand);
  const app = await startApp({
    environment: {
      ...{ databaseUrl, home, port: 0, configFile: 'crema.yaml', configNamed: false, publicUrl: undefined },
      ...{ slackBotToken: undefined, slackSigningSecret: undefined, slackAppToken: undefined, slackApiUrl: undefined },
      ...{ cronSecret: undefined, smtpUrl: undefined, mailFrom: undefined, logLevel: undefined },
      browserPath: undefined,
    },
    ...{ config: parseConfig(config, 'soak'), configPresent: true, tenant: 'default', host: '127.0.0.1', clock },
    ...{ log: createLog({ level: 'warn' }), timing },
  });
  stop = () => app.stop();
  process.send?.({ kind: 'up', url: app.url } satisfies FromReplica);
}
