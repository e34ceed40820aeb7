import { randomInt } from 'node:crypto';
import sql, { join } from 'sql-template-tag';
import type { Db } from '../db/db.ts';
import type { KpiResult } from '../domain/kpi-result.ts';
import { CremaError } from '../lib/errors.ts';
import { rightsOf } from './people.ts';
import type { Rights } from './rights.ts';

/** An answer as it was given. */
export interface Receipt {
  code: string;
  /** With whose rights it was made, as for `Viewpoint`. */
  viewer: string;
  /** What they could see at that moment. */
  rights: Rights;
  /** The question with its dates written out: asked again, it is about the same days. */
  words: string;
  result: KpiResult;
  /** Of the business clock. */
  answeredAt: Temporal.Instant;
}

/** Letters and digits that nobody takes for another one: no i, l, o, 0, 1. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
const codeLength = 6;
/** Of nearly a billion codes: more than one try is an accident, more than a few is a defect. */
const tries = 5;

/** A code as somebody typed it, in the form in which it is kept; null for what cannot be one. */
export function readCode(typed: string): string | null {
  const code = typed.trim().toLowerCase();
  return code.length === codeLength && [...code].every((letter) => letters.includes(letter)) ? code : null;
}

/** An answer that is to be kept; `words` are those of `datedWords`. */
export interface GivenAnswer {
  words: string;
  result: KpiResult;
}

/** Who was answered, and when; `rights` are what the viewer may see, which is looked up where it is not given. */
interface Answered {
  viewer: string;
  now: Temporal.Instant;
  rights?: Rights;
}

/**
 * Keeps an answer under a short random code and returns the code. Rejects when the viewer is nobody or the database
 * refuses.
 */
export async function keepReceipt(db: Db, tenantId: number, given: GivenAnswer & Answered): Promise<string> {
  const [code] = await keepReceipts(db, tenantId, given, [given]);
  return code!;
}

/** The same for several answers at once. Codes are in the order of the answers. */
export async function keepReceipts(
  db: Db,
  tenantId: number,
  { viewer, now, ...given }: Answered,
  answers: readonly GivenAnswer[],
): Promise<string[]> {
  const rights = given.rights ?? (await rightsOf(db, tenantId, viewer));
  if (!rights) throw new CremaError('RECEIPT_VIEWER', 'a receipt is made with the rights of somebody who has some');
  if (answers.length === 0) return [];
  for (let attempt = 1; attempt <= tries; attempt++) {
    const codes = answers.map(newCode);
    const rows = answers.map(
      ({ words, result }, index) => sql`(
        ${tenantId}, ${codes[index]!}, ${viewer}, ${JSON.stringify(rights)}::jsonb, ${words},
        ${JSON.stringify(keptOf(result, codes[index]!))}::jsonb, ${now.toString()}::timestamptz)`,
    );
    const kept = await db.run(sql`
      insert into ops.receipts (tenant_id, code, viewer, rights, words, result, answered_at)
      values ${join(rows)}
      on conflict (tenant_id, code) do nothing`);
    // Where a code was taken, those beside it stay behind under codes that nobody is told.
    if (kept === answers.length) return codes;
  }
  throw new CremaError('RECEIPT_CODE', `no free code for a receipt in ${tries} tries`);
}

function newCode(): string {
  return Array.from({ length: codeLength }, () => letters[randomInt(letters.length)]).join('');
}

/** Numbers are kept, not the single records behind them nor what needed a person then: those name people. */
function keptOf(result: KpiResult, code: string): KpiResult {
  return { ...result, records: null, attention: null, receipt: code };
}

/** What is kept under a code; null when nothing is. Whether somebody may read it is for the caller to decide. */
export async function receiptOf(db: Db, tenantId: number, code: string): Promise<Receipt | null> {
  const [row] = await db.query<Omit<Receipt, 'code'>>(sql`
    select viewer, rights, words, result, answered_at as "answeredAt" from ops.receipts
    where tenant_id = ${tenantId} and code = ${code}`);
  return row ? { ...row, code } : null;
}
