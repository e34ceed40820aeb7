import type { Db } from '../db/db.ts';
import type { WriteRun } from '../ingest/batch.ts';
import type { Clock } from '../lib/clock.ts';
import type { Pace, Source } from '../sources/stream.ts';
import type { StreamKey } from './state.ts';
import type { Stored, SyncTenant } from './store.ts';

/** What a run of one stream works with. */
export interface StreamRun {
  db: Db;
  /** Business time. */
  clock: Clock;
  key: StreamKey;
  source: Source;
  tenant: SyncTenant;
  write: WriteRun;
  pace: Pace;
  /** Reads everything again, whatever was read before. */
  full: boolean;
  acceptDeletes: boolean;
  /** Calls a visiting run may make. */
  callBudget: number;
  onProgress: (progress: SyncProgress) => void;
}

export interface SyncProgress {
  stream: string;
  /** Records, and of the pages or objects of this run how many are done. */
  records: number;
  done: number;
  of: number | undefined;
}

/** What became of a run that did not fail. */
export interface RunReport {
  /** `whole`: everything that was due was read. `drifting`: the pages moved too much to believe them. */
  outcome: 'whole' | 'part' | 'drifting';
  stored: Stored;
  deleted: number;
  notes: string[];
}
