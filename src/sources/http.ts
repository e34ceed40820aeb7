import { messageOf } from '../lib/errors.ts';
import type { Secret } from '../lib/secret.ts';
import { createSkew, retryAfter, windowEnd } from './http-time.ts';
import { type Place, SourceError, type SourceFailure } from './source-error.ts';
import type { Pace } from './stream.ts';

export interface JsonClientOptions {
  /** The base address; paths are appended to its own. */
  url: string;
  /** The header that carries the key. */
  keyHeader: string;
  key: Secret;
  /**
   * Calls a minute that are known to be allowed. A window that claims to be used up, but to have been smaller than this, is
   * not believed: a refusal will tell.
   */
  perMinute: number;
  /** What an answer says that is a failure of its own, whatever its status; undefined for a good one. */
  failureOf(body: unknown): { words: string; failure: SourceFailure } | undefined;
  /** Longest wait for a whole answer, in milliseconds. */
  timeoutMs?: number;
  /** Largest answer, in bytes. */
  maxBytes?: number;
  /** Calls made for one answer before giving up. */
  attempts?: number;
}

export interface Answer {
  body: unknown;
  /** Just before the request was sent, by the source's clock, and never later than that. */
  sentAt: Temporal.Instant;
}

/** Reads JSON from a source that may be slow, ill, limited or gone. */
export interface JsonClient {
  /** Throws a SourceError that names the place, the status and the first words of the answer, and never the key. */
  get(pace: Pace, place: Place, path: string, query?: Readonly<Record<string, string | number>>): Promise<Answer>;
}

/** Full jitter: a random wait up to a limit that doubles with each attempt, in milliseconds. Quotas refill slowly. */
const backoff = { base: 500, quotaBase: 5_000, cap: 30_000 };

/** A wait that the source asks for and that is longer than this is left to the next run, in milliseconds. */
export const longestWaitMs = 65_000;

type Outcome =
  | { kind: 'answer'; answer: Answer }
  | { kind: 'again'; why: SourceError; until: Temporal.Instant | undefined };

export function createJsonClient(options: JsonClientOptions): JsonClient {
  const { timeoutMs = 30_000, maxBytes = 16 * 1024 * 1024, attempts = 5 } = options;
  const skew = createSkew();
  const base = options.url.replace(/\/+$/, '');
  const key = options.key.reveal();

  function addressOf(path: string, query: Readonly<Record<string, string | number>>): string {
    const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
    return `${base}${path}${search.size > 0 ? `?${search}` : ''}`;
  }

  /** The first words of an answer, for a message: without markup, and without the key should it be echoed. */
  function firstWords(text: string): string {
    const words = text
      .slice(0, 4096)
      .replaceAll(/<(script|style)\b[\s\S]*?<\/\1>/gi, ' ')
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(key, '[secret]')
      .trim();
    return words === '' ? 'an empty answer' : `"${words.length > 80 ? `${words.slice(0, 80)}…` : words}"`;
  }

  async function once(pace: Pace, place: Place, address: string): Promise<Outcome> {
    const again = (what: string, until?: Temporal.Instant, cause?: unknown): Outcome => ({
      kind: 'again',
      why: new SourceError('trouble', place, what, cause),
      until,
    });
    const deadline = AbortSignal.timeout(timeoutMs);
    const sentAt = pace.clock.now();
    let response: Response;
    let text: string;
    let ahead: number;
    try {
      response = await fetch(address, {
        headers: { [options.keyHeader]: key, accept: 'application/json' },
        signal: AbortSignal.any([pace.signal, deadline]),
        // Following would carry the key to wherever the answer points.
        redirect: 'manual',
      });
      skew.learn(response.headers.get('date'), sentAt, pace.clock.now());
      // At once: while the rest of this answer comes, another one may tell of another clock.
      ahead = skew.aheadMs();
      text = await readLimited(response, maxBytes, place);
    } catch (error) {
      pace.signal.throwIfAborted();
      if (error instanceof SourceError) throw error;
      if (deadline.aborted) return again(`no whole answer within ${timeoutMs / 1000} s`);
      return again(`the connection failed: ${causeOf(error)}`, undefined, error);
    }

    const { status, headers } = response;
    const now = pace.clock.now();
    const asked = retryAfter(headers.get('retry-after'), now, ahead);
    const isHtml = /\bhtml\b/i.test(headers.get('content-type') ?? '') || /^\s*</.test(text);
    if (status >= 300 && status < 400)
      throw new SourceError('refused', place, `status ${status}, sent on to another address instead of answered`);
    if (status === 401 || status === 403)
      throw new SourceError('key', place, `status ${status}, the key is not accepted; a new one is needed`);
    if (status === 429) {
      const until = asked ?? windowEnd(headers.get('x-ratelimit-reset'), now, ahead);
      return { kind: 'again', why: new SourceError('quota', place, 'status 429, too many calls'), until };
    }
    if (status >= 500 || status === 408) return again(`status ${status}, ${firstWords(text)}`, asked);
    if (isHtml)
      throw new SourceError('shape', place, `status ${status}, an HTML page instead of JSON: ${firstWords(text)}`);

    const body = parsed(text);
    const said = body === undefined ? undefined : options.failureOf(body.value);
    if (status === 404) throw new SourceError('missing', place, `status 404, ${said?.words ?? firstWords(text)}`);
    if (status >= 400) throw new SourceError('refused', place, `status ${status}, ${said?.words ?? firstWords(text)}`);
    // Cut off, most likely: the whole of it may come next time.
    if (body === undefined) return again(`status ${status}, not JSON: ${firstWords(text)}`, asked);
    if (said) {
      const what = `status ${status}, yet it failed: ${said.words}`;
      if (said.failure === 'trouble') return again(what, asked);
      throw new SourceError(said.failure, place, what);
    }
    await heedWindow(pace, headers, options.perMinute, now, ahead);
    return { kind: 'answer', answer: { body: body.value, sentAt: sentAt.add({ milliseconds: ahead }) } };
  }

  return {
    async get(pace, place, path, query = {}) {
      const address = addressOf(path, query);
      for (let attempt = 1; ; attempt++) {
        await pace.before(place);
        const outcome = await once(pace, place, address);
        if (outcome.kind === 'answer') return outcome.answer;
        const { why, until } = outcome;
        if (until) await pace.pause(until);
        const first = why.failure === 'quota' ? backoff.quotaBase : backoff.base;
        const jitter = pace.random() * Math.min(backoff.cap, first * 2 ** attempt);
        const asked = until ? until.since(pace.clock.now()).total('milliseconds') : 0;
        if (attempt >= attempts || asked > longestWaitMs) throw why;
        await pace.sleep(Math.max(asked, jitter), pace.signal);
      }
    },
  };
}

/** When the source says that its window is used up, nobody has to find out by being refused. */
async function heedWindow(
  pace: Pace,
  headers: Headers,
  perMinute: number,
  now: Temporal.Instant,
  aheadMs: number,
): Promise<void> {
  if (Number(headers.get('x-ratelimit-limit') ?? perMinute) < perMinute) return;
  if (headers.get('x-ratelimit-remaining')?.trim() !== '0') return;
  const end = windowEnd(headers.get('x-ratelimit-reset'), now, aheadMs);
  if (end && Temporal.Instant.compare(end, now) > 0) await pace.pause(end);
}

async function readLimited(response: Response, maxBytes: number, place: Place): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > maxBytes)
      throw new SourceError('shape', place, `status ${response.status}, an answer of more than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** fetch says only "fetch failed"; why stands in its cause. */
function causeOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
}
