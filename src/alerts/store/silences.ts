import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import type { Silence } from '../stages/mute.ts';

/** Those that hold now. */
export function silencesAt(db: Queryable, tenantId: number, now: Temporal.Instant): Promise<Silence[]> {
  return db.query<Silence>(sql`
    select silence_id as "silenceId", matchers, from_at as "from", until_at as "until", created_by as "createdBy", comment
    from ops.alert_silences
    where tenant_id = ${tenantId} and from_at <= ${now.toString()} and until_at > ${now.toString()}
    order by silence_id`);
}
