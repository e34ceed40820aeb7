import type { IncomingMessage } from 'node:http';
import type { Queryable } from '../db/db.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { readEvent } from '../sync/webhooks/envelope.ts';
import { signatureProblem } from '../sync/webhooks/signature.ts';
import { type Stored, storeEvent, type WebhookSource } from '../sync/webhooks/store.ts';
import { eventTypeName } from '../sync/webhooks/types.ts';
import { readBody } from './body.ts';
import { sendJson } from './respond.ts';
import type { Route } from './routes.ts';

/** Longest event, in bytes. */
const longestBody = 256 * 1024;

export interface WebhookDeps {
  db: Queryable;
  /** Who may send, by the name in the path; asked at every request, as a new configuration brings new secrets. */
  sources: () => ReadonlyMap<string, WebhookSource>;
  clock: Clock;
  log: Log;
  /** One event that was answered with 202; `type` is one of ours, `unknown` or `malformed`. */
  observe: (received: { type: string; outcome: Stored }) => void;
  /** There is something to apply. */
  onStored: () => void;
  /** The machine's own time, which signatures are compared with; business time may be another. */
  realClock?: Clock;
}

/**
 * Takes one event: signature over the body as it came, then one insert, then 202. Whatever is signed is answered with
 * 202, also what is malformed: sending it again would not mend it, and senders stop sending at all to an address that
 * keeps refusing. It is kept as rejected, for `crema webhooks`.
 */
export function createWebhookRoute(deps: WebhookDeps): Route {
  const { db, clock, log, realClock = systemClock } = deps;
  return {
    methods: ['POST'],
    async handle(request, response, { source: name = '' }) {
      const source = deps.sources().get(name);
      if (!source) return sendJson(response, 404, { error: 'unknown_source', message: 'No source has this name.' });
      const body = await readBody(request, longestBody);
      if (!body) {
        // What is still on its way would have to be read to use the connection again.
        response.setHeader('connection', 'close');
        return sendJson(response, 413, { error: 'too_large', message: `An event has at most ${longestBody} bytes.` });
      }
      const problem = signatureProblem(
        source.secrets.map((secret) => secret.reveal()),
        headerOf(request, 'x-crema-timestamp'),
        headerOf(request, 'x-crema-signature'),
        body,
        realClock.now(),
      );
      if (problem) {
        log.warn({ source: name, problem }, 'webhook refused');
        return sendJson(response, 401, { error: `wrong_${problem}`, message: refusals[problem] });
      }
      const event = readEvent(body, clock.now());
      let outcome: Stored;
      try {
        outcome = await storeEvent(db, source, event, clock.now());
      } catch (error) {
        log.error({ source: name, error: messageOf(error) }, 'webhook not stored');
        response.setHeader('retry-after', '5');
        return sendJson(response, 503, { error: 'unavailable', message: 'The event was not stored. Send it again.' });
      }
      if (outcome === 'stored') deps.onStored();
      if (outcome === 'rejected')
        log.warn({ source: name, id: event.eventId, reason: event.reason }, 'webhook rejected');
      deps.observe({ type: eventTypeName(event.type), outcome });
      sendJson(response, 202, { status: outcome, ...(event.reason === null ? {} : { reason: event.reason }) });
    },
  };
}

const refusals = {
  timestamp: 'X-Crema-Timestamp is not a time in Unix seconds within five minutes of ours.',
  signature: 'X-Crema-Signature does not fit the body, the timestamp and the secret.',
} as const;

/** A header that is there once. */
function headerOf(request: IncomingMessage, name: string): string | undefined {
  const values = request.headersDistinct[name];
  return values?.length === 1 ? values[0] : undefined;
}
