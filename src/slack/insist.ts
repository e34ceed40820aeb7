import { setTimeout as sleep } from 'node:timers/promises';
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';

/** Longest wait that Slack may ask for while a person waits, in seconds. */
const mostPatienceSeconds = 30;

/** Codes with which Slack says that part of the work may have been done. */
const halfDone = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout']);

/**
 * Calls again what Slack did not do, or may not have done: for what may happen twice without harm. After a 429 as late as
 * Slack asks for, else after `waitsMs` in turn. Rejects with the last error, at once for a refusal.
 */
export async function insist<T>(call: () => Promise<T>, waitsMs: readonly number[]): Promise<T> {
  for (const waitMs of waitsMs) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof WebAPIRateLimitedError) {
        if (error.retryAfter > mostPatienceSeconds) throw error;
        await sleep(error.retryAfter * 1000);
      } else if (isUnknownOutcome(error)) await sleep(waitMs);
      else throw error;
    }
  }
  return call();
}

/** Whether nobody knows what became of the call: it was cut off, or Slack broke on the way. */
export function isUnknownOutcome(error: unknown): boolean {
  if (error instanceof WebAPIPlatformError) return halfDone.has(error.data.error);
  return error instanceof WebAPIHTTPError || error instanceof WebAPIRequestError;
}

const deadTokens = new Set([
  'token_revoked',
  'token_expired',
  'account_inactive',
  'invalid_auth',
  'not_authed',
  'app_uninstalled',
]);

/** Slack refuses the token itself: nothing can be said to anybody until the app is installed again. */
export function isDeadToken(error: unknown): boolean {
  return error instanceof WebAPIPlatformError && deadTokens.has(error.data.error);
}
