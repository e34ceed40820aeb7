import type { Clock } from '../lib/clock.ts';
import type { Dispatcher, Outcome } from './dispatch.ts';
import { messageEvents } from './event-payloads.ts';
import type { Json } from './json.ts';
import { verificationToken } from './payloads.ts';
import type { Store } from './store.ts';
import { appId, botUserId, teamId } from './workspace.ts';

/** What the app is subscribed to, and the scopes of which one is needed to be told: as in Slack, the rest stays unsaid. */
const neededScopes: Readonly<Record<string, readonly string[]>> = {
  app_home_opened: [],
  app_mention: ['app_mentions:read'],
  message: ['im:history'],
  member_joined_channel: ['channels:read', 'groups:read'],
  member_left_channel: ['channels:read', 'groups:read'],
  channel_left: ['channels:read'],
  channel_rename: ['channels:read'],
  channel_archive: ['channels:read'],
  channel_unarchive: ['channels:read'],
  group_left: ['groups:read'],
  group_rename: ['groups:read'],
  group_archive: ['groups:read'],
  group_unarchive: ['groups:read'],
  user_change: ['users:read'],
};

export interface Events {
  /**
   * Tells the bot, and tells it again on the schedule until it acknowledges. Resolves with the first acknowledgement or
   * the last failure; `not_sent` without subscription, scope or bot.
   */
  deliver(event: Json & { type: string }): Promise<Outcome>;
  /** Slack's question when a request URL is entered; acknowledged only when the bot gives the challenge back. */
  verifyUrl(): Promise<Outcome>;
  stop(): void;
}

export interface EventsDeps {
  clock: Clock;
  store: Store;
  dispatcher: Dispatcher;
  base: string;
  scopes: ReadonlySet<string>;
  /** Event types the app subscribes to; all there are unless given. */
  subscribed: readonly string[] | undefined;
  /** How long to wait before each repetition, in milliseconds of real time. Slack: at once, a minute, five minutes. */
  retryMs: readonly number[];
}

/** The Events API, from the app's side: what happens in the workspace reaches the bot as signed callbacks. */
export function createEvents(deps: EventsDeps): Events {
  const { clock, store, dispatcher, scopes, subscribed, retryMs } = deps;
  const stopped = new AbortController();

  function wanted(type: string): boolean {
    const needed = neededScopes[type];
    if (needed === undefined || subscribed?.includes(type) === false) return false;
    return needed.length === 0 || needed.some((scope) => scopes.has(scope));
  }

  function envelope(event: Json): Json {
    return {
      ...{ token: verificationToken, team_id: teamId, api_app_id: appId, event, type: 'event_callback' },
      ...{ event_id: store.nextId('Ev'), event_time: Math.floor(clock.now().epochMilliseconds / 1000) },
      authorizations: [
        { enterprise_id: null, team_id: teamId, user_id: botUserId, is_bot: true, is_enterprise_install: false },
      ],
      is_ext_shared_channel: false,
    };
  }

  async function deliver(event: Json & { type: string }): Promise<Outcome> {
    if (!wanted(event.type))
      return { outcome: 'not_sent', ackMs: undefined, detail: `not subscribed to ${event.type}` };
    if (!dispatcher.connected()) return { outcome: 'not_sent', ackMs: undefined, detail: 'no bot is connected' };
    const callback = envelope(event);
    let { ack, outcome } = await dispatcher.send('event', callback);
    for (const [index, delay] of retryMs.entries()) {
      if (ack.outcome === 'acknowledged' || ack.final === true) break;
      if (!(await elapsed(delay, stopped.signal))) break;
      const retry = { number: index + 1, reason: ack.reason };
      ({ ack, outcome } = await dispatcher.send('event', callback, retry));
    }
    return outcome;
  }

  // Messages come about in many ways (people, the Web API, response URLs, files): whatever made them, the bot is told.
  store.watch((change) => {
    for (const event of messageEvents(change, store, deps.base)) void deliver(event);
  });

  return {
    deliver,
    async verifyUrl() {
      const challenge = store.nextId('challenge');
      const payload = { token: verificationToken, challenge, type: 'url_verification' };
      const { ack, outcome } = await dispatcher.send('url_verification', payload);
      if (ack.outcome !== 'acknowledged') return outcome;
      const { body } = ack;
      const given = typeof body === 'string' ? body : (body as Json | undefined)?.challenge;
      return given === challenge
        ? outcome
        : { ...outcome, outcome: 'dispatch_failed', detail: 'the challenge did not come back' };
    },
    stop: () => stopped.abort(),
  };
}

/** Resolves with true after `ms`, with false as soon as `signal` aborts. */
function elapsed(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', give);
      resolve(true);
    }, ms);
    function give(): void {
      clearTimeout(timer);
      resolve(false);
    }
    signal.addEventListener('abort', give, { once: true });
  });
}
