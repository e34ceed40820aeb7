import { type Clock, isMovable } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { handleApi } from './api/handle.ts';
import type { ApiContext } from './api/method.ts';
import { createConsole } from './console/routes.ts';
import type { ContentRules } from './content.ts';
import { createDispatcher, type Outcome } from './dispatch.ts';
import { createDriver, type Driver } from './driver/driver.ts';
import { createEvents } from './events.ts';
import { createFaults, type Fault, type PendingFault } from './faults.ts';
import { createFileDesk } from './file-desk.ts';
import { httpTransport } from './http-transport.ts';
import { createMailbox } from './mail/mailbox.ts';
import { createMailSink, type MailSink } from './mail/sink.ts';
import type { Message } from './message.ts';
import { createPagingSink, type PagingSink } from './paging/sink.ts';
import { createRateLimits } from './rate-limits.ts';
import { type ApiCall, createRecorder, type Dispatch } from './record.ts';
import { createResponseUrls } from './response-url.ts';
import { createHttpServer, listen, type Route } from './server.ts';
import { createSignal, waitFor } from './signal.ts';
import { createSocketMode } from './socket-mode.ts';
import { createStore } from './store.ts';
import { createTriggers } from './triggers.ts';
import { handleUpload } from './upload.ts';
import type { View } from './view.ts';
import { createViewDesk } from './view-desk.ts';
import type { Channel, Person } from './workspace.ts';

/** What the app of the reference may do. `files:read` is not among them: it needs an enhanced review. */
const defaultScopes: readonly string[] = [
  ...['commands', 'chat:write', 'files:write', 'users:read', 'users:read.email', 'im:write'],
  ...['channels:read', 'groups:read', 'im:read', 'im:history', 'app_mentions:read'],
];

const defaultEventRetryMs: readonly number[] = [100, 1_000, 5_000];

export interface SandboxOptions {
  /** 0 or absent: any free port. */
  port?: number;
  /** Port of the server that takes mail; 0 or absent: any free port. */
  mailPort?: number;
  /**
   * Business time: message timestamps and the life of response URLs. Signatures and acknowledgements use real time. A
   * movable clock can be moved in the console.
   */
  clock: Clock;
  log: Log;
  /** IANA zone of the business, for the console's clock: UTC unless given. */
  timezone?: string;
  signingSecret: string;
  botToken: string;
  /** App-level token; without one Socket Mode is refused. */
  appToken?: string;
  /** Where the bot takes requests; without it they go to a connected socket. */
  botUrl?: string;
  /** What the console offers after `/kpi `. */
  completions?: readonly string[];
  /** Slash commands of the app, `/kpi` alone unless given; any other is "not a valid command". */
  commands?: readonly string[];
  /** How long Slack "processes" a fresh file, in milliseconds of real time. */
  fileReadyMs?: number;
  scopes?: readonly string[];
  /** Channels besides those every workspace begins with. */
  channels?: readonly Channel[];
  /** People besides those; they are not in the console's switcher. */
  people?: readonly Person[];
  /** Slack's rate limits, by real time: per method and minute, posting one a second and channel. Off unless true. */
  rateLimits?: boolean;
  /** Event types the app subscribes to; all that the sandbox has unless given. */
  events?: readonly string[];
  /** What hooks that come here are signed with: `hook-secret` unless given. */
  hookSecret?: string;
  /** Waiting times before an unacknowledged event is sent again, in milliseconds of real time: 100, 1,000, 5,000. */
  eventRetryMs?: readonly number[];
}

export interface Sandbox extends Driver {
  /** Address of the console, ends in `/`. */
  readonly url: string;
  /** Base of the Web API, ends in `/api/`: the SDK's `slackApiUrl`. */
  readonly apiUrl: string;
  /** Where the bot hands in mail: `smtp://127.0.0.1:PORT`. */
  readonly smtpUrl: string;
  /** What it took, oldest first; every kind of trouble can be planned there. */
  readonly mail: Omit<MailSink, 'url' | 'stop'>;
  /** PagerDuty's Events API and a receiver of webhooks, with what came and trouble to plan. */
  readonly paging: Omit<PagingSink, 'stop'>;
  setBotUrl(url: string | undefined): void;
  /** Asks the bot's address for its challenge (`url_verification`), as Slack does when the address is entered. */
  verifyBotUrl(): Promise<Outcome>;
  /** What `asUser` sees there, oldest first. */
  conversation(channelId: string, asUser: string): Message[];
  /** The upmost open modal and the App Home of a person. */
  modal(userId: string): View | undefined;
  /** All open modals of a person, the upmost last. */
  modals(userId: string): readonly View[];
  home(userId: string): View | undefined;
  /** Resolves once `probe` gives something; asked after every change. `timeoutMs` 5,000 unless given. */
  waitFor<T>(what: string, probe: () => T | undefined | false, timeoutMs?: number): Promise<T>;
  /** Calls of the bot and requests to it, oldest first. */
  readonly apiCalls: readonly ApiCall[];
  readonly dispatches: readonly Dispatch[];
  /** Whether Slack has finished with an uploaded picture, so that blocks may show it. */
  fileReady(fileId: string): boolean;
  failNext(fault: Fault): void;
  /** Faults still to come. */
  pendingFaults(): readonly PendingFault[];
  clearFaults(): void;
  /** Socket Mode: how many are connected, and telling them to reconnect. */
  sockets(): number;
  refreshSockets(): void;
  stop(): Promise<void>;
}

