import type { Clock } from '../lib/clock.ts';
import type { Secret } from '../lib/secret.ts';
import type { Handover, PageOutcome } from './outcome.ts';
import { type Posted, postOnce } from './post.ts';

/** Where events go unless a target says another address, of a region or of a test. */
const usualUrl = 'https://events.pagerduty.com/v2/enqueue';

/** PagerDuty takes 512 KiB; summaries of 1,024 characters; keys of 255. */
const mostEventBytes = 512 * 1024;
const mostSummary = 1024;
const mostKey = 255;

export type PagerDutySeverity = 'critical' | 'error' | 'warning' | 'info';

/** What PagerDuty shows of an alert (Events API v2). */
export interface PagerDutyPayload {
  summary: string;
  source: string;
  severity: PagerDutySeverity;
  /** ISO 8601: when it began. */
  timestamp: string;
  component?: string;
  group?: string;
  class?: string;
  custom_details?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** One event. Those with one `dedup_key` are of one PagerDuty incident, so an event that is sent twice changes nothing. */
export interface PagerDutyEvent {
  event_action: 'trigger' | 'acknowledge' | 'resolve';
  dedup_key: string;
  /** Of a trigger. */
  payload?: PagerDutyPayload;
}

export interface PagerDutyTarget {
  routingKey: Secret;
  /** `https://events.eu.pagerduty.com/v2/enqueue` */
  url?: string | undefined;
}

/** Text that stays within a limit of UTF-16 units, with an ellipsis where it is cut; never half a character. */
export function cutTo(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Sends one event. Rejects only with what `handOver` rejects with. */
export async function sendPagerDutyEvent(
  event: PagerDutyEvent,
  { routingKey, url = usualUrl }: PagerDutyTarget,
  { handOver, signal }: Handover,
  { machine, timeoutMs }: { machine: Clock; timeoutMs?: number },
): Promise<PageOutcome> {
  const key = routingKey.reveal();
  const { payload } = event;
  const body = JSON.stringify({
    ...{ routing_key: key, event_action: event.event_action, dedup_key: cutTo(event.dedup_key, mostKey) },
    ...(payload ? { payload: { ...payload, summary: cutTo(payload.summary, mostSummary) }, client: 'Crema' } : {}),
  });
  if (Buffer.byteLength(body) > mostEventBytes)
    return { kind: 'refused', reason: 'the event is larger than PagerDuty takes', whose: 'letter' };
  await handOver();
  const post = { url, body, headers: {}, secrets: [key], ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  return outcomeOf(await postOnce(post, signal, machine.now()), event);
}

function outcomeOf(posted: Posted, event: PagerDutyEvent): PageOutcome {
  if (posted.kind === 'not connected')
    return { kind: 'again', reason: `PagerDuty cannot be reached: ${posted.reason}` };
  if (posted.kind === 'lost')
    return { kind: 'unknown', reason: `PagerDuty did not say whether it took it: ${posted.reason}` };
  const { status, said, text, retryAfterMs } = posted;
  if (status >= 200 && status < 300)
    return { kind: 'sent', proof: { status: String(status), dedup_key: cutTo(event.dedup_key, mostKey) } };
  if (status === 429 || status === 408 || status >= 500) {
    const reason = status === 429 ? 'PagerDuty asked to wait' : `PagerDuty has trouble (status ${status})`;
    return { kind: 'again', reason, ...(retryAfterMs === undefined ? {} : { afterMs: retryAfterMs }) };
  }
  const reason = `PagerDuty does not take it (status ${status}${said === '' ? '' : `: ${said}`})`;
  // Nothing that is in the letter would help where the key or the address is wrong.
  const isOurs = status !== 413 && (status !== 400 || /(routing|service|integration)[ _]key/i.test(text));
  return { kind: 'refused', reason, whose: isOurs ? 'sender' : 'letter' };
}
