import type { EntityId } from '../../domain/entity.ts';

/** What has come of which stream, and whether it is all. */
export interface Streams {
  schema(stream: string, keyProperties: readonly string[]): void;
  record(stream: string, line: number): void;
  state(line: number, syncing: string | undefined): void;
  activated(stream: string, line: number): void;
  /** A record of a stream that nothing maps. */
  ignored(stream: string): void;
  /** Whether its SCHEMA has come. */
  isKnown(stream: string): boolean;
  keyOf(stream: string): readonly string[];
  isComplete(stream: string): boolean;
  /** Notes which entities' streams were moved, and to when. */
  moved(entities: readonly EntityId[], asOf: Temporal.Instant): void;
  /** How far the streams were moved. */
  asOf(): Partial<Record<EntityId, Temporal.Instant>>;
  /** Records of streams that nothing maps, by stream. */
  ignoredRecords(): Record<string, number>;
}

/**
 * The end of the input does not say that the tap was through: one that breaks closes the pipe too. A stream counts as
 * complete when its SCHEMA came and nothing speaks against it: the last STATE does not name it as the one being synced
 * (`currently_syncing`), and no record of it came behind the last STATE, but for taps that give none at all and for
 * tables that were activated after their records.
 */
export function createStreams(): Streams {
  const known = new Map<string, { keys: readonly string[]; recordAt: number; activatedAt: number }>();
  const ignored = new Map<string, number>();
  const moved: Partial<Record<EntityId, Temporal.Instant>> = {};
  let stateAt = 0;
  let syncing: string | undefined;
  return {
    schema(stream, keys) {
      const before = known.get(stream);
      known.set(stream, { recordAt: before?.recordAt ?? 0, activatedAt: before?.activatedAt ?? 0, keys });
    },
    record(stream, line) {
      known.get(stream)!.recordAt = line;
    },
    state(line, name) {
      stateAt = line;
      syncing = name;
    },
    activated(stream, line) {
      const of = known.get(stream);
      if (of) of.activatedAt = line;
    },
    ignored: (stream) => void ignored.set(stream, (ignored.get(stream) ?? 0) + 1),
    isKnown: (stream) => known.has(stream),
    keyOf: (stream) => known.get(stream)?.keys ?? [],
    isComplete(stream) {
      const of = known.get(stream);
      if (!of || syncing === stream) return false;
      return stateAt === 0 || of.recordAt < stateAt || of.recordAt < of.activatedAt;
    },
    moved(entities, asOf) {
      for (const entity of entities) moved[entity] = asOf;
    },
    asOf: () => moved,
    ignoredRecords: () => Object.fromEntries(ignored),
  };
}
