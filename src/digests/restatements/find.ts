import sql from 'sql-template-tag';
import { type AnswerContext, answer } from '../../answers/answer.ts';
import { parseRequest } from '../../answers/parse.ts';
import { rightsOf } from '../../answers/people.ts';
import { type Receipt, receiptOf } from '../../answers/receipts.ts';
import { type Restated, restatedBy } from '../../answers/restate.ts';
import { covers } from '../../answers/rights.ts';
import { splitWords } from '../../answers/words.ts';
import type { KpiResult } from '../../domain/kpi-result.ts';

/** A digest or report that was sent, and the numbers in it. */
export interface SentEdition {
  editionId: number;
  kind: 'digest' | 'report';
  /** Codes of the receipts in it. */
  receipts: string[];
}

/** A number of a sent edition that has changed by more than its tolerance since it was last told. */
export interface Changed extends Restated {
  editionId: number;
  receipt: string;
  kpi: string;
  /** 1 for the first change of this number. */
  revision: number;
}

/** How long what was sent is looked after, in days: two weeks of mornings, five weeks of reports. */
const lookedAfterDays = { digest: 14, report: 35 } as const;

/** Those that were sent and are still looked after, the latest first. */
export async function sentEditions({
  db,
  tenant,
  now,
}: Pick<AnswerContext, 'db' | 'tenant' | 'now'>): Promise<SentEdition[]> {
  const since = (kind: keyof typeof lookedAfterDays) => now.subtract({ hours: 24 * lookedAfterDays[kind] }).toString();
  return db.query<SentEdition>(sql`
    select e.edition_id as "editionId", e.kind,
      array(
        select distinct code #>> '{}' from jsonb_path_query(e.content, '$.**.receipt') as code
        where jsonb_typeof(code) = 'string') as receipts
    from ops.editions e
    where e.tenant_id = ${tenant.tenantId}
      and ((e.kind = 'digest' and e.made_at > ${since('digest')}::timestamptz)
        or (e.kind = 'report' and e.made_at > ${since('report')}::timestamptz))
      and exists (
        select from ops.deliveries d
        where d.tenant_id = e.tenant_id and d.edition_id = e.edition_id and d.part = 'main' and d.state = 'sent')
    order by e.made_at desc, e.edition_id desc`);
}

export interface FindContext extends Pick<AnswerContext, 'db' | 'tenant' | 'now' | 'settings'> {
  /** In the KPI's own unit, by its id. */
  tolerance: (kpi: string) => number | undefined;
  signal: AbortSignal;
}

/** Answers by viewer and question: the same numbers stand in many editions. */
type Asked = Map<string, Promise<KpiResult | null>>;

/** Asks the questions of an edition again, each with the rights it was made with, and compares. */
export async function changesOf(context: FindContext, edition: SentEdition, asked: Asked): Promise<Changed[]> {
  const { db, tenant } = context;
  const last = new Map(
    (
      await db.query<{ receipt: string; revision: number; now: number | null }>(sql`
        select distinct on (receipt) receipt, revision, is_now as now from ops.restatements
        where tenant_id = ${tenant.tenantId} and edition_id = ${edition.editionId}
        order by receipt, revision desc`)
    ).map((row) => [row.receipt, row]),
  );
  const changes: Changed[] = [];
  for (const code of edition.receipts) {
    context.signal.throwIfAborted();
    const receipt = await receiptOf(db, tenant.tenantId, code);
    const now = receipt && (await nowOf(context, receipt, asked));
    if (!receipt || !now) continue;
    const before = last.get(code);
    // Told to be gone: until it is back there is nothing to compare.
    if (before?.now === null && now.value === null) continue;
    const restated = restatedBy(receipt.result, now, {
      locale: tenant.locale,
      tolerance: context.tolerance(now.kpi),
      ...(before?.now == null ? {} : { last: before.now }),
    });
    if (!restated) continue;
    changes.push({
      ...restated,
      ...{ editionId: edition.editionId, receipt: code, kpi: now.kpi, revision: (before?.revision ?? 0) + 1 },
    });
  }
  return changes;
}

/** Null where it cannot be compared: the question means nothing any more, or the viewer has other rights than then. */
function nowOf(context: FindContext, receipt: Receipt, asked: Asked): Promise<KpiResult | null> {
  const key = JSON.stringify([receipt.viewer, receipt.words, receipt.rights]);
  const known = asked.get(key) ?? askAgain(context, receipt);
  asked.set(key, known);
  return known;
}

async function askAgain({ db, tenant, now, settings }: FindContext, receipt: Receipt): Promise<KpiResult | null> {
  const rights = await rightsOf(db, tenant.tenantId, receipt.viewer);
  if (!rights || !covers(rights, receipt.rights) || !covers(receipt.rights, rights)) return null;
  const request = parseRequest(splitWords(receipt.words));
  const answered = await answer({ db, tenant, now, settings, viewer: receipt.viewer }, request);
  return answered.kind === 'result' || answered.kind === 'no-data' ? answered.result : null;
}
