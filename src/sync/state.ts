import sql from 'sql-template-tag';
import type { Db, Queryable } from '../db/db.ts';
import { CremaError, messageOf } from '../lib/errors.ts';
import type { Cursor } from '../sources/stream.ts';

/** Which stream of which tenant's source. */
export interface StreamKey {
  tenantId: number;
  source: string;
  stream: string;
}

export interface StreamState {
  revision: number;
  pass: number;
  cursor: Cursor;
  completeAsOf: Temporal.Instant | null;
  runAt: Temporal.Instant | null;
  succeededAt: Temporal.Instant | null;
}

/** Where a stream stands; of one never read, its beginning, which is stored by this. */
export async function loadState(db: Queryable, { tenantId, source, stream }: StreamKey): Promise<StreamState> {
  await db.run(sql`
    insert into ops.sync_state (tenant_id, source, stream, revision, pass, cursor)
    values (${tenantId}, ${source}, ${stream}, 0, 0, '{}')
    on conflict (tenant_id, source, stream) do nothing`);
  const [row] = await db.query<StreamState>(sql`
    select revision, pass, cursor, complete_as_of as "completeAsOf", run_at as "runAt", succeeded_at as "succeededAt"
    from ops.sync_state where tenant_id = ${tenantId} and source = ${source} and stream = ${stream}`);
  return row!;
}

/**
 * Moves a stream on, inside the transaction of what was read. Fails, and the transaction with it, when somebody else has
 * moved it since it was loaded: two processes cannot both go on from one place.
 */
export async function moveState(
  tx: Queryable,
  { tenantId, source, stream }: StreamKey,
  from: StreamState,
  to: { pass?: number; cursor: Cursor; completeAsOf?: Temporal.Instant },
): Promise<StreamState> {
  const next = {
    ...from,
    revision: from.revision + 1,
    pass: to.pass ?? from.pass,
    cursor: to.cursor,
    completeAsOf: to.completeAsOf ?? from.completeAsOf,
  };
  const moved = await tx.run(sql`
    update ops.sync_state
    set revision = ${next.revision}, pass = ${next.pass}, cursor = ${JSON.stringify(next.cursor)}::jsonb,
      complete_as_of = ${next.completeAsOf?.toString() ?? null}::timestamptz
    where tenant_id = ${tenantId} and source = ${source} and stream = ${stream} and revision = ${from.revision}`);
  if (moved === 1) return next;
  throw new CremaError('SYNC_OVERTAKEN', `${source}:${stream}: another process has gone on with it meanwhile`, {
    remedy: 'Nothing is lost or doubled; this run can be forgotten.',
  });
}

/** Says when a run began. */
export async function noteRun(
  db: Queryable,
  { tenantId, source, stream }: StreamKey,
  at: Temporal.Instant,
): Promise<void> {
  await db.run(sql`
    update ops.sync_state set run_at = ${at.toString()}::timestamptz
    where tenant_id = ${tenantId} and source = ${source} and stream = ${stream}`);
}

/** Keeps how a run ended: what went wrong, or that nothing does any more. */
export async function noteEnd(
  db: Queryable,
  { tenantId, source, stream }: StreamKey,
  at: Temporal.Instant,
  end: { error: unknown } | { notes: readonly string[] },
): Promise<void> {
  const instant = at.toString();
  if ('error' in end) {
    const code = end.error instanceof CremaError ? end.error.code : null;
    await db.run(sql`
      update ops.sync_state
      set failing_since = coalesce(failing_since, ${instant}::timestamptz), error_code = ${code}, error = ${messageOf(end.error)}
      where tenant_id = ${tenantId} and source = ${source} and stream = ${stream}`);
    return;
  }
  await db.run(sql`
    update ops.sync_state
    set succeeded_at = ${instant}::timestamptz, failing_since = null, error_code = null, error = null,
      notes = ${[...end.notes]}::text[]
    where tenant_id = ${tenantId} and source = ${source} and stream = ${stream}`);
}

/** How old a stream's data may get, where those who answer look for it. */
export async function noteRefreshSla(
  db: Db,
  { tenantId, source }: Pick<StreamKey, 'tenantId' | 'source'>,
  entity: string,
  minutes: number,
  at: Temporal.Instant,
): Promise<void> {
  await db.run(sql`
    insert into ops.streams as s (tenant_id, source, stream, loaded_at, refresh_sla_minutes)
    values (${tenantId}, ${source}, ${entity}, ${at.toString()}::timestamptz, ${minutes})
    on conflict (tenant_id, source, stream) do update set refresh_sla_minutes = excluded.refresh_sla_minutes
    where s.refresh_sla_minutes is distinct from excluded.refresh_sla_minutes`);
}

/** Streams of a source whose last run failed, or left something people should know. */
export function troubledStreams(
  db: Queryable,
  tenantId: number,
  source: string,
): Promise<{ stream: string; error: string | null; failingSince: Temporal.Instant | null; notes: string[] }[]> {
  return db.query(sql`
    select stream, error, failing_since as "failingSince", notes from ops.sync_state
    where tenant_id = ${tenantId} and source = ${source} and (error is not null or notes <> '{}')
    order by stream`);
}
