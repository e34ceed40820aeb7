import type { ChatCrmConfig } from '../../src/config/sources.ts';
import type { Db } from '../../src/db/db.ts';
import type { fixedClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import type { ClientLimits } from '../../src/sources/chat-crm/client.ts';
import { chatCrm } from '../../src/sources/chat-crm/index.ts';
import type { Source } from '../../src/sources/stream.ts';
import { type SyncDeps, type SyncOptions, syncStream } from '../../src/sync/sync.ts';

export type MovingClock = ReturnType<typeof fixedClock>;

export function chatCrmConfig(url: string, over: Partial<ChatCrmConfig> = {}): ChatCrmConfig {
  return {
    kind: 'chat-crm',
    url,
    key: new Secret('sandbox-key'),
    webhook_secret: [],
    quota: { per_minute: 100_000 },
    custom_fields: {},
    messages: 'poll',
    mass_delete_limit: 0.2,
    ...over,
  };
}

export function sourceAt(url: string, over: Partial<ChatCrmConfig> = {}, limits: ClientLimits = {}): Source {
  return chatCrm('crm', chatCrmConfig(url, over), { timeoutMs: 5_000, ...limits });
}

/** Waiting takes no time: it moves the clock instead. Chance is always the longest wait. */
export function syncDeps(db: Db, tenantId: number, clock: MovingClock): SyncDeps & { waits: number[] } {
  const waits: number[] = [];
  return {
    db,
    clock,
    wall: clock,
    log: silentLog,
    tenant: { tenantId, timezone: 'UTC' },
    waits,
    sleep(ms, signal) {
      signal.throwIfAborted();
      waits.push(ms);
      clock.set(clock.now().add({ milliseconds: Math.ceil(ms) }));
      return Promise.resolve();
    },
    random: () => 1,
  };
}

/** One run, asked for by somebody. */
export function runNow(deps: SyncDeps, source: Source, stream: string, options: Partial<SyncOptions> = {}) {
  return syncStream(deps, source, stream, { signal: new AbortController().signal, now: true, ...options });
}

export function later(clock: MovingClock, duration: Temporal.DurationLike): void {
  clock.set(clock.now().add(duration));
}
