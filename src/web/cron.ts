import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendJson } from './respond.ts';

export interface CronOptions<Type extends string> {
  /** Unset: nobody may. */
  secret: string | undefined;
  types: readonly Type[];
  /** Does the work; says whether all went well and what there is to say. */
  run(type: Type): Promise<{ ok: boolean; message: string }>;
  /** Business time, ISO 8601. */
  now(): string;
  /** Longest wait for the work, in milliseconds: callers give up at some time, the work goes on. */
  patienceMs?: number;
}

/**
 * `GET /api/cron/aggregate-metrics?type=...` with `Authorization: Bearer SECRET`, for schedulers outside. Answers
 * `{success, type, timestamp, message}`: 200 done, 202 still at it, 400 another type, 401 another secret, 500 failed, 503
 * where no secret is set. Calls at the same time share the work.
 */
export function createCronListener<Type extends string>(options: CronOptions<Type>): RequestListener {
  const { secret, types, run, now, patienceMs = 25_000 } = options;
  const running = new Map<Type, Promise<{ ok: boolean; message: string }>>();

  function shared(type: Type) {
    const work = running.get(type) ?? run(type).finally(() => running.delete(type));
    running.set(type, work);
    return work;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = URL.parse(request.url ?? '/', 'http://localhost')?.searchParams.get('type') ?? '';
    const say = (status: number, success: boolean, message: string) =>
      sendJson(response, status, { success, type: asked, timestamp: now(), message });
    if (secret === undefined) return say(503, false, 'CRON_SECRET is not set, so nobody may call this.');
    if (!bears(request.headers.authorization, secret)) {
      response.setHeader('www-authenticate', 'Bearer');
      return say(401, false, 'Send the header Authorization: Bearer with the value of CRON_SECRET.');
    }
    const type = types.find((candidate) => candidate === asked);
    if (!type) return say(400, false, `There is no type "${asked}": use ${types.join(', ')}.`);
    const waiting = new AbortController();
    const work = shared(type).finally(() => waiting.abort());
    const done = await Promise.race([work, sleep(patienceMs, undefined, { signal: waiting.signal }).catch(() => work)]);
    if (!done) {
      // Its end is for the log and for crema jobs.
      work.catch(() => undefined);
      return say(202, true, 'The work goes on; crema jobs shows how it ends.');
    }
    return say(done.ok ? 200 : 500, done.ok, done.message);
  }

  return answer;
}

/** Compares digests: their length and the time it takes tell nothing of the secret. */
function bears(header: string | undefined, secret: string): boolean {
  const sent = /^Bearer (.+)$/i.exec(header ?? '')?.[1] ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sent), digest(secret));
}
