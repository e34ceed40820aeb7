import { createHmac } from 'node:crypto';
import { messageOf } from '../lib/errors.ts';
import { type Json, parseJson } from './json.ts';
import { type Ack, ackTimeoutMs, type RequestKind, type Retry, type Transport } from './transport.ts';

/** Slack's request signature: HMAC-SHA256 over version, timestamp and the exact body. */
export function sign(secret: string, timestamp: number, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

const asJson: ReadonlySet<RequestKind> = new Set(['event', 'url_verification']);

/** Events are JSON, commands a form, everything else a form with one field of JSON. */
function encode(kind: RequestKind, payload: Json): { type: string; body: string } {
  if (asJson.has(kind)) return { type: 'application/json', body: JSON.stringify(payload) };
  const fields =
    kind === 'command'
      ? Object.entries(payload).map(([name, value]): [string, string] => [name, String(value)])
      : [['payload', JSON.stringify(payload)] satisfies [string, string]];
  return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(fields).toString() };
}

function retryHeaders(retry: Retry | undefined): Record<string, string> {
  if (retry === undefined) return {};
  return { 'x-slack-retry-num': String(retry.number), 'x-slack-retry-reason': retry.reason };
}

/** Signed requests to `url`. The timestamp is real time whatever the sandbox's clock says: signatures expire for real. */
export function httpTransport(url: string, signingSecret: string): Transport {
  return {
    via: 'http',
    async send(kind, payload, retry): Promise<Ack> {
      const { type, body } = encode(kind, payload);
      const timestamp = Math.floor(Date.now() / 1000);
      try {
        const response = await fetch(url, {
          method: 'POST',
          redirect: 'manual',
          signal: AbortSignal.timeout(ackTimeoutMs),
          headers: {
            'content-type': type,
            'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
            'x-slack-request-timestamp': String(timestamp),
            'x-slack-signature': sign(signingSecret, timestamp, body),
            ...retryHeaders(retry),
          },
          body,
        });
        const text = await response.text();
        const detail = `HTTP ${response.status}`;
        if (response.status !== 200) {
          const final = response.headers.get('x-slack-no-retry') === '1';
          return { outcome: 'dispatch_failed', detail, reason: 'http_error', final };
        }
        const json = response.headers.get('content-type')?.includes('json') ?? false;
        return { outcome: 'acknowledged', body: json ? parseJson(text) : text, detail };
      } catch (error) {
        const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
        const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
        return timedOut
          ? { outcome: 'operation_timeout', detail: `no answer within ${ackTimeoutMs} ms`, reason: 'http_timeout' }
          : { outcome: 'dispatch_failed', detail: messageOf(cause), reason: 'connection_failed' };
      }
    },
  };
}
