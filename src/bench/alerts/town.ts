import sql from 'sql-template-tag';
import { ruleFrom } from '../../alerts/policy.ts';
import { alertRuleSchema } from '../../config/alerts.ts';
import type { Db } from '../../db/db.ts';
import { everything } from '../../db/viewer.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { slaTerms } from '../../facts/policies.ts';
import { markAllTickets } from '../../facts/verify.ts';
import { bringUpToDate } from '../../jobs/upkeep.ts';
import { fixedClock } from '../../lib/clock.ts';
import { rollupsOf } from '../../rollups/index.ts';
import { markAll } from '../../rollups/marks.ts';
import { defaultPolicies } from '../../sla/policy.ts';
import { makeCompany, now } from '../company.ts';
import { addOpenTickets, addTickets, addVerdicts } from '../sla/data.ts';

/** Of the tenant that benchmarks are made in. */
export const slug = 'bench';

export const terms = slaTerms(defaultPolicies);

/** Days of history, so that KPIs have something to count. */
const days = 60;
/** The open tickets are due one a second from so many hours after now: what is about to breach before is of the history. */
const dueInHours = 2;

/** A company with so many ended and so many open tickets, its verdicts and aggregates up to date. */
export async function makeDesk(db: Db, { tickets, open }: { tickets: number; open: number }): Promise<Tenant> {
  const tenant = await makeCompany(db, defaultPolicies);
  const { tenantId } = tenant;
  await addTickets(db, tenantId, { tickets, days });
  await addVerdicts(db, tenantId);
  await addOpenTickets(db, tenantId, { tickets: open, dueFrom: now.add({ hours: dueInHours }) });
  await db.run(sql`vacuum analyze`);
  await markDays(db, tenant);
  await bringUpToDate(db, { tenant, terms: () => terms }, fixedClock(now.toString()));
  await db.run(sql`vacuum analyze`);
  return tenant;
}

/** Marks everything about tickets to be looked at again, as their writer would. */
export async function markTickets(db: Db, tenant: Tenant): Promise<void> {
  await markAllTickets(db, tenant.tenantId);
  await markDays(db, tenant);
}

async function markDays(db: Db, tenant: Tenant): Promise<void> {
  await db.tx(async (tx) => {
    for (const rollup of rollupsOf('ticket')) await markAll(tx, rollup, tenant);
  });
}

/** Where rules tell what they find, in turn, unless they say so themselves: as many teams would have as many channels. */
export const ruleChannels = Array.from({ length: 100 }, (_, index) => `C0RULES${String(index + 1).padStart(3, '0')}`);

/** Rules as they are written in crema.yaml; written in one statement, because ten thousand of them are. */
export async function addRules(
  db: Db,
  tenantId: number,
  rules: readonly Record<string, unknown>[],
  at: Temporal.Instant,
): Promise<void> {
  const context = { targets: {}, to: undefined, isCalendar: () => false };
  const rows = rules.map((settings, index) => {
    const read = alertRuleSchema.parse({ to: { channel: ruleChannels[index % ruleChannels.length] }, ...settings });
    const rule = ruleFrom(read, context, { name: `bench-${index + 1}`, viewer: everything });
    return { ...rule, id: index + 1, kind: rule.settings.kind };
  });
  await db.run(sql`
    insert into ops.alert_rules (tenant_id, rule_id, name, kind, settings, policy, viewer, created_at, topics, gap_seconds,
      next_look_at)
    select ${tenantId}::bigint, v.id, v.name, v.kind, v.settings, v.policy, v.viewer, ${at.toString()}::timestamptz,
      array(select jsonb_array_elements_text(v.topics)), v."gapSeconds", ${at.toString()}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as v (id bigint, name text, kind text, settings jsonb,
      policy jsonb, viewer text, topics jsonb, "gapSeconds" int)`);
  await db.run(sql`analyze ops.alert_rules`);
}
