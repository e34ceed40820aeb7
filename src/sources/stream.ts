import type { EntityId } from '../domain/entity.ts';
import type { Clock } from '../lib/clock.ts';
import type { Place } from './source-error.ts';

/**
 * What a vendor's room tells the sync, and all the sync knows of it: streams of three shapes. A second vendor is a new
 * room that makes such streams; cursors, pacing and reconciliation stay as they are (docs/syncing.md).
 */
export interface Source {
  /** As in crema.yaml; the `source` of every record. */
  name: string;
  kind: string;
  quota: Quota;
  /** In the order in which they are given the calls they need at least, where there are too few. */
  streams: readonly Stream[];
  /** More than this share of the stored records never vanishes without somebody saying so. */
  massDeleteLimit: number;
}

/** Calls the source allows. */
export interface Quota {
  perMinute: number;
  /** Undefined: no daily limit. */
  perDay: number | undefined;
}

export type Stream = ListStream | VisitStream | CheckStream;

interface StreamTerms {
  /** As in `crema sync SOURCE:STREAM`. */
  id: string;
  /** What one reading of it brings, in words: `all contacts`, `messages of a chat`. */
  what: string;
  /** How often everything should be read, in minutes. */
  everyMinutes: number;
  /** How often at least, before streams behind it get any call beyond that, in minutes. */
  atLeastMinutes: number;
  /** `first`: served in full before all others. Else its part of what is left, against the other streams' parts. */
  share: 'first' | number;
  /** How often a run looks whether something is due, in minutes; a part of an hour or of a day. */
  runEveryMinutes: number;
}

/**
 * A list that is read page by page, of which nothing is promised: no order, no filter, entries come and go between two
 * pages. What a complete pass does not show has been deleted.
 */
export interface ListStream extends StreamTerms {
  shape: 'list';
  entity: EntityId;
  refreshSlaMinutes: number;
  /** Entries of a page, for planning. */
  pageSize: number;
  read(pace: Pace, page: number): Promise<Page>;
  /** Whether the source still knows an entry that a pass did not show. */
  exists?(pace: Pace, id: string): Promise<boolean>;
}

export interface Page {
  /** Just before the request was sent, by the source's clock: what is newer than this the page cannot know. */
  sentAt: Temporal.Instant;
  entries: Entry[];
  /** Entries over all pages, where the source says so. */
  total: number | undefined;
  /** Entries of a page, as the source counts them. */
  size: number;
  /** Whether the next page is worth asking for. */
  hasNext: boolean;
  /** What could not be read, in words; never contents. */
  problems: string[];
}

export interface Entry {
  id: string;
  /** Fields of the entity; one that is left out is not said. */
  values: Record<string, unknown>;
}

/** Something that is read for one object at a time: the messages of a chat, the report of a campaign. */
export interface VisitStream extends StreamTerms {
  shape: 'visit';
  /** The entity that is visited. */
  of: EntityId;
  /** The entity whose watermark visiting moves; undefined where it only adds to records of another stream. */
  entity?: EntityId;
  refreshSlaMinutes?: number;
  /** One call of a visit, going on from `cursor`. */
  visit(pace: Pace, object: Visited): Promise<Visit>;
  /** Whether a due object is read before the others: what is happening now, not what is over. */
  isUrgent?(object: Visited): boolean;
  /**
   * Whether an object is due, for entities of which there are few. Without it every object is visited again and again:
   * those that were active lately first, and none never.
   */
  isDue?(object: Visited, now: Temporal.Instant): boolean;
  /**
   * Whether the watermark waits for an object, where not for all that will ever be due again: what is over and only looked
   * at for stragglers does not make what is happening now look old.
   */
  holdsWatermark?(object: Visited): boolean;
}

export interface Visited {
  id: string;
  /** Where the entity has one. */
  status: string | null;
  cursor: Cursor;
  /** End of the last whole visit; null before the first. */
  visitedAt: Temporal.Instant | null;
}

/** What a stream remembers of an object, as JSON. */
export type Cursor = Readonly<Record<string, unknown>>;

export interface Visit {
  sentAt: Temporal.Instant;
  entity: EntityId;
  /** Whether the records say only a part of what they are about. */
  partial: boolean;
  records: Record<string, unknown>[];
  cursor: Cursor;
  /** Whether the object has been read up to `sentAt`; otherwise the next call goes on from `cursor`. */
  done: boolean;
  /** Latest sign of life in what was read. */
  activeAt?: Temporal.Instant | undefined;
  /** The source does not know the object any more: there is nothing to read, and its list will say so. */
  gone?: boolean;
  problems: string[];
}

/** A look at something that has no records of its own: what it finds amiss is said where people look. */
export interface CheckStream extends StreamTerms {
  shape: 'check';
  check(pace: Pace): Promise<{ notes: string[]; facts: Cursor }>;
}

/** What a run gives its calls. */
export interface Pace {
  /** Real time, by which calls are made and waited for. */
  clock: Clock;
  /** Ends waiting and calls. */
  signal: AbortSignal;
  /** Waits for a place under the source's quota, across all processes. Throws a SourceError `quota` if none is near. */
  before(place: Place): Promise<void>;
  /** The source wants nobody to call before then: holds for all processes. */
  pause(until: Temporal.Instant): Promise<void>;
  /** Waits that many milliseconds, or rejects when the signal comes. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** 0 to 1, for jitter. */
  random(): number;
}
