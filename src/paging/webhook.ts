import type { Clock } from '../lib/clock.ts';
import type { Secret } from '../lib/secret.ts';
import { signWebhook } from '../sync/webhooks/signature.ts';
import type { Handover, PageOutcome } from './outcome.ts';
import { type Posted, postOnce } from './post.ts';

/** What is posted, and the identity that every try of it has. */
export interface Hook {
  /** Receivers drop what they have seen under it. */
  id: string;
  /** The very text that is signed and sent. */
  body: string;
}

export interface HookTarget {
  url: string;
  secret: Secret;
}

/**
 * Posts a signed hook: `X-Crema-Signature` is `v1=` and the HMAC-SHA256 of `X-Crema-Timestamp`, a dot and the body, as of
 * the webhooks that Crema itself takes. Stamped anew at each try, as receivers refuse old stamps. Rejects only with what
 * `handOver` rejects with.
 */
export async function sendHook(
  { id, body }: Hook,
  { url, secret }: HookTarget,
  { handOver, signal }: Handover,
  { machine, timeoutMs }: { machine: Clock; timeoutMs?: number },
): Promise<PageOutcome> {
  await handOver();
  const now = machine.now();
  const timestamp = String(Math.floor(now.epochMilliseconds / 1000));
  const key = secret.reveal();
  const headers = {
    ...{ 'x-crema-delivery': id, 'x-crema-timestamp': timestamp },
    'x-crema-signature': signWebhook(key, timestamp, body),
  };
  const post = { url, body, headers, secrets: [key, ...secretsIn(url)] };
  return outcomeOf(await postOnce({ ...post, ...(timeoutMs === undefined ? {} : { timeoutMs }) }, signal, now));
}

/** An address may hold keys in its path, its query or before its host. */
function secretsIn(url: string): string[] {
  const { username, password, pathname, search } = new URL(url);
  return [url, password, username, search.slice(1), pathname.length > 1 ? pathname : ''];
}

function outcomeOf(posted: Posted): PageOutcome {
  if (posted.kind === 'not connected') return { kind: 'again', reason: `it cannot be reached: ${posted.reason}` };
  if (posted.kind === 'lost') return { kind: 'unknown', reason: `it did not say whether it took it: ${posted.reason}` };
  const { status, said, retryAfterMs } = posted;
  if (status >= 200 && status < 300) return { kind: 'sent', proof: { status: String(status) } };
  const reason = `it answered with status ${status}${said === '' ? '' : `: ${said}`}`;
  if (status === 408 || status === 429 || status >= 500)
    return { kind: 'again', reason, ...(retryAfterMs === undefined ? {} : { afterMs: retryAfterMs }) };
  if (status >= 300 && status < 400)
    return { kind: 'refused', reason: `${reason}, sent on to another address, which is not followed`, whose: 'sender' };
  if (status === 410) return { kind: 'refused', reason: 'the receiver wants no more (status 410)', whose: 'recipient' };
  return { kind: 'refused', reason, whose: status === 401 || status === 403 ? 'sender' : 'letter' };
}
