import type { RequestListener } from 'node:http';
import { App, AuthorizationError, type AuthorizeResult, type Receiver } from '@slack/bolt';
import type { KpiSettings } from '../answers/answer.ts';
import { builtInTemplates } from '../answers/subscribe.ts';
import type { Db } from '../db/db.ts';
import type { Carrier } from '../deliveries/delivery.ts';
import type { Tenant } from '../domain/tenant.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { createHolidays } from '../subscriptions/holidays.ts';
import type { Alerting } from './alerts/deps.ts';
import { createSlackCarrier } from './carrier/carrier.ts';
import { type ChartDrawer, createChartImages } from './chart-images.ts';
import { clientOptions, createClient, type Identity, identify } from './client.ts';
import { createDispatch, type Handled } from './dispatch.ts';
import { createFindPeople } from './find-people.ts';
import { createHttpIntake } from './http-intake.ts';
import { type Incoming, readIncoming } from './incoming.ts';
import { createSlackLogger } from './logger.ts';
import { notInstalledMessage } from './messages/notices.ts';
import { createProfiles } from './profiles.ts';
import { type Reader, readerOf } from './readers.ts';
import { describeError } from './redact.ts';
import { createReply } from './reply.ts';
import { createRequests } from './requests.ts';
import { route, routeForm } from './routes.ts';
import { createRunning } from './running.ts';
import { createSocketIntake } from './socket-intake.ts';
import type { Subscribing } from './subscriptions/deps.ts';

export interface SlackDoorDeps {
  db: Db;
  clock: Clock;
  log: Log;
  tenant: Tenant;
  settings: KpiSettings;
  charts: ChartDrawer;
  /** Bot token. */
  token: string;
  /** Of the requests over HTTP; unused in Socket Mode. */
  signingSecret: string;
  /** App-level token: Socket Mode instead of HTTP. */
  appToken?: string;
  /** Another Web API base, ends in `/api/`. */
  apiUrl?: string;
  observe?: (handled: Handled) => void;
  /** What can be subscribed to, and where it may go; without it what is built in, and no mail. */
  subscribing?: Subscribing;
  /** What a look at the past and what was done need; without it alerts can be made, and nobody knows their past. */
  alerting?: Alerting;
  timing?: Partial<Timing>;
}

/** All in milliseconds. */
export interface Timing {
  /** When to say that it takes longer. */
  slowAfterMs: number;
  /** Waits before each try to show a fresh image. */
  imageWaitsMs: readonly number[];
  /** Longest wait for one call of Slack's Web API, and for one post to a response URL. */
  callTimeoutMs: number;
  postTimeoutMs: number;
  /** Waits before a call is made again whose outcome is unknown. */
  retryWaitsMs: readonly number[];
  /** How long running handlers may go on when the door closes. */
  drainMs: number;
  /** How long a token that worked is believed to work. */
  readyForMs: number;
}

const usualTiming: Timing = {
  slowAfterMs: 1_500,
  imageWaitsMs: [500, 1_000, 4_000],
  callTimeoutMs: 10_000,
  postTimeoutMs: 5_000,
  retryWaitsMs: [500, 2_000],
  drainMs: 8_000,
  readyForMs: 30_000,
};

/** Where nothing is configured. */
const builtIn: Subscribing = {
  templates: () => builtInTemplates,
  holidays: createHolidays(() => ({})),
  mailRefusal: () => 'Crema sends no mail here.',
};

const withoutAlerts: Alerting = {
  past: async () => ({ unknown: 'alerts are not set up here' }),
  onChange: () => undefined,
};

export interface SlackDoor {
  /** For `POST /slack/events`; absent in Socket Mode. Answers 503 until `start` has resolved and after `stop`. */
  listener?: RequestListener;
  /** Checks the token and opens. Rejects with a CremaError: `SLACK_UNREACHABLE`, `SLACK_AUTH`. */
  start(): Promise<void>;
  /** Takes nothing new, lets what runs end (within a deadline), closes. */
  stop(): Promise<void>;
  /** `ok`, or what is wrong. */
  ready(): Promise<string>;
  /** The way out for what the ledger sends. */
  readonly carrier: Carrier;
  /** Who reads what is sent to a channel or a person. */
  readerOf(recipient: string): Promise<Reader>;
}

