import { createHash } from 'node:crypto';
import { entities } from '../../domain/entities.ts';
import type { EntityId } from '../../domain/entity.ts';
import { wholeStreams } from './heartbeat.ts';
import { type EventType, eventTypeOf, heartbeatType } from './types.ts';

/** An event as it is stored: to be applied, or known to be of no use. */
export interface ReceivedEvent {
  /** The sender's id of it, or the hash of its body. */
  eventId: string;
  bodySha256: string;
  type: string | null;
  entity: EntityId | null;
  objectId: string | null;
  occurredAt: Temporal.Instant | null;
  state: 'stored' | 'ignored' | 'rejected';
  /** Why it is not to be applied. */
  reason: string | null;
  /** What it says of the record, by field; only of those to be applied, and only what its type speaks of. */
  values: Readonly<Record<string, unknown>> | null;
}

/** Longest id of an event or an object, in bytes: index entries have a limit. */
const longestId = 255;
/** Longest name of a type that is worth keeping. */
const longestType = 100;
/** Levels of a value: a list of names has one, an object of custom fields too. PostgreSQL would take some thousands. */
const deepest = 8;
/** How far ahead of our clock an event may be: its time decides which state of a record is newer. */
const mostAhead = Temporal.Duration.from({ hours: 24 });

/** A value that an event must not have, and where. */
class Malformed extends Error {}

/**
 * Reads the body of a signed event. Never throws: what cannot be read, or could not be stored, is `rejected` with the
 * reason and goes by the hash of its body, so that a mended event of the same id is a new one. A type nobody knows is `ignored`.
 */
export function readEvent(body: Uint8Array, now: Temporal.Instant): ReceivedEvent {
  const bodySha256 = createHash('sha256').update(body).digest('hex');
  const nothing = { bodySha256, type: null, entity: null, objectId: null, occurredAt: null, values: null };
  const known: Pick<ReceivedEvent, 'type' | 'occurredAt'> = { type: null, occurredAt: null };
  try {
    const envelope = readJson(body);
    if (!isObject(envelope)) throw new Malformed('the body is no JSON object');
    known.type = textOf(envelope.type, 'type', longestType);
    known.occurredAt = instantOf(envelope.occurred_at, now);
    const eventId =
      envelope.id === undefined || envelope.id === null ? bodySha256 : textOf(envelope.id, 'id', longestId);
    const event = { ...nothing, ...known, eventId };
    const type = eventTypeOf(known.type);
    const isHeartbeat = known.type === heartbeatType;
    if (!type && !isHeartbeat) return { ...event, state: 'ignored', reason: 'no type that is known' };
    if (!isObject(envelope.data)) throw new Malformed('data is no object');
    if (!type) return { ...event, state: 'stored', reason: null, values: { streams: streamsOf(envelope.data) } };
    const objectId = textOf(envelope.data.id, 'data.id', longestId);
    const values = { ...valuesOf(type, envelope.data, known.occurredAt), id: objectId };
    if (Object.keys(values).length === 1 && !type.deletes)
      return {
        ...event,
        entity: type.entity,
        objectId,
        state: 'ignored',
        reason: 'data says nothing its type speaks of',
      };
    return { ...event, entity: type.entity, objectId, state: 'stored', reason: null, values };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { ...nothing, ...known, eventId: bodySha256, state: 'rejected', reason: error.message };
  }
}

/** What is not kept cannot leak: of the data only what the type speaks of. */
function valuesOf(
  type: EventType,
  data: Record<string, unknown>,
  occurredAt: Temporal.Instant,
): Record<string, unknown> {
  const values: Record<string, unknown> = { ...type.otherwise };
  for (const field of type.dates ?? []) values[field] = occurredAt.toString();
  for (const [name, value] of Object.entries(data)) {
    const field = entities[type.entity].aliases?.[name] ?? name;
    if (!type.fields.includes(field)) continue;
    if (isDeeper(value, deepest)) throw new Malformed(`data.${name} is nested too deeply`);
    values[field] = value;
  }
  return values;
}

function streamsOf({ streams }: Record<string, unknown>): string[] {
  if (!Array.isArray(streams) || streams.length === 0) throw new Malformed('data.streams is no list of streams');
  const other = streams.find((stream) => !wholeStreams.includes(stream));
  if (other !== undefined) throw new Malformed(`data.streams may name ${wholeStreams.join(', ')} and no other`);
  return [...new Set(streams)];
}

/** Whether a value has more than so many levels; looks no deeper than that. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inside) => isDeeper(inside, levels - 1));
}

/** JSON that PostgreSQL can keep: UTF-8 without NUL or halves of characters. Whole numbers too large to be exact are texts. */
function readJson(body: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new Malformed('the body is not UTF-8');
  }
  try {
    return JSON.parse(text, (key: string, value: unknown, context?: { source?: string }) => {
      if (!isStorable(key) || (typeof value === 'string' && !isStorable(value)))
        throw new Malformed('a text has a NUL or half a character');
      if (typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? ''))
        return context?.source;
      return value;
    });
  } catch (error) {
    if (error instanceof Malformed) throw error;
    // JSON.parse's own message quotes the body, which may be a customer's words.
    throw new Malformed('the body is no JSON');
  }
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown, place: string, longest: number): string {
  if (value === undefined || value === null || value === '') throw new Malformed(`${place} is missing`);
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') throw new Malformed(`${place} is no text`);
  if (Buffer.byteLength(text) > longest) throw new Malformed(`${place} is longer than ${longest} bytes`);
  return text;
}

function instantOf(value: unknown, now: Temporal.Instant): Temporal.Instant {
  if (value === undefined || value === null || value === '') throw new Malformed('occurred_at is missing');
  let instant: Temporal.Instant;
  try {
    instant = Temporal.Instant.from(String(value));
  } catch {
    throw new Malformed('occurred_at is no time with its offset, such as 2026-11-20T08:00:00Z');
  }
  if (Temporal.Instant.compare(instant, now.add(mostAhead)) > 0)
    throw new Malformed('occurred_at is more than a day ahead of our clock');
  if (instant.epochMilliseconds < 0) throw new Malformed('occurred_at is before 1970');
  return instant;
}
