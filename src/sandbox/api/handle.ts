import type { IncomingMessage, ServerResponse } from 'node:http';
import { firstSlackFile } from '../blocks/image.ts';
import type { Fault, Faults } from '../faults.ts';
import { contentType, parseArguments, readBody, sendJson } from '../http.ts';
import { type Json, parseJson } from '../json.ts';
import type { RateLimits } from '../rate-limits.ts';
import type { Recorder } from '../record.ts';
import type { ApiContext, Method } from './method.ts';
import { methodByName } from './registry.ts';
import { type ApiResult, bodyOf, refuse } from './result.ts';

export interface ApiDoor {
  context: ApiContext;
  faults: Faults;
  /** Absent where calls are not limited. */
  limits: RateLimits | undefined;
  recorder: Recorder;
  botToken: string;
  appToken: string | undefined;
}

/** Answers one Web API call: arguments, planned faults, token, scope, then the method. */
export async function handleApi(
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
  door: ApiDoor,
): Promise<void> {
  const [at, started] = [Date.now(), performance.now()];
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const parsed = parseArguments(contentType(request), await readBody(request), query);
  const { token, ...args }: Json = parsed.ok ? parsed.args : {};
  const bearer = request.headers.authorization?.match(/^Bearer (.+)$/)?.[1] ?? token;
  const file = firstSlackFile(parseBlocks(args.blocks));
  const tooSoon = overLimit(name, args, door);
  const fault =
    tooSoon ??
    door.faults.take({
      method: name,
      showsFile: file !== undefined,
      channel: args.channel,
      user: args.user,
    });

  const note = (ok: boolean, error: string | undefined): void => {
    door.recorder.call({ method: name, args, ok, error, at, durationMs: performance.now() - started });
    door.context.store.signal.emit();
  };
  if (fault !== undefined && applyTransportFault(fault, response, note)) return;
  const result = parsed.ok ? judge(name, args, bearer, file, fault, door) : refuse(parsed.error);
  note(result.ok, result.ok ? undefined : result.error);
  if (fault?.kind === 'lost-answer') {
    response.destroy();
    return;
  }
  sendJson(response, 200, bodyOf(result), scopeHeaders(name, door));
}

function judge(
  name: string,
  args: Json,
  bearer: unknown,
  file: string | undefined,
  fault: Fault | undefined,
  door: ApiDoor,
): ApiResult {
  const method = methodByName.get(name);
  if (method === undefined) return refuse('unknown_method', [], { req_method: name });
  const refusal = authorise(method, bearer, door);
  if (refusal !== undefined) return refusal;
  if (fault?.kind === 'error') return plannedError(method, fault.error, door);
  if (fault?.kind === 'invalid-slack-file') {
    return refuse('invalid_blocks', [`invalid slack file [json-pointer:${file}]`]);
  }
  return method.call(args, { ...door.context, fault });
}

function plannedError(method: Method, error: string, { context }: ApiDoor): ApiResult {
  if (error !== 'missing_scope') return refuse(error);
  const provided = [...context.scopes].filter((scope) => !method.scopes.includes(scope));
  return refuse(error, [], { needed: method.scopes[0], provided: provided.join(',') });
}

function authorise(method: Method, bearer: unknown, door: ApiDoor): ApiResult | undefined {
  if (typeof bearer !== 'string' || bearer === '') return refuse('not_authed');
  const kind = bearer === door.botToken ? 'bot' : bearer === door.appToken ? 'app' : undefined;
  if (kind === undefined) return refuse('invalid_auth');
  if (method.token !== 'any' && method.token !== kind) return refuse('not_allowed_token_type');
  const { scopes } = door.context;
  if (method.scopes.length === 0 || method.scopes.some((scope) => scopes.has(scope))) return undefined;
  return refuse('missing_scope', [], { needed: method.scopes[0], provided: [...scopes].join(',') });
}

/** Faults below the method: an HTTP status, or silence. Returns whether the call is over. */
function applyTransportFault(
  fault: Fault,
  response: ServerResponse,
  note: (ok: boolean, error: string) => void,
): boolean {
  switch (fault.kind) {
    case 'rate-limited':
      note(false, 'ratelimited');
      sendJson(response, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(fault.retryAfterSeconds) });
      return true;
    case 'http':
      note(false, `http ${fault.status}`);
      response.writeHead(fault.status).end();
      return true;
    case 'hang':
      note(false, 'hang');
      return true;
    default:
      return false;
  }
}

/** A call too many is what a planned fault would be: HTTP 429, nothing executed. */
function overLimit(name: string, args: Json, { limits }: ApiDoor): Fault | undefined {
  const tier = methodByName.get(name)?.tier ?? 'free';
  const channel = typeof args.channel === 'string' ? args.channel : undefined;
  const retryAfterSeconds = limits?.take({ method: name, tier, channel });
  return retryAfterSeconds === undefined ? undefined : { method: name, kind: 'rate-limited', retryAfterSeconds };
}

function parseBlocks(blocks: unknown): unknown {
  return typeof blocks === 'string' ? parseJson(blocks) : blocks;
}

function scopeHeaders(name: string, { context }: ApiDoor): Record<string, string> {
  return {
    'x-oauth-scopes': [...context.scopes].join(','),
    'x-accepted-oauth-scopes': (methodByName.get(name)?.scopes ?? []).join(','),
  };
}
