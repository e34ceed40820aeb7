import type { Sql } from 'sql-template-tag';
import sql from 'sql-template-tag';
import { slaTerms } from '../../facts/policies.ts';
import { sweepSla } from '../../facts/sweep.ts';
import { markAllTickets, verifySla } from '../../facts/verify.ts';
import { drain, verify } from '../../rollups/engine.ts';
import { rollupsOf } from '../../rollups/index.ts';
import { makeCompany, now } from '../company.ts';
import { timedStatements } from '../observe.ts';
import { makeScratch, type Server } from '../scratch.ts';
import { rounded, timed } from '../spread.ts';
import { addEvents, addTickets } from './data.ts';
import { businessPolicies } from './policies.ts';

/**
 * Tickets per second through the stored evaluation: freshly marked ones are read with their events, evaluated on business
 * hours, written, and their days marked. Then the aggregates are made, and everything stored is compared with a second
 * evaluation and a recompute.
 */
export async function benchStored(server: Server, tickets: number, line: (text: string) => void) {
  const { db, drop } = await makeScratch(server);
  try {
    const tenant = await makeCompany(db, businessPolicies);
    const terms = slaTerms(businessPolicies);
    await addTickets(db, tenant.tenantId, { tickets, days: 365 });
    const events = await addEvents(db, tenant.tenantId);
    await db.run(sql`vacuum analyze`);
    await markAllTickets(db, tenant.tenantId);

    const parts = { readMs: 0, writeMs: 0, markMs: 0, otherMs: 0 };
    const watched = timedStatements(db, (statement, ms) => {
      parts[partOf(statement)] += ms;
    });
    const swept = await timed(() => sweepSla(watched, tenant, terms, { now }));
    const perSecond = Math.round(swept.value.evaluated / (swept.ms / 1000));
    const evaluateMs = swept.ms - Object.values(parts).reduce((sum, ms) => sum + ms, 0);
    line(
      `sweep of ${swept.value.evaluated.toLocaleString('en')} marked tickets with ${events.toLocaleString('en')} events: ${perSecond.toLocaleString('en')} tickets/s`,
    );
    const shares = Object.entries({ ...parts, evaluateMs }).map(
      ([part, ms]) => [part, rounded(ms / swept.ms, 2)] as const,
    );
    line(
      `  of that ${shares.map(([part, share]) => `${part.replace('Ms', '')} ${Math.round(100 * share)} %`).join(', ')}`,
    );

    const drained = await timed(async () => {
      for (const rollup of rollupsOf('ticket')) await drain(db, rollup, tenant, now);
    });
    const facts = await verifySla(db, tenant, terms, { now: () => now });
    let cells = 0;
    let differing = 0;
    for (const rollup of rollupsOf('ticket')) {
      const verified = await verify(db, rollup, tenant, now);
      cells += verified.cells;
      differing += verified.differing;
    }
    line(`  all aggregates made in ${rounded(drained.ms / 1000)} s`);
    line(
      `  verified: ${facts.differing} facts of ${facts.tickets.toLocaleString('en')} tickets and ${differing} of ${cells.toLocaleString('en')} aggregate cells differ`,
    );
    return {
      ...{ tickets, events, ...swept.value, perSecond, shares: Object.fromEntries(shares) },
      drainSeconds: rounded(drained.ms / 1000),
      verified: { tickets: facts.tickets, differingFacts: facts.differing, cells, differingCells: differing },
    };
  } finally {
    await drop();
  }
}

function partOf({ sql: text }: Sql): 'readMs' | 'writeMs' | 'markMs' | 'otherMs' {
  if (text.includes('insert into ops.dirty')) return 'markMs';
  if (text.includes('insert into crm.ticket_sla')) return 'writeMs';
  return /from crm\.ticket|join crm\.ticket/.test(text) ? 'readMs' : 'otherMs';
}
