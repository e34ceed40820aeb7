import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, SocketModeReceiver } from '@slack/bolt';
import type { Log } from '../lib/log.ts';
import { withDeadline } from '../lib/stops.ts';
import { clientOptions, explained } from './client.ts';
import { describeError } from './redact.ts';

const connectTimeoutMs = 15_000;
const closeTimeoutMs = 2_000;
/** Waits between tries to connect again, in milliseconds: none at first, Slack asks everybody to reconnect now and then. */
const backoffMs = [0, 1_000, 2_000, 5_000, 10_000, 30_000];

export interface SocketIntake {
  receiver: SocketModeReceiver;
  /** Rejects with a CremaError when the first connection fails; later ones are tried for ever. */
  start(): Promise<void>;
  stop(): Promise<void>;
  isConnected(): boolean;
}

/**
 * Socket Mode with a reconnect of our own: the client's waits 5 s in which requests are lost, and ends the process by an
 * unhandled rejection where Slack refuses a connection.
 *
 * closed -> connecting -> connected -> (disconnected) connecting -> ... -> stopping
 */
export function createSocketIntake(options: {
  appToken: string;
  apiUrl: string | undefined;
  logger: Logger;
  log: Log;
}): SocketIntake {
  const { appToken, apiUrl, logger, log } = options;
  const receiver = new SocketModeReceiver({
    appToken,
    logger,
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: clientOptions(apiUrl, logger) },
  });
  const { client } = receiver;
  let state: 'closed' | 'connecting' | 'connected' | 'stopping' = 'closed';
  const ended = new AbortController();

  // A payload the client cannot read rejects in its listener, with nobody to catch it.
  const [read] = client.listeners('ws_message');
  client.removeAllListeners('ws_message');
  client.on('ws_message', (...message: unknown[]) => {
    Promise.resolve(read?.apply(client, message)).catch((error: unknown) =>
      log.warn(describeError(error), 'slack sent something unreadable'),
    );
  });

  async function connect(): Promise<void> {
    state = 'connecting';
    await withDeadline(client.start(), connectTimeoutMs, 'connecting to Slack by Socket Mode');
    state = 'connected';
  }

  async function reconnect(): Promise<void> {
    for (let attempt = 0; state !== 'stopping'; attempt++) {
      try {
        await sleep(backoffMs[Math.min(attempt, backoffMs.length - 1)], undefined, { signal: ended.signal });
        await connect();
        log.info({ attempt }, 'socket mode connected again');
        return;
      } catch (error) {
        if (ended.signal.aborted) return;
        log.warn({ attempt, ...describeError(error) }, 'socket mode could not connect again');
      }
    }
  }

  client.on('disconnected', () => {
    if (state !== 'connected') return;
    state = 'connecting';
    log.info('socket mode disconnected');
    void reconnect();
  });

  return {
    receiver,
    isConnected: () => state === 'connected',
    async start() {
      try {
        await connect();
      } catch (error) {
        state = 'closed';
        await client.disconnect().catch(() => {});
        throw explained(error, apiUrl, 'SLACK_APP_TOKEN');
      }
    },
    async stop() {
      if (state === 'closed') return;
      state = 'stopping';
      ended.abort();
      await withDeadline(client.disconnect(), closeTimeoutMs, 'closing the socket').catch((error: unknown) =>
        log.warn(describeError(error), 'socket mode did not close in time'),
      );
    },
  };
}
