import { createHmac } from 'node:crypto';
import { messageOf } from '../lib/errors.ts';
import { type Json, parseJson } from './json.ts';
import { type Ack, ackTimeoutMs, type RequestKind, type Transport } from './transport.ts';

/** Slack's request signature: HMAC-SHA256 over version, timestamp and the exact body. */
export function sign(secret: string, timestamp: number, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

function encode(kind: RequestKind, payload: Json): string {
  if (kind !== 'command') return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return new URLSearchParams(Object.entries(payload).map(([name, value]) => [name, String(value)])).toString();
}

/** Signed requests to `url`. The timestamp is real time whatever the sandbox's clock says: signatures expire for real. */
export function httpTransport(url: string, signingSecret: string): Transport {
  return {
    via: 'http',
    async send(kind, payload): Promise<Ack> {
      const body = encode(kind, payload);
      const timestamp = Math.floor(Date.now() / 1000);
      try {
        const response = await fetch(url, {
          method: 'POST',
          redirect: 'manual',
          signal: AbortSignal.timeout(ackTimeoutMs),
          headers: {
            'content-type': 'application/x-www-form-urlencoded',
            'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
            'x-slack-request-timestamp': String(timestamp),
            'x-slack-signature': sign(signingSecret, timestamp, body),
          },
          body,
        });
        const text = await response.text();
        const detail = `HTTP ${response.status}`;
        if (response.status !== 200) return { outcome: 'dispatch_failed', detail };
        const json = response.headers.get('content-type')?.includes('json') ?? false;
        return { outcome: 'acknowledged', body: json ? parseJson(text) : text, detail };
      } catch (error) {
        const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
        const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
        return timedOut
          ? { outcome: 'operation_timeout', detail: `no answer within ${ackTimeoutMs} ms` }
          : { outcome: 'dispatch_failed', detail: messageOf(cause) };
      }
    },
  };
}
