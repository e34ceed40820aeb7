import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { markDiffering, verifyConversations } from '../../facts/conversations/verify.ts';
import { type DifferingFact, verifySla } from '../../facts/verify.ts';
import { verify as verifyRollup } from '../../rollups/engine.ts';
import { rollups } from '../../rollups/index.ts';
import type { Job } from '../job.ts';
import { bringUpToDate } from '../upkeep.ts';
import { problemOf } from './verify.ts';

/** The whole of what the nightly verification samples, and the facts of tickets and conversations besides. */
export const verifyAll: Job = {
  id: 'verify-all',
  title: 'Compares every fact and every cell with a recompute',
  cadence: { cron: '30 3 * * 0', zone: 'tenant' },
  misfire: 'latest',
  catchUpMinutes: 6 * 24 * 60,
  maxAttempts: 2,
  timeoutMinutes: 6 * 60,
  refreshSlaMinutes: 12 * 60,
  aggregate: 'weekly',
  async run({ db, tenant, terms, clock, log, signal }) {
    await bringUpToDate(db, { tenant, terms: () => terms }, clock);
    const facts = await verifySla(db, tenant, terms, clock);
    if (facts.differing > 0) {
      await markTickets(db, tenant.tenantId, facts.examples);
      log.error({ differing: facts.differing, examples: facts.examples.slice(0, 3) }, 'facts of tickets differ');
    }
    const conversations = await verifyConversations(db, tenant.tenantId);
    if (conversations.differing > 0) {
      await markDiffering(db, tenant.tenantId, conversations.examples);
      log.error(
        { differing: conversations.differing, examples: conversations.examples.slice(0, 3) },
        'facts of conversations differ',
      );
    }
    let [cells, differing] = [0, facts.differing + conversations.differing];
    for (const rollup of rollups) {
      signal.throwIfAborted();
      const verified = await verifyRollup(db, rollup, tenant, clock.now(), { mark: true });
      cells += verified.cells;
      differing += verified.differing;
      if (verified.differing > 0)
        log.error(
          { rollup: rollup.id, differing: verified.differing, examples: verified.examples.slice(0, 3) },
          'aggregate differs from its recompute, its days are marked',
        );
    }
    return {
      counts: { tickets: facts.tickets, chats: conversations.chats, cells, differing },
      ...problemOf(differing),
    };
  },
};

/** The first hundred; what is left, next week's run finds. */
async function markTickets(db: Queryable, tenantId: number, facts: readonly DifferingFact[]): Promise<void> {
  await db.run(sql`
    insert into ops.sla_marks (tenant_id, source, ticket_id)
    select distinct ${tenantId}::bigint, k.source, k.id
    from unnest(${facts.map(({ source }) => source)}::text[], ${facts.map(({ id }) => id)}::text[]) as k (source, id)`);
}
