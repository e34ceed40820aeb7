import sql from 'sql-template-tag';
import type { Db, Queryable } from '../db/db.ts';
import { lockStream } from '../db/locks.ts';
import type { Clock } from '../lib/clock.ts';
import type { TenantZone } from '../rollups/rollup.ts';
import { breachText, readBreaches } from './breaches.ts';
import { readDelivered } from './delivered.ts';
import type { SlaTerms } from './policies.ts';
import { evaluate, keyText, readStored } from './sweep.ts';
import { readTickets, type TicketKey } from './ticket-record.ts';
import { slaColumnKinds, slaColumns } from './ticket-sla-row.ts';

const page = 2_000;
const most = 100;

/** A stored fact that another evaluation does not come to; instants in ISO 8601. */
export interface DifferingFact extends TicketKey {
  /** Or all breaches of the ticket as one text. */
  column: (typeof slaColumns)[number] | 'breaches';
  stored: string | null;
  evaluated: string | null;
}

export interface VerifiedSla {
  tickets: number;
  /** Facts that differ; at most 100 of them are listed. */
  differing: number;
  examples: DifferingFact[];
}

/** Marks every ticket to be evaluated again by the next sweep. */
export async function markAllTickets(db: Queryable, tenantId: number): Promise<void> {
  await db.run(sql`
    insert into ops.sla_marks (tenant_id, source, ticket_id)
    select tenant_id, source, id from crm.tickets where tenant_id = ${tenantId}`);
}

/**
 * Evaluates every ticket again as of now and compares with what is stored, under the stream's lock; a ticket that waits for
 * the sweep, because it changed or its target has passed, is left out. What was stored before holds until then, whoever
 * swept meanwhile: so a difference is a defect. Call it after a sweep, or much is left out.
 */
export async function verifySla(db: Db, tenant: TenantZone, terms: SlaTerms, clock: Clock): Promise<VerifiedSla> {
  const { tenantId } = tenant;
  return db.tx(async (tx) => {
    await lockStream(tx, tenantId, 'ticket');
    // Under the lock: others may have swept while it was waited for.
    const now = clock.now();
    const delivered = await readDelivered(tx, tenantId);
    const verified: VerifiedSla = { tickets: 0, differing: 0, examples: [] };
    const differs = (fact: DifferingFact) => {
      verified.differing += 1;
      if (verified.examples.length < most) verified.examples.push(fact);
    };
    for (const fact of await factsOfNothing(tx, tenantId)) differs(fact);
    let last: TicketKey = { source: '', id: '' };
    for (;;) {
      const keys = await tx.query<TicketKey & { waits: boolean }>(sql`
        select t.source, t.id, m.ticket_id is not null as waits
        from crm.tickets t
        left join lateral (
          select ticket_id from ops.sla_marks
          where tenant_id = t.tenant_id and source = t.source and ticket_id = t.id limit 1
        ) m on true
        where t.tenant_id = ${tenantId} and t.deleted_at is null and (t.source, t.id) > (${last.source}, ${last.id})
        order by t.source, t.id limit ${page}`);
      if (keys.length === 0) return verified;
      last = keys.at(-1)!;
      const settled = keys.filter((key) => !key.waits);
      const stored = await readStored(tx, tenantId, settled);
      const breached = await readBreaches(tx, tenantId, settled);
      const records = await readTickets(tx, tenantId, settled);
      for (const { key, row, breaches } of evaluate(records, delivered, terms.policies, now)) {
        const kept = stored.get(keyText(key));
        if (kept?.next_due_at != null && Number(kept.next_due_at) <= now.epochMilliseconds) continue;
        verified.tickets += 1;
        for (const column of slaColumns) {
          if (kept && kept[column] === row[column]) continue;
          differs({
            ...{ source: key.source, id: key.id, column },
            ...{ stored: textOf(column, kept?.[column]), evaluated: textOf(column, row[column]) },
          });
        }
        const [written, evaluated] = [breachText(breached.get(keyText(key)) ?? []), breachText(breaches)];
        if (written !== evaluated)
          differs({ source: key.source, id: key.id, column: 'breaches', stored: written, evaluated });
      }
    }
  });
}

/** Stored verdicts and breaches of tickets that are not there any more and that no mark takes away. */
function factsOfNothing(tx: Queryable, tenantId: number): Promise<DifferingFact[]> {
  return tx.query<DifferingFact>(sql`
    select s.source, s.id, s."column", s.state as stored, null as evaluated
    from (
      select tenant_id, source, id, state, 'state' as "column" from crm.ticket_sla where tenant_id = ${tenantId}
      union
      select tenant_id, source, id, metric, 'breaches' from crm.sla_breaches where tenant_id = ${tenantId}
    ) as s
    left join crm.tickets t on t.tenant_id = s.tenant_id and t.source = s.source and t.id = s.id and t.deleted_at is null
    where t.id is null and not exists (
      select from ops.sla_marks m where m.tenant_id = s.tenant_id and m.source = s.source and m.ticket_id = s.id
    )
    order by s.source, s.id, s."column", s.state`);
}

function textOf(column: (typeof slaColumns)[number], value: string | number | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  if (slaColumnKinds[column] !== 'instant') return String(value);
  return Temporal.Instant.fromEpochMilliseconds(Number(value)).toString();
}
