import type { Db } from '../../db/db.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { TenantZone } from '../../rollups/rollup.ts';
import type { Rejection } from '../files/convert.ts';
import type { FileMapping } from '../files/mapping.ts';
import type { SingerRun } from './commit.ts';
import { createFeeds, type StreamFeed } from './feeds.ts';
import { createStreams, type Streams } from './streams.ts';
import type { Refused } from './summary.ts';

export interface SingerDeps {
  db: Db;
  clock: Clock;
  log: Log;
  /** Takes a STATE, one line of JSON without its end, once everything before it is committed. */
  onState: (line: string) => void | Promise<void>;
  /** Every rejection, as it is found. */
  onReject?: (stream: string, rejection: Rejection) => void;
  /** After every commit. */
  onCommit?: (records: number) => void;
}

export interface SingerOptions {
  /** What the tap writes, line by line. */
  lines: AsyncIterable<string>;
  mapping: FileMapping;
  /** With the currency of amounts that do not name one. */
  tenant: TenantZone & { currency?: string };
  /** Any rejection ends the run; nothing of its batch is kept. */
  strict?: boolean;
  /** Lets ACTIVATE_VERSION delete more of a stream than a fifth. */
  acceptDeletes?: boolean;
  /** How far the streams are when they are complete; default: the start of this run. */
  asOf?: Temporal.Instant;
  /** Records per commit, and the longest time in milliseconds that a record waits for it. */
  batchRecords?: number;
  batchMs?: number;
  /** Ends the run: what has come is committed, its STATE is handed on. */
  signal?: AbortSignal;
}

/** What a run keeps in mind. */
export interface Run {
  deps: SingerDeps;
  options: SingerOptions;
  run: SingerRun;
  feeds: Map<string, StreamFeed[]>;
  streams: Streams;
  /** The line last read, from 1. */
  line: number;
  /** What came since the last commit. */
  open: { records: number; characters: number };
  /** The newest STATE that has not been handed on. */
  state: string | undefined;
  rejections: number;
  firstRejection: { stream: string; rejection: Rejection } | undefined;
  totals: { records: number; states: number; commits: number };
  deleted: Map<StreamFeed, number>;
  refused: Refused[];
  /**
   * Versions that were activated before any record was seen with them, by stream: the table is empty, or the tap announces
   * what it begins to read. Only the end of the input tells.
   */
  activations: Map<string, string>;
  /** Streams of these of which still no record has come: a STATE behind them would have the tap not say it again. */
  awaited: Set<string>;
}

export function createRun(deps: SingerDeps, options: SingerOptions): Run {
  const { mapping, tenant } = options;
  const at = deps.clock.now();
  const run: Run = {
    deps,
    options,
    run: { tenant, at, source: mapping.source },
    feeds: createFeeds(mapping, {
      at,
      currency: tenant.currency,
      onReject(stream, rejection) {
        run.rejections++;
        run.firstRejection ??= { stream, rejection };
        deps.onReject?.(stream, rejection);
      },
    }),
    streams: createStreams(),
    line: 0,
    open: { records: 0, characters: 0 },
    state: undefined,
    rejections: 0,
    firstRejection: undefined,
    totals: { records: 0, states: 0, commits: 0 },
    deleted: new Map(),
    refused: [],
    activations: new Map(),
    awaited: new Set(),
  };
  return run;
}
