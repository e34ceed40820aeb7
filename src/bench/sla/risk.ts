import sql from 'sql-template-tag';
import type { RuleOf } from '../../alerts/kinds/room.ts';
import { slaRisk } from '../../alerts/kinds/sla-risk/kind.ts';
import { ruleFrom } from '../../alerts/policy.ts';
import { alertRuleSchema } from '../../config/alerts.ts';
import { everything } from '../../db/viewer.ts';
import { slaTerms } from '../../facts/policies.ts';
import { sweepSla } from '../../facts/sweep.ts';
import { silentLog } from '../../lib/log.ts';
import { defaultPolicies } from '../../sla/policy.ts';
import { accounts, makeCompany, now, source, teams } from '../company.ts';
import { makeScratch, type Server } from '../scratch.ts';
import { median, percentile, rounded, timed } from '../spread.ts';
import { addOpenTickets } from './data.ts';

/** Rules that one look takes, as the loop does (src/alerts/look.ts). */
const atOnce = 500;

/**
 * What looking at all `sla-risk` rules takes: of 20 rules 18 watch an account each, one a team, one all critical and high
 * tickets. About a twentieth of the open tickets is at risk. In milliseconds.
 */
export async function benchRisk(
  server: Server,
  { open, rules: count, rounds }: { open: number; rules: number; rounds: number },
  line: (text: string) => void,
) {
  const { db, drop } = await makeScratch(server);
  try {
    const tenant = await makeCompany(db, defaultPolicies);
    const terms = slaTerms(defaultPolicies);
    await addOpenTickets(db, tenant.tenantId, { tickets: open, dueFrom: now });
    // One comes due every 20 s, after having been at risk for 28 hours.
    await db.run(sql`
      update crm.ticket_sla
      set resolution_due_at = d.at, next_due_at = d.at, resolution_risk_at = d.at - interval '28 hours'
      from (select id as ticket, ${now.toString()}::timestamptz + substr(id, 6)::int * interval '20 seconds' as at
        from crm.tickets where tenant_id = ${tenant.tenantId}) as d
      where tenant_id = ${tenant.tenantId} and id = d.ticket`);
    await db.run(sql`vacuum analyze`);
    await sweepSla(db, tenant, terms, { now });
    const rules = Array.from({ length: count }, (_, index) => ruleOf(tenant.tenantId, index));
    const context = { ...{ db, tenant, now, settings: {}, terms, log: silentLog, lateStreams: [] } };
    const whole: number[] = [];
    const parts: number[] = [];
    let conditions = 0;
    for (let round = 0; round < rounds; round++) {
      conditions = 0;
      const { ms } = await timed(async () => {
        for (let from = 0; from < rules.length; from += atOnce) {
          const { ms: part, value } = await timed(() => slaRisk.look(rules.slice(from, from + atOnce), context));
          parts.push(part);
          for (const look of value.values()) if (look.kind === 'conditions') conditions += look.conditions.length;
        }
      });
      whole.push(ms);
    }
    const figures = {
      ...{ open, rules: count, conditions, medianMs: rounded(median(whole)), p95Ms: rounded(percentile(whole, 0.95)) },
      atOnce: { rules: atOnce, medianMs: rounded(median(parts), 1), p95Ms: rounded(percentile(parts, 0.95), 1) },
    };
    line(
      `look at ${count.toLocaleString('en')} sla-risk rules over ${open.toLocaleString('en')} open tickets: median ` +
        `${figures.medianMs} ms (n=${rounds}), ${conditions.toLocaleString('en')} conditions; ${atOnce} rules at once: ` +
        `median ${figures.atOnce.medianMs} ms, p95 ${figures.atOnce.p95Ms} ms`,
    );
    return figures;
  } finally {
    await drop();
  }
}

function ruleOf(tenantId: number, index: number): RuleOf<'sla-risk'> {
  const place = index % 20;
  const cut =
    place < 18
      ? { account: `${source}/account-${1 + (index % accounts)}` }
      : place === 18
        ? { team: `${source}/team-${1 + (index % teams)}` }
        : { priority: ['critical', 'high'] };
  const settings = alertRuleSchema.parse({ kind: 'sla-risk', to: { channel: 'C0BENCH' }, ...cut });
  const made = ruleFrom(
    settings,
    { targets: {}, to: undefined, isCalendar: () => false },
    { name: `rule-${index}`, viewer: everything },
  );
  return {
    ...{ ...made, tenantId, ruleId: index + 1, name: `rule-${index}`, kind: 'sla-risk', owner: null, state: 'active' },
    ...{ settings: settings as RuleOf<'sla-risk'>['settings'], stateReason: null, createdAt: now, nextLookAt: now },
    ...{
      lookedAt: null,
      health: 'new',
      healthReason: null,
      healthSince: null,
      memory: {},
      demotedAt: null,
      changed: true,
    },
  };
}
