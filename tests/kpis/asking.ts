import sql, { join, raw } from 'sql-template-tag';
import type { Db } from '../../src/db/db.ts';
import { everything } from '../../src/db/viewer.ts';
import type { KpiResult } from '../../src/domain/kpi-result.ts';
import { parsePeriod } from '../../src/domain/period.ts';
import { sweepConversations } from '../../src/facts/conversations/sweep.ts';
import { markAllChats } from '../../src/facts/conversations/verify.ts';
import { slaTerms } from '../../src/facts/policies.ts';
import { sweepSla } from '../../src/facts/sweep.ts';
import { markAllTickets } from '../../src/facts/verify.ts';
import { type AskOutcome, askKpi } from '../../src/kpis/ask.ts';
import type { DimensionId } from '../../src/kpis/dimensions.ts';
import { kpiOf, kpis } from '../../src/kpis/index.ts';
import type { Kpi } from '../../src/kpis/kpi.ts';
import type { KpiQuestion } from '../../src/kpis/question.ts';
import { rebuild } from '../../src/rollups/engine.ts';
import { rollups } from '../../src/rollups/index.ts';
import { defaultPolicies } from '../../src/sla/policy.ts';

export interface Asker {
  db: Db;
  tenantId: number;
  timezone: string;
  weekStart?: number;
  now: string;
}

/** A question as a person would put it. */
export interface Asked {
  period?: string;
  by?: DimensionId;
  filters?: readonly (readonly [DimensionId, string])[];
  versus?: string;
  grain?: KpiQuestion['grain'];
  viewer?: string;
  now?: string;
  scenario?: string;
  asOfDate?: string;
  records?: boolean;
  /** What the configuration names. */
  scenarios?: Readonly<Record<string, unknown>>;
}

/** `kpi` is one of the catalogue by its id, or one made for a test. */
export function askOutcome(asker: Asker, kpi: string | Kpi, asked: Asked = {}): Promise<AskOutcome> {
  const period = (phrase: string) => {
    const parsed = parsePeriod(phrase);
    if (!parsed) throw new Error(`${phrase} is not a period`);
    return parsed;
  };
  const { tenantId, timezone, weekStart = 1 } = asker;
  const question: KpiQuestion = {
    period: asked.period ? period(asked.period) : null,
    by: asked.by ?? null,
    filters: (asked.filters ?? []).map(([dimension, value]) => ({ dimension, value })),
    versus: asked.versus === 'year' ? { kind: 'year-before' } : asked.versus ? period(asked.versus) : null,
    grain: asked.grain ?? null,
    ...(asked.scenario !== undefined && { scenario: asked.scenario }),
    ...(asked.records !== undefined && { records: asked.records }),
    ...(asked.asOfDate !== undefined && { asOfDate: asked.asOfDate }),
  };
  const tenant = { tenantId, slug: 't', name: 'T', timezone, weekStart, locale: 'en', currency: 'USD' };
  const now = Temporal.Instant.from(asked.now ?? asker.now);
  return askKpi(
    { db: asker.db, tenant, viewer: asked.viewer ?? everything, now, scenarios: asked.scenarios },
    typeof kpi === 'string' ? kpiOf(kpi)! : kpi,
    question,
  );
}

export async function ask(asker: Asker, kpi: string | Kpi, asked: Asked = {}): Promise<KpiResult> {
  const outcome = await askOutcome(asker, kpi, asked);
  if (outcome.kind !== 'answered') throw new Error(`not answered: ${JSON.stringify(outcome)}`);
  return outcome.result;
}

/** What has records of the tenant, with the columns by which they are found. */
async function analyse({ db, tenantId }: Asker): Promise<void> {
  const tables = {
    'crm.tickets': '(tenant_id, source, id, created_at)',
    'crm.surveys': '(tenant_id, source, id)',
    'crm.messages': '(tenant_id, source, id, contact_id, conversation_id, sent_at)',
    'crm.conversations': '(tenant_id, source, id)',
    'crm.leads': '',
    'crm.opportunities': '',
    'crm.contacts': '(tenant_id, source, id, created_at)',
    'crm.campaigns': '(tenant_id, source, id)',
    'crm.campaign_reports': '(tenant_id, source, campaign_id, at)',
  };
  for (const [table, columns] of Object.entries(tables)) {
    const some = await db.query(sql`select from ${raw(table)} where tenant_id = ${tenantId} limit 1`);
    if (some.length > 0) await db.run(sql`analyze ${raw(table)} ${raw(columns)}`);
  }
}

/** Aggregates of which the tenant has records, or rows: the others stay as empty as they are. */
async function filledRollups({ db, tenantId }: Asker): Promise<ReadonlySet<string>> {
  const rows = await db.query<{ id: string }>(
    join(
      rollups.map(
        ({ id, table, entityTable }) => sql`
          select ${id}::text as id
          where exists (select from ${raw(entityTable)} where tenant_id = ${tenantId})
            or exists (select from ${raw(table)} where tenant_id = ${tenantId})`,
      ),
      ' union all ',
    ),
  );
  return new Set(rows.map(({ id }) => id));
}

/** Makes every aggregate of the tenant and says how far its sources reach. */
export async function settle(
  asker: Asker,
  watermarks: Readonly<Record<string, string>>,
  sweptAt = asker.now,
): Promise<void> {
  const { db, tenantId, timezone } = asker;
  const now = Temporal.Instant.from(asker.now);
  // Records that come by the writer are analysed; those of a test came past it.
  await analyse(asker);
  await markAllTickets(db, tenantId);
  await sweepSla(db, { tenantId, timezone }, slaTerms(defaultPolicies), { now: Temporal.Instant.from(sweptAt) });
  await markAllChats(db, tenantId);
  await sweepConversations(db, { tenantId, timezone });
  const filled = await filledRollups(asker);
  for (const rollup of rollups) if (filled.has(rollup.id)) await rebuild(db, rollup, { tenantId, timezone }, now);
  const streams = [...new Set([...rollups.map(({ stream }) => stream), ...kpis.flatMap((kpi) => kpi.streams)])];
  for (const [source, asOf] of Object.entries(watermarks)) {
    await db.run(sql`
      insert into ops.streams (tenant_id, source, stream, as_of, loaded_at)
      select ${tenantId}::bigint, ${source}, stream, ${asOf}::timestamptz, ${asOf}::timestamptz
      from unnest(${streams}::text[]) as stream
      on conflict (tenant_id, source, stream) do update set as_of = excluded.as_of`);
  }
}
