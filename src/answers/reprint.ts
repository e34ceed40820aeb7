import { readAs } from '../db/viewer.ts';
import type { KpiResult } from '../domain/kpi-result.ts';
import { mayAsk } from '../kpis/audience.ts';
import type { Kpi } from '../kpis/kpi.ts';
import type { Answer, AnswerContext } from './answer.ts';
import { type KpiRequest, parseRequest } from './parse.ts';
import { rightsOf } from './people.ts';
import { type Receipt, readCode, receiptOf } from './receipts.ts';
import { covers } from './rights.ts';
import { casesOf, partValues, shownValue } from './wording.ts';
import { splitWords } from './words.ts';

/** An answer as it was given, and what would be answered to the same question now. */
export interface Reprint {
  kind: 'receipt';
  code: string;
  answeredAt: Temporal.Instant;
  /** The question with its dates written out. */
  request: KpiRequest;
  result: KpiResult;
  since: Since;
}

/** What became of the numbers of a receipt. */
export type Since =
  | { kind: 'unchanged' }
  /** Numbers as they are shown, those of the headline first. */
  | { kind: 'changed'; changes: Changed[]; redefined: boolean }
  /** Whoever it was made for may not ask it any more, or what it asks about is gone. */
  | { kind: 'not asked' };

export interface Changed {
  /** Empty for the number itself. */
  name: string;
  now: string;
  was: string;
}

/** Parts that are told one by one. */
const mostParts = 3;

/**
 * Reprints a receipt and asks its question again, with the rights it was made with. Unknown, no longer kept and not
 * theirs are one outcome: somebody who guesses codes learns nothing. `again` answers without keeping a receipt.
 */
export async function reprint(
  context: AnswerContext,
  typed: string,
  again: (viewer: string, request: KpiRequest) => Promise<Answer>,
): Promise<Reprint | { kind: 'no-receipt'; code: string }> {
  const { db, tenant } = context;
  const code = readCode(typed);
  const receipt = code === null ? null : await receiptOf(db, tenant.tenantId, code);
  const request = receipt && parseRequest(splitWords(receipt.words));
  if (!receipt || request?.kind !== 'kpi' || !(await mayRead(context, receipt, request.kpi)))
    return { kind: 'no-receipt', code: typed };
  const { result, answeredAt } = receipt;
  return {
    ...{ kind: 'receipt', code: receipt.code, answeredAt, request, result },
    since: sinceOf(result, await again(receipt.viewer, request), tenant.locale),
  };
}

/** Whoever may ask the KPI and sees all that it was made with. */
async function mayRead({ db, tenant, viewer }: AnswerContext, { rights }: Receipt, kpi: Kpi): Promise<boolean> {
  const { tenantId } = tenant;
  const own = await rightsOf(db, tenantId, viewer);
  return own !== null && covers(own, rights) && readAs(db, { tenantId, viewer }, (reader) => mayAsk(reader, kpi));
}

function sinceOf(was: KpiResult, answered: Answer, locale: string): Since {
  if (answered.kind !== 'result' && answered.kind !== 'no-data') return { kind: 'not asked' };
  const now = answered.result;
  const parts = new Map(partValues(now, locale));
  const changes: Changed[] = [
    { name: '', now: numberOf(now, locale), was: numberOf(was, locale) },
    ...partValues(was, locale)
      .map(([name, value]) => ({ name, now: parts.get(name) ?? '–', was: value }))
      .filter((part) => part.now !== part.was)
      .slice(0, mostParts),
    ...rowChanges(was, now),
  ].filter((change) => change.now !== change.was);
  const redefined = was.version !== now.version;
  return changes.length === 0 && !redefined ? { kind: 'unchanged' } : { kind: 'changed', changes, redefined };
}

/** The value with what it is made of: a ratio may look the same and rest on other cases. */
function numberOf(result: KpiResult, locale: string): string {
  const cases = casesOf(result, locale);
  return cases === '' ? shownValue(result, locale) : `${shownValue(result, locale)}, ${cases}`;
}

/** How many rows of a breakdown are what they were. */
function rowChanges(was: KpiResult, now: KpiResult): Changed[] {
  const rows = was.breakdown?.rows ?? [];
  if (rows.length === 0) return [];
  const found = new Map(now.breakdown?.rows.map(({ key, value }) => [key, value]));
  const same = rows.filter(({ key, value }) => found.get(key) === value).length;
  return same === rows.length ? [] : [{ name: 'Rows as they were', now: String(same), was: String(rows.length) }];
}
