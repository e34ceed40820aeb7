import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../db/db.ts';
import { lockStream } from '../../db/locks.ts';
import { entities } from '../../domain/entities.ts';
import type { EntityId } from '../../domain/entity.ts';
import { eventTypes } from './types.ts';

/** Most waiting events looked at per entity and turn, those first that were looked at longest ago. */
const mostLooked = 1_000;

/** The lock of whoever applies events of a tenant; no entity has this name. */
export const applierLock = 'webhook_events';

const tellable: readonly EntityId[] = [...new Set(Object.values(eventTypes).map((type) => type.entity))];

/** Makes events due again whose object has come; returns how many. */
export async function wakeWaiting(db: Db, tenantId: number, now: Temporal.Instant): Promise<number> {
  return db.tx(async (tx) => {
    let woken = 0;
    await lockStream(tx, tenantId, applierLock);
    for (const entity of tellable) {
      const looked = await tx.query<{ source: string; event_id: string; here: boolean }>(sql`
        select w.source, w.event_id, exists (
          select 1 from ${raw(entities[entity].table)} t
          where t.tenant_id = ${tenantId} and t.source = w.source and t.id = w.object_id
        ) as here
        from (
          select source, event_id, object_id from ops.webhook_events
          where tenant_id = ${tenantId} and state = 'waiting' and entity = ${entity}
          order by retry_at
          limit ${mostLooked}
        ) as w`);
      // Unless there are more, looking at the same ones again is as good.
      const changed = looked.filter(({ here }) => here || looked.length === mostLooked);
      if (changed.length === 0) continue;
      woken += looked.filter(({ here }) => here).length;
      await tx.run(sql`
        update ops.webhook_events w
        set state = case when l.here then 'stored' else w.state end,
          retry_at = case when l.here then null else ${now.toString()}::timestamptz end
        from jsonb_to_recordset(${JSON.stringify(changed)}::jsonb) as l (source text, event_id text, here boolean)
        where w.tenant_id = ${tenantId} and w.source = l.source and w.event_id = l.event_id`);
    }
    return woken;
  });
}
