import sql from 'sql-template-tag';
import type { Db } from '../../../src/db/db.ts';
import { entities } from '../../../src/domain/entities.ts';
import { type ConversationsSwept, sweepConversations } from '../../../src/facts/conversations/sweep.ts';
import { type VerifiedConversations, verifyConversations } from '../../../src/facts/conversations/verify.ts';
import { deleteRecords } from '../../../src/ingest/delete.ts';
import { drain, verify } from '../../../src/rollups/engine.ts';
import { type RecordsWritten, writeRecords } from '../../../src/sources/records.ts';
import { makeTenant } from '../../database.ts';
import { rollupsOf } from '../../rollups/of-streams.ts';

const rollups = rollupsOf('message', 'conversation', 'contact');

export const runAt = Temporal.Instant.from('2026-11-20T12:00:00Z');

/** A tenant whose messages come through the writer and whose conversations are made by the sweep. */
export async function aDesk(db: Db, slug: string, timezone = 'UTC', source = 'chat') {
  const tenantId = await makeTenant(db, slug, { timezone });
  const tenant = { tenantId, timezone };
  const run = { tenant, at: runAt };
  let version = 0;
  const desk = {
    ...{ tenant, tenantId },
    /** Whole states, each call newer than the one before. */
    async write(
      entity: 'message' | 'conversation',
      states: readonly Record<string, unknown>[],
      partial = false,
    ): Promise<RecordsWritten> {
      version += 1;
      const records = states.map((values) => ({ version, values }));
      const [written] = await db.tx((tx) =>
        writeRecords(tx, run, [{ entity, source, records, partial, version: 'time', asOf: run.at }]),
      );
      if (written!.rejected.length > 0) throw new Error(JSON.stringify(written!.rejected));
      return written!;
    },
    async delete(entity: 'message' | 'conversation', ids: readonly string[]): Promise<void> {
      version += 1;
      await db.tx((tx) => deleteRecords(tx, run, { entity: entities[entity], source, ids, version }));
    },
    sweep: (more?: Db): Promise<ConversationsSwept> => sweepConversations(more ?? db, tenant),
    verify: (): Promise<VerifiedConversations> => verifyConversations(db, tenantId),
    async drain(): Promise<void> {
      for (const rollup of rollups) await drain(db, rollup, tenant, run.at);
    },
    /** Cells of all aggregates that are not what a rebuild makes of the records. */
    async wrongCells(): Promise<unknown[]> {
      const wrong: unknown[] = [];
      for (const rollup of rollups) wrong.push(...(await verify(db, rollup, tenant, run.at)).examples);
      return wrong;
    },
    async marks(): Promise<string[]> {
      const rows = await db.query<{ chat: string }>(sql`
        select distinct chat from ops.conversation_marks where tenant_id = ${tenantId} order by 1`);
      return rows.map(({ chat }) => chat);
    },
    /** Days marked for the aggregates, taken away: `rollup day`. */
    async takeDays(): Promise<string[]> {
      const rows = await db.query<{ what: string }>(sql`
        delete from ops.dirty where tenant_id = ${tenantId} returning rollup || ' ' || bucket as what`);
      return [...new Set(rows.map(({ what }) => what))].toSorted();
    },
    stretches: () =>
      db.query<Record<string, unknown>>(sql`
        select f.*, f.started_at::text as started_at, f.first_reply_at::text as first_reply_at, f.active_from::text as active_from,
          f.last_message_at::text as last_message_at, f.active_until::text as active_until,
          f.waits_since::text as waits_since
        from crm.conversation_stretches f where f.tenant_id = ${tenantId} order by coalesce(f.active_from, f.started_at), f.id`),
    responses: () =>
      db.query<Record<string, unknown>>(sql`
        select f.*, f.asked_at::text as asked_at, f.answered_at::text as answered_at, f.waited_since::text as waited_since
        from crm.conversation_responses f where f.tenant_id = ${tenantId} order by f.answered_at, f.id`),
  };
  return desk;
}

export type Desk = Awaited<ReturnType<typeof aDesk>>;