/** Starts a workspace on 127.0.0.1. Rejects when the port is taken. */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, log } = options;
  let { botUrl } = options;
  const signal = createSignal();
  const store = createStore(clock, signal, options.channels, options.people);
  const recorder = createRecorder();
  const faults = createFaults(store.touch);
  const triggers = createTriggers();
  const views = createViewDesk(store);
  const files = createFileDesk({ store, readyAfterMs: options.fileReadyMs ?? 1_000 });

  const routes: Route[] = [];
  const server = createHttpServer(routes, log);
  const sink = await createMailSink({ clock, port: options.mailPort ?? 0, onChange: store.touch });
  const paging = await createPagingSink({ clock, secret: options.hookSecret ?? 'hook-secret', onChange: store.touch });
  const base = await listen(server, options.port ?? 0).catch(async (error: unknown) => {
    await Promise.all([sink.stop(), paging.stop()]);
    throw error;
  });
  const sockets = createSocketMode({ socketBase: () => base.replace('http', 'ws'), onChange: signal.emit });
  server.on('upgrade', sockets.upgrade);

  const contentRules = (text: ContentRules['text']): ContentRules => ({
    text,
    newId: () => store.nextId('b').slice(-7),
    scope: { surface: 'message', fileReady: files.ready },
  });
  const scopes = new Set(options.scopes ?? defaultScopes);
  const context: ApiContext = {
    clock,
    store,
    files,
    triggers,
    views,
    base,
    scopes,
    openSocket: sockets.ticket,
    contentRules,
  };
  const limits = options.rateLimits === true ? createRateLimits(() => performance.now()) : undefined;
  const door = { context, faults, limits, recorder, botToken: options.botToken, appToken: options.appToken };
  const responseUrls = createResponseUrls({ clock, store, faults, recorder, base, contentRules });
  const dispatcher = createDispatcher({
    ...{ recorder, signal },
    transport() {
      if (botUrl !== undefined) return httpTransport(botUrl, options.signingSecret);
      return sockets.connections() > 0 ? sockets : undefined;
    },
  });
  const events = createEvents({
    ...{ clock, store, dispatcher, base, scopes, subscribed: options.events },
    retryMs: options.eventRetryMs ?? defaultEventRetryMs,
  });
  const driver = createDriver({
    ...{ clock, store, views, dispatcher, events, triggers, responseUrls, base, scopes, contentRules },
    commands: options.commands ?? ['/kpi'],
  });
  const pages = createConsole({
    ...{ mailbox: createMailbox(sink), mailFaults: sink, pageFaults: paging, pages: paging },
    ...{ store, views, faults, driver, completions: options.completions ?? [] },
    clock: { clock, timezone: options.timezone ?? 'UTC' },
  });
  const forgetClock = isMovable(clock) ? clock.onMove(store.touch) : undefined;

  routes.push(
    { method: 'POST', path: '/api/*', handle: (request, response, name) => handleApi(name, request, response, door) },
    {
      method: 'POST',
      path: '/upload/v1/*',
      handle: (request, response, token) => handleUpload(token, request, response, { files, faults, recorder }),
    },
    ...['/commands/*', '/actions/*'].map(
      (path): Route => ({
        method: 'POST',
        path,
        handle: (request, response, rest) => responseUrls.handle(rest.split('/').at(-1) ?? '', request, response),
      }),
    ),
    ...pages.routes,
  );
  log.info({ url: `${base}/` }, 'sandbox is up');

  return {
    ...driver,
    url: `${base}/`,
    apiUrl: `${base}/api/`,
    smtpUrl: sink.url,
    mail: sink,
    paging,
    setBotUrl(url) {
      botUrl = url;
    },
    verifyBotUrl: events.verifyUrl,
    conversation: (channel, user) => store.visible(channel, user),
    modal: (user) => views.stack(user).at(-1),
    modals: views.stack,
    home: views.home,
    waitFor: (what, probe, timeoutMs = 5_000) => waitFor(signal, what, probe, timeoutMs),
    apiCalls: recorder.calls,
    dispatches: recorder.dispatches,
    fileReady: (id) => files.ready({ id }),
    failNext: faults.failNext,
    pendingFaults: faults.pending,
    clearFaults: () => faults.clear(),
    sockets: sockets.connections,
    refreshSockets: sockets.refresh,
    async stop() {
      forgetClock?.();
      events.stop();
      files.stop();
      pages.stop();
      await Promise.all([sink.stop(), paging.stop()]);
      sockets.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
