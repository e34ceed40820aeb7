import type { Source, Stream } from '../sources/stream.ts';
import { type SyncDeps, type SyncResult, syncStream } from './sync.ts';

/** A stream's schedule, for whoever runs jobs. */
export interface SyncJob {
  /** `sync:SOURCE:STREAM`. */
  id: string;
  /** Cron, in UTC. */
  cron: string;
  /** Runs that were missed are one run. */
  misfire: 'latest';
  /** How old the stream's data may get; undefined where it has none of its own. */
  refreshSlaMinutes: number | undefined;
  /** Jobs that tell it what there is to visit: what they find at the same time is visited then, not in the next run. */
  after: readonly string[];
  /** One run; it decides itself whether the quota makes it due. Rejects on failure, after noting it. */
  run(deps: SyncDeps, signal: AbortSignal): Promise<SyncResult>;
}

/** The jobs of the sources of one tenant. */
export function syncJobs(sources: readonly Source[]): SyncJob[] {
  return sources.flatMap((source) =>
    source.streams.map((stream, index) => ({
      id: `sync:${source.name}:${stream.id}`,
      cron: cronOf(stream, index),
      misfire: 'latest' as const,
      refreshSlaMinutes: stream.shape === 'check' ? undefined : stream.refreshSlaMinutes,
      after: listsFor(stream, source).map((list) => `sync:${source.name}:${list.id}`),
      run: (deps: SyncDeps, signal: AbortSignal) => syncStream(deps, source, stream.id, { signal }),
    })),
  );
}

/** The lists of what a stream of few objects visits: which of them are due is in their latest status. */
function listsFor(stream: Stream, source: Source): Stream[] {
  if (stream.shape !== 'visit' || stream.isDue === undefined) return [];
  return source.streams.filter(
    (list) => list.shape === 'list' && list.entity === stream.of && stream.runEveryMinutes % list.runEveryMinutes === 0,
  );
}

/** Streams that run hourly or less often have a minute of their own, so that they do not all call at once. */
function cronOf({ runEveryMinutes }: Stream, index: number): string {
  if (runEveryMinutes < 60) return `*/${runEveryMinutes} * * * *`;
  const minute = (7 + 11 * index) % 60;
  return runEveryMinutes === 60 ? `${minute} * * * *` : `${minute} 3 * * *`;
}
