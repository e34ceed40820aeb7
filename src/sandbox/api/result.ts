import type { Json } from '../json.ts';

/** A Web API answer before it is written: `ok`, or an error code with what Slack adds to it. */
export type ApiResult =
  | { ok: true; body: Json; warnings?: string[] }
  | { ok: false; error: string; messages?: string[]; extra?: Json };

export function answer(body: Json = {}, warnings: string[] = []): ApiResult {
  return { ok: true, body, warnings };
}

/** `messages` are the details Slack gives in `response_metadata.messages`, without the `[ERROR]` mark. */
export function refuse(error: string, messages: string[] = [], extra: Json = {}): ApiResult {
  return { ok: false, error, messages, extra };
}

/** The JSON body as Slack sends it: details appear twice, as `errors` and, marked, in `response_metadata`. */
export function bodyOf(result: ApiResult): Json {
  if (!result.ok) {
    const messages = result.messages ?? [];
    const details =
      messages.length === 0
        ? {}
        : { errors: messages, response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) } };
    return { ok: false, error: result.error, ...result.extra, ...details };
  }
  const warnings = result.warnings ?? [];
  if (warnings.length === 0) return { ok: true, ...result.body };
  return { ok: true, ...result.body, warning: warnings.join(','), response_metadata: { warnings } };
}
