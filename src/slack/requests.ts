import sql from 'sql-template-tag';
import type { Db } from '../db/db.ts';
import type { Clock } from '../lib/clock.ts';

/** How long a request is remembered: far beyond the 5 min in which Slack repeats one or a signature can be replayed. */
const rememberedFor = { hours: 24 };
/** How often old ones are forgotten. */
const forgetEvery = { hours: 1 };

/** Sees to it that each thing a person did is answered once, over all processes on one database. */
export interface Requests {
  /** True for the first to ask with this key. */
  claim(key: string): Promise<boolean>;
  /** Gives a key back: what it stood for was not done. */
  release(key: string): Promise<void>;
}

export function createRequests({ db, clock, tenantId }: { db: Db; clock: Clock; tenantId: number }): Requests {
  let forgetAt = clock.now();

  return {
    async claim(key) {
      const now = clock.now();
      const claimed = await db.run(sql`
        insert into ops.requests (tenant_id, request_key, received_at)
        values (${tenantId}, ${key}, ${now.toString()})
        on conflict (tenant_id, request_key) do nothing`);
      if (Temporal.Instant.compare(now, forgetAt) >= 0) {
        forgetAt = now.add(forgetEvery);
        await db.run(sql`
          delete from ops.requests
          where tenant_id = ${tenantId} and received_at < ${now.subtract(rememberedFor).toString()}`);
      }
      return claimed === 1;
    },
    async release(key) {
      await db.run(sql`delete from ops.requests where tenant_id = ${tenantId} and request_key = ${key}`);
    },
  };
}
