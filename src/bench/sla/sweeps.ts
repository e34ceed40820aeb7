import sql from 'sql-template-tag';
import type { Db } from '../../db/db.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { slaTerms } from '../../facts/policies.ts';
import { sweepSla } from '../../facts/sweep.ts';
import { defaultPolicies } from '../../sla/policy.ts';
import { makeCompany, now } from '../company.ts';
import { type Explained, explainedStatements } from '../observe.ts';
import { makeScratch, type Server } from '../scratch.ts';
import { median, percentile, rounded, timed } from '../spread.ts';
import type { History } from './answers.ts';
import { addOpenTickets } from './data.ts';

/** Open tickets, alone or beside others. */
interface Desk {
  name: string;
  db: Db;
  tenant: Tenant;
}

/** When nothing of the generated histories is open any more: from then on only what is added comes due, one a second. */
const start = now.add({ hours: 60 * 24 });
const terms = slaTerms(defaultPolicies);

/**
 * What a sweep takes that finds nothing due, a hundred, a thousand: with many open tickets, with few, and with many
 * beside a million that have ended. Medians and 95th percentiles in milliseconds, the desks taking turns.
 */
export async function benchSweeps(
  server: Server,
  { ended, open, few, rounds }: { ended: History; open: number; few: number; rounds: number },
  line: (text: string) => void,
) {
  const [many, small] = await Promise.all([makeScratch(server), makeScratch(server)]);
  try {
    const size = (count: number) => count.toLocaleString('en');
    const desks: (Desk & { open: number })[] = [
      { name: `${size(open)} open`, open, db: many.db, tenant: await makeCompany(many.db, defaultPolicies) },
      { name: `${size(few)} open`, open: few, db: small.db, tenant: await makeCompany(small.db, defaultPolicies) },
      { name: `${size(open)} open beside ${size(ended.tickets)} ended`, open, db: ended.db, tenant: ended.tenant },
    ];
    for (const { db, tenant, open } of desks) {
      await sweepSla(db, tenant, terms, { now: start });
      await addOpenTickets(db, tenant.tenantId, { tickets: open, dueFrom: start });
      await db.run(sql`vacuum analyze`);
    }
    let at = start;
    const figures = [];
    for (const due of [0, 100, 1000]) {
      const times = desks.map((): number[] => []);
      const repeats = due === 0 ? 10 * rounds : rounds;
      for (let run = 0; run < repeats; run++) {
        at = at.add({ seconds: due });
        for (const [index, desk] of desks.entries()) times[index]?.push(await sweepOf(desk, due, at));
      }
      at = at.add({ seconds: due });
      const measured = [];
      for (const [index, desk] of desks.entries())
        measured.push({
          desk: desk.name,
          runs: repeats,
          medianMs: rounded(median(times[index] ?? []), 2),
          p95Ms: rounded(percentile(times[index] ?? [], 0.95), 2),
          ratio: rounded(median(times[index] ?? []) / median(times[0] ?? []), 2),
          ...(await plansOf(desk, due, at)),
        });
      figures.push({ due, desks: measured });
      line(`sweep with ${due === 0 ? 'nothing' : size(due)} due (n=${repeats})`);
      for (const each of measured)
        line(
          `  ${each.desk}: median ${each.medianMs} ms, p95 ${each.p95Ms} ms, ${each.ratio} times; ` +
            `found by ${each.foundBy}, ${each.blocks} blocks read${each.scanned.length > 0 ? `, all of ${each.scanned.join(', ')}` : ''}`,
        );
    }
    return figures;
  } finally {
    await Promise.all([many.drop(), small.drop()]);
  }
}

async function sweepOf({ db, tenant, name }: Desk, due: number, at: Temporal.Instant): Promise<number> {
  const { value, ms } = await timed(() => sweepSla(db, tenant, terms, { now: at }));
  if (value.evaluated !== due || value.changed !== due)
    throw new Error(
      `${due} tickets were due with ${name}, but ${value.evaluated} were swept, ${value.changed} changed`,
    );
  return ms;
}

/** How the statements of one more such sweep read what they need. */
async function plansOf(desk: Desk, due: number, at: Temporal.Instant) {
  const plans: Explained[] = [];
  await sweepOf({ ...desk, db: explainedStatements(desk.db, (plan) => void plans.push(plan)) }, due, at);
  const indexes = plans.flatMap((plan) => plan.indexes);
  return {
    foundBy: indexes.find((name) => name.includes('due')) ?? 'no index',
    blocks: plans.reduce((sum, { blocks }) => sum + blocks, 0),
    scanned: [...new Set(plans.flatMap(({ scanned }) => scanned))],
  };
}