/** The bot in one workspace, for one tenant. */
export async function createSlackDoor(deps: SlackDoorDeps): Promise<SlackDoor> {
  const { db, clock, log, tenant, settings, token, apiUrl } = deps;
  const timing = { ...usualTiming, ...deps.timing };
  const logger = createSlackLogger(log);
  const client = createClient(token, apiUrl, logger, timing.callTimeoutMs);
  const running = createRunning();
  let state: 'closed' | 'open' | 'closing' = 'closed';
  let identity: Identity | undefined;
  let checked: { at: number; said: Promise<string> } | undefined;

  const profiles = createProfiles({ db, tenantId: tenant.tenantId, clock, client, log, identity: () => identity });
  const botUserId = () => identity?.botUserId;
  const findPeople = createFindPeople({ db, tenantId: tenant.tenantId, profiles, log });
  const askDeps = {
    ...{ db, tenant, settings, clock, client, findPeople },
    images: createChartImages({ charts: deps.charts, client }),
    imageWaitsMs: timing.imageWaitsMs,
  };
  const replyTo = (incoming: Incoming, own: Log) =>
    createReply(incoming, {
      ...{ client, log: own, postTimeoutMs: timing.postTimeoutMs, retryWaitsMs: timing.retryWaitsMs },
      // The next question about readiness asks Slack, and then says so.
      onDeadToken: () => {
        checked = undefined;
      },
    });
  const requests = createRequests({ db, clock, tenantId: tenant.tenantId });
  const { subscribing = builtIn, alerting = withoutAlerts } = deps;
  const routeDeps = { ...askDeps, requests, profiles, botUserId, replyTo, subscribing, alerting };
  const dispatch = createDispatch({
    ...{ log, running, replyTo, slowAfterMs: timing.slowAfterMs, observe: deps.observe },
    requests,
    client,
    route: (exchange) => route(exchange, routeDeps),
    routeForm: (exchange) => routeForm(exchange, routeDeps),
    isClosing: () => state !== 'open',
    botUserId,
  });

  const intake = deps.appToken
    ? createSocketIntake({ appToken: deps.appToken, apiUrl, logger, log })
    : createHttpIntake({ signingSecret: deps.signingSecret, logger, isOpen: () => state !== 'closed' });
  await listenTo(intake.receiver);

  /** A token belongs to one workspace (or organisation): requests from another one are not ours to answer. */
  async function authorize(source: { teamId?: string | undefined; enterpriseId?: string | undefined }) {
    const ours =
      identity !== undefined &&
      (source.teamId === identity.teamId ||
        (source.enterpriseId !== undefined && source.enterpriseId === identity.enterpriseId));
    if (!identity || !ours) throw new Error('the request is from another workspace');
    const { botId, botUserId, teamId } = identity;
    const known = Object.entries({ botId, botUserId, teamId }).filter(([, value]) => value !== undefined);
    return { botToken: token, ...Object.fromEntries(known) } as AuthorizeResult;
  }

  async function listenTo(receiver: Receiver): Promise<void> {
    const app = new App({
      ...{ receiver, authorize, logger, convoStore: false as const, ignoreSelf: false },
      ...{ extendedErrorHandler: true, deferInitialization: true, clientOptions: clientOptions(apiUrl, logger) },
    });
    app.use((args) => dispatch({ body: args.body, ack: 'ack' in args ? args.ack : undefined }));
    app.error(async ({ error, body }: { error: Error; body: unknown }) => {
      log.warn(describeError(error), 'slack request not taken');
      const incoming = error instanceof AuthorizationError ? readIncoming(body) : null;
      // Of another workspace only what brings its own way back can be answered.
      if (incoming?.responseUrl === undefined) return;
      // Bolt acknowledges only after this handler: the answer must not hold it up.
      const told = replyTo(incoming, log).post(notInstalledMessage(), { keepOriginal: true });
      running.track(told).catch((lost: unknown) => log.warn(describeError(lost), 'could not refuse a request'));
    });
    await app.init();
  }

  async function askSlack(): Promise<string> {
    try {
      await identify(client, apiUrl);
      return 'ok';
    } catch (error) {
      checked = undefined;
      return messageOf(error);
    }
  }

  return {
    ...('listener' in intake ? { listener: intake.listener } : {}),
    carrier: createSlackCarrier({ db, tenantId: tenant.tenantId, client, machine: systemClock, log }),
    readerOf: (recipient) => readerOf(recipient, { client, findPeople, botUserId, log }),
    async start() {
      identity = await identify(client, apiUrl);
      if ('start' in intake) await intake.start();
      state = 'open';
      log.info({ team: identity.team, socketMode: 'start' in intake }, 'slack door is open');
    },
    async stop() {
      if (state === 'closed') return;
      state = 'closing';
      const left = await running.drain(timing.drainMs);
      if (left > 0) log.warn({ left }, 'slack requests were cut off');
      if ('stop' in intake) await intake.stop();
      state = 'closed';
    },
    async ready() {
      if (state !== 'open') return `the slack door is ${state}`;
      if ('isConnected' in intake && !intake.isConnected()) return 'socket mode is not connected';
      if (!checked || performance.now() - checked.at > timing.readyForMs)
        checked = { at: performance.now(), said: askSlack() };
      return checked.said;
    },
  };
}
