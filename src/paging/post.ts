import { messageOf } from '../lib/errors.ts';
import { retryAfter } from '../sources/http-time.ts';

/** In milliseconds, from the call to the end of the answer's head; below what a delivery calls its longest call. */
const usualTimeoutMs = 15_000;

/** Of an answer so many bytes are read: it is looked at for the reason of a refusal only. */
const mostAnswerBytes = 16 * 1024;

/** Of a reason so many characters are told. */
const longestReason = 200;

/** Codes of calls that never reached a server that could have done something. */
const neverConnected = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
  ...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'ERR_SSL_WRONG_VERSION_NUMBER'],
]);

export interface Post {
  url: string;
  /** The very bytes that are sent. */
  body: string;
  headers: Readonly<Record<string, string>>;
  /** Keys that an answer may echo: they are cut out of every reason. */
  secrets: readonly string[];
  timeoutMs?: number;
}

/** What a call came to. */
export type Posted =
  /** `said`: the beginning of what stands in the answer, on one line, without secrets. */
  | { kind: 'answered'; status: number; text: string; said: string; retryAfterMs: number | undefined }
  | { kind: 'not connected'; reason: string }
  | { kind: 'lost'; reason: string };

/**
 * Posts JSON once. Follows no redirects: they would carry keys to wherever the answer points. Never rejects for what the
 * other side does; `now` is real time, for a Retry-After that is a date.
 */
export async function postOnce(post: Post, signal: AbortSignal, now: Temporal.Instant): Promise<Posted> {
  const { url, body, headers, secrets, timeoutMs = usualTimeoutMs } = post;
  const deadline = AbortSignal.timeout(timeoutMs);
  let response: Response;
  try {
    response = await fetch(url, {
      ...{ method: 'POST', body, redirect: 'manual', signal: AbortSignal.any([signal, deadline]) },
      headers: { 'content-type': 'application/json', ...headers },
    });
  } catch (error) {
    if (deadline.aborted) return { kind: 'lost', reason: `no answer within ${timeoutMs / 1000} s` };
    const reason = clean(causeOf(error), secrets);
    // Without a cause it is fetch itself that refuses the call.
    const isNever = neverConnected.has(codeOf(error)) || (error instanceof TypeError && error.cause === undefined);
    return isNever ? { kind: 'not connected', reason } : { kind: 'lost', reason };
  }
  // Its status is the answer, whatever becomes of the rest.
  const text = await beginningOf(response).catch(() => '');
  const { status } = response;
  const until = retryAfter(response.headers.get('retry-after'), now, 0);
  const retryAfterMs = until && Math.max(0, now.until(until).total('milliseconds'));
  return { kind: 'answered', status, text, said: clean(text, secrets), retryAfterMs };
}

async function beginningOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    bytes += part.byteLength;
    // Leaving the loop cancels the rest.
    if (bytes >= mostAnswerBytes) break;
  }
  return Buffer.concat(parts).subarray(0, mostAnswerBytes).toString('utf8');
}

/** One line without control characters and secrets. */
function clean(text: string, secrets: readonly string[]): string {
  const without = secrets.filter((one) => one !== '').reduce((left, one) => left.replaceAll(one, '[secret]'), text);
  const line = without
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return line.length > longestReason ? `${line.slice(0, longestReason)}…` : line;
}

/** fetch says only "fetch failed"; why stands in its cause. */
function causeOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
}

function codeOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause;
  return inner instanceof Error && 'code' in inner ? String(inner.code) : '';
}
