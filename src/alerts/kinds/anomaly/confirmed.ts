import sql from 'sql-template-tag';
import type { Queryable } from '../../../db/db.ts';
import type { LookContext, RuleOf } from '../room.ts';

/** Days that a rule fired for, by KPI. */
export type FiredDays = Readonly<Record<string, readonly string[]>>;

/** When an incident that somebody has acknowledged fired. */
interface Acknowledged {
  ruleId: number;
  since: Temporal.Instant;
  until: Temporal.Instant | null;
}

/** The days, by rule and KPI, whose anomaly somebody has acknowledged: they say nothing of what is usual. */
export async function confirmedDays(
  rules: readonly Pick<RuleOf<'anomaly'>, 'ruleId' | 'memory'>[],
  { db, tenant }: Pick<LookContext, 'db' | 'tenant'>,
  known: (kpi: string, day: string) => Temporal.Instant,
): Promise<ReadonlyMap<number, FiredDays>> {
  const acknowledged = await acknowledgedOf(
    db,
    tenant.tenantId,
    rules.map(({ ruleId }) => ruleId),
  );
  return new Map(
    rules.map(({ ruleId, memory }) => {
      const own = acknowledged.filter((one) => one.ruleId === ruleId);
      const fired = Object.entries((memory.fired ?? {}) as FiredDays);
      const isConfirmed = (at: Temporal.Instant) =>
        own.some(
          ({ since, until }) =>
            Temporal.Instant.compare(since, at) <= 0 && (until === null || Temporal.Instant.compare(at, until) < 0),
        );
      return [
        ruleId,
        Object.fromEntries(fired.map(([kpi, days]) => [kpi, days.filter((day) => isConfirmed(known(kpi, day)))])),
      ];
    }),
  );
}

function acknowledgedOf(db: Queryable, tenantId: number, ruleIds: readonly number[]): Promise<Acknowledged[]> {
  return db.query<Acknowledged>(sql`
    select rule_id as "ruleId", since, resolved_at as until from ops.alert_incidents
    where tenant_id = ${tenantId} and rule_id = any (${ruleIds as number[]}::bigint[]) and acknowledged_at is not null`);
}
