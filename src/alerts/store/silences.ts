import sql from 'sql-template-tag';
import type { Queryable, Tx } from '../../db/db.ts';
import { lockNumbers } from '../../db/locks.ts';
import type { Silence } from '../stages/mute.ts';

/** Those that hold now. */
export function silencesAt(db: Queryable, tenantId: number, now: Temporal.Instant): Promise<Silence[]> {
  return db.query<Silence>(sql`
    select silence_id as "silenceId", matchers, from_at as "from", until_at as "until", created_by as "createdBy", person,
      comment
    from ops.alert_silences
    where tenant_id = ${tenantId} and from_at <= ${now.toString()} and until_at > ${now.toString()}
    order by silence_id`);
}

/** Adds one; returns its number. */
export async function addSilence(tx: Tx, tenantId: number, silence: Omit<Silence, 'silenceId'>): Promise<number> {
  await lockNumbers(tx, tenantId);
  const { matchers, from, until, createdBy, person, comment } = silence;
  const [row] = await tx.query<{ id: number }>(sql`
    insert into ops.alert_silences (tenant_id, silence_id, matchers, from_at, until_at, created_by, person, comment)
    select ${tenantId}, coalesce(max(silence_id), 0) + 1, ${JSON.stringify(matchers)}::jsonb, ${from.toString()}::timestamptz,
      ${until.toString()}::timestamptz, ${createdBy}, ${person}, ${comment}
    from ops.alert_silences where tenant_id = ${tenantId}
    returning silence_id as id`);
  return row!.id;
}

/**
 * Ends one that holds, and lets every rule be looked at: what it kept quiet is told now. False where none holds. `endedBy`: a
 * person; null from the command line.
 */
export async function endSilence(
  tx: Tx,
  tenantId: number,
  silenceId: number,
  { now, endedBy }: { now: Temporal.Instant; endedBy: string | null },
): Promise<boolean> {
  const touched = await tx.run(sql`
    update ops.alert_silences set until_at = ${now.toString()}, ended_by = ${endedBy}
    where tenant_id = ${tenantId} and silence_id = ${silenceId} and until_at > ${now.toString()}`);
  if (touched === 0) return false;
  await tx.run(sql`
    update ops.alert_rules set next_look_at = least(next_look_at, ${now.toString()}::timestamptz)
    where tenant_id = ${tenantId} and state = 'active'`);
  return true;
}
