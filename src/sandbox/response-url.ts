import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../lib/clock.ts';
import { firstSlackFile } from './blocks/image.ts';
import { type ContentRules, readContent } from './content.ts';
import type { Faults } from './faults.ts';
import { contentType, readBody, sendJson, sendText } from './http.ts';
import { isObject, type Json, parseJson } from './json.ts';
import type { Message } from './message.ts';
import type { Recorder } from './record.ts';
import type { Store } from './store.ts';
import { botUserId, teamId } from './workspace.ts';

const maxUses = 5;
const lifetime = Temporal.Duration.from({ minutes: 30 });

interface Issued {
  kind: 'command' | 'block_actions';
  channel: string;
  user: string;
  /** The message whose button was pressed. A command has none: there `replace_original` posts anew, as in Slack. */
  original: Message | undefined;
  threadTs: string | undefined;
  uses: number;
  expiresAt: Temporal.Instant;
}

export interface ResponseUrls {
  issue(target: Omit<Issued, 'uses' | 'expiresAt'>): string;
  handle(token: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface ResponseUrlDeps {
  clock: Clock;
  store: Store;
  faults: Faults;
  recorder: Recorder;
  base: string;
  contentRules: (text: ContentRules['text']) => ContentRules;
}

type Answer = { status: number; error?: string; messages?: string[]; retryAfterSeconds?: number; lost?: boolean };

/**
 * Response URLs: five posts within thirty minutes of the sandbox's clock, visible to the person alone unless
 * `response_type` is `in_channel`. A refused post counts as a use too: Slack does not say, and this is the safe reading.
 */
export function createResponseUrls(deps: ResponseUrlDeps): ResponseUrls {
  const { clock, store, faults, recorder, base } = deps;
  const issued = new Map<string, Issued>();

  function respond(target: Issued, payload: Json): Answer {
    const { original, kind } = target;
    const isTrue = (name: string): boolean => payload[name] === true || payload[name] === 'true';
    if (isTrue('delete_original')) {
      if (original !== undefined) store.remove(original);
      return { status: 200 };
    }
    const read = readContent(payload, deps.contentRules('truncate-at-40000'));
    if (!read.ok) return { status: 400, error: read.error, messages: read.messages };
    if (isTrue('replace_original') && kind === 'block_actions' && original !== undefined) {
      if (store.find(original.channel, original.ts) === undefined) return { status: 404, error: 'message_not_found' };
      store.revise(original, { ...read.content, metadata: read.content.metadata ?? original.metadata });
      return { status: 200 };
    }
    store.post({
      ...read.content,
      channel: target.channel,
      user: botUserId,
      ephemeralTo: payload.response_type === 'in_channel' ? undefined : target.user,
      threadTs: typeof payload.thread_ts === 'string' ? payload.thread_ts : target.threadTs,
    });
    return { status: 200 };
  }

  /** `undefined` when the planned fault is silence. */
  function use(token: string, payload: unknown, showsFile: string | undefined): Answer | undefined {
    const target = issued.get(token);
    if (target === undefined) return { status: 404, error: 'no_service' };
    if (Temporal.Instant.compare(clock.now(), target.expiresAt) > 0) return { status: 404, error: 'expired_url' };
    if (target.uses >= maxUses) return { status: 404, error: 'used_url' };
    target.uses += 1;
    if (!isObject(payload)) return { status: 400, error: 'invalid_payload' };
    const fault = faults.take({ method: 'response_url', showsFile: showsFile !== undefined });
    if (fault?.kind === 'hang') return undefined;
    if (fault?.kind === 'rate-limited') return { status: 429, retryAfterSeconds: fault.retryAfterSeconds };
    if (fault?.kind === 'http') return { status: fault.status };
    if (fault?.kind === 'error') return { status: 400, error: fault.error };
    if (fault?.kind === 'invalid-slack-file') {
      return { status: 400, error: 'invalid_blocks', messages: [`invalid slack file [json-pointer:${showsFile}]`] };
    }
    return { ...respond(target, payload), lost: fault?.kind === 'lost-answer' };
  }

  return {
    issue(target) {
      const token = randomBytes(18).toString('base64url');
      issued.set(token, { ...target, uses: 0, expiresAt: clock.now().add(lifetime) });
      return `${base}/${target.kind === 'command' ? 'commands' : 'actions'}/${teamId}/${token}`;
    },
    async handle(token, request, response) {
      const [at, started] = [Date.now(), performance.now()];
      const body = (await readBody(request)).toString('utf8');
      const form = contentType(request) === 'application/x-www-form-urlencoded';
      const payload = parseJson(form ? (new URLSearchParams(body).get('payload') ?? '') : body);
      const answer = use(token, payload, firstSlackFile((payload as Json | undefined)?.blocks));
      const ok = answer?.status === 200;
      const wrong = answer === undefined ? 'hang' : (answer.error ?? `http ${answer.status}`);
      recorder.call({
        ...{ method: 'response_url', args: isObject(payload) ? payload : {}, ok, error: ok ? undefined : wrong },
        ...{ at, durationMs: performance.now() - started },
      });
      store.signal.emit();
      if (answer === undefined) return;
      if (answer.lost) return void response.destroy();
      const { status, error, messages, retryAfterSeconds } = answer;
      if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
      if (ok) {
        if (issued.get(token)?.kind === 'command') sendText(response, 200, 'ok');
        else sendJson(response, 200, { ok: true });
      } else if (error === undefined) {
        response.writeHead(status).end();
      } else {
        sendJson(response, status, { ok: false, error, ...(messages?.length ? { errors: messages } : {}) });
      }
    },
  };
}
