import type { Clock } from '../../lib/clock.ts';
import { isObject, type Json, parseJson } from '../json.ts';

/** One event that was taken. */
export interface PagerDutyEntry {
  at: Temporal.Instant;
  action: 'trigger' | 'acknowledge' | 'resolve';
  summary: string;
  severity: string;
  /** As it came, without its key. */
  event: Json;
}

/** What events of one key have come to, as PagerDuty keeps it: a trigger after the end begins another one. */
export interface PagerDutyIncident {
  number: number;
  key: string;
  status: 'triggered' | 'acknowledged' | 'resolved';
  entries: PagerDutyEntry[];
}

export interface PagerDutyDesk {
  readonly incidents: readonly PagerDutyIncident[];
  /** Events that were taken and belong to no incident: an acknowledgement or an end of what is not open. */
  readonly ignored: number;
  /** Answers an event of the Events API v2 as PagerDuty does. */
  take(body: string): { status: number; answer: Json };
}

const largest = 512 * 1024;
const actions = ['trigger', 'acknowledge', 'resolve'];
const severities = ['critical', 'error', 'warning', 'info'];

/** `routingKey`: the only one there is; any well-formed one unless given. */
export function createPagerDutyDesk({ clock, routingKey }: { clock: Clock; routingKey?: string }): PagerDutyDesk {
  const incidents: PagerDutyIncident[] = [];
  let ignored = 0;
  let generated = 0;

  function keep(action: PagerDutyEntry['action'], key: string, event: Json): void {
    const payload = isObject(event.payload) ? event.payload : {};
    const [summary, severity] = [String(payload.summary ?? ''), String(payload.severity ?? '')];
    const entry: PagerDutyEntry = { at: clock.now(), action, summary, severity, event };
    const open = incidents.find((one) => one.key === key && one.status !== 'resolved');
    if (action === 'trigger') {
      // An event of an incident that somebody looks after is only noted there.
      if (open) open.entries.push(entry);
      else incidents.push({ number: incidents.length + 1, key, status: 'triggered', entries: [entry] });
      return;
    }
    if (!open) {
      ignored += 1;
      return;
    }
    open.status = action === 'resolve' ? 'resolved' : 'acknowledged';
    open.entries.push(entry);
  }

  return {
    incidents,
    get ignored() {
      return ignored;
    },
    take(body) {
      const read = Buffer.byteLength(body) > largest ? undefined : parseJson(body);
      if (Buffer.byteLength(body) > largest) return invalid(413, ['Event is too large (should be at most 512KB)']);
      if (!isObject(read)) return invalid(400, ['Event is not valid JSON']);
      const errors = problemsOf(read);
      if (errors.length === 0 && routingKey !== undefined && read.routing_key !== routingKey)
        errors.push('Invalid routing key');
      if (errors.length > 0) return invalid(400, errors);
      const { routing_key: _key, ...event } = read;
      generated += 1;
      const key = typeof event.dedup_key === 'string' ? event.dedup_key : `generated-${generated}`;
      keep(event.event_action as PagerDutyEntry['action'], key, event);
      return { status: 202, answer: { status: 'success', message: 'Event processed', dedup_key: key } };
    },
  };
}

function invalid(status: number, errors: string[]): { status: number; answer: Json } {
  return { status, answer: { status: 'invalid event', message: 'Event object is invalid', errors } };
}

/** In PagerDuty's words. */
function problemsOf({ routing_key: key, event_action: action, dedup_key: dedup, payload }: Json): string[] {
  const errors: string[] = [];
  if (typeof key !== 'string' || key === '') errors.push("'routing_key' is missing or blank");
  else {
    if (key.length !== 32) errors.push("Length of 'routing_key' is incorrect (should be 32 characters)");
    if (/[^A-Za-z0-9]/.test(key)) errors.push("'routing_key' cannot contain non-alphanumeric characters.");
  }
  if (typeof action !== 'string' || !actions.includes(action))
    errors.push("'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')");
  if (typeof dedup === 'string' && dedup.length > 255) errors.push("Length of 'dedup_key' is incorrect (at most 255)");
  if (action !== 'trigger') {
    if (typeof dedup !== 'string' || dedup === '') errors.push("'dedup_key' is missing or blank");
    return errors;
  }
  if (!isObject(payload)) return [...errors, "'payload' is missing or blank"];
  for (const name of ['summary', 'source', 'severity'])
    if (typeof payload[name] !== 'string' || payload[name] === '') errors.push(`'payload.${name}' is missing or blank`);
  if (typeof payload.summary === 'string' && payload.summary.length > 1024)
    errors.push("Length of 'payload.summary' is incorrect (should be at most 1024 characters)");
  if (typeof payload.severity === 'string' && !severities.includes(payload.severity))
    errors.push(`'payload.severity' is invalid (must be one of the following: ${severities.join(', ')})`);
  if (payload.timestamp !== undefined && !/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)$/.test(String(payload.timestamp)))
    errors.push("'payload.timestamp' is invalid (must be ISO 8601)");
  return errors;
}
