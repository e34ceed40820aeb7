import { messageOf } from '../lib/errors.ts';

/** Tokens, and the response and upload addresses that work without one. */
const secrets: readonly RegExp[] = [
  /\bx(?:ox[a-z]|app)-[\w.-]+/gi,
  /(?:https?|wss?):\/\/[^\s"'<>]*\/(?:commands|actions|services|workflows|upload|link)[/?][^\s"'<>]*/gi,
  /"?(?:trigger_id|response_url|token|authorization)"?\s*[:=]\s*"?[^\s",}]+/gi,
];

/** Text for a log, without anything that opens a door. */
export function redact(text: string): string {
  return secrets.reduce((kept, secret) => kept.replaceAll(secret, '[redacted]'), text);
}

/** What went wrong, for a log line: name, message, code and stack, redacted. */
export function describeError(error: unknown): Record<string, string> {
  const described: Record<string, string> = { error: redact(messageOf(error)) };
  if (!(error instanceof Error)) return described;
  if ('code' in error && error.code !== undefined) described.code = String(error.code);
  if (error.cause !== undefined) described.cause = redact(messageOf(error.cause));
  if (error.stack) described.stack = redact(error.stack);
  return described;
}
