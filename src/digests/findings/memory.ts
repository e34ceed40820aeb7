import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { addDays } from '../../domain/period.ts';
import type { Finding } from './finding.ts';

/** A finding that was away for so long is news when it comes back. */
const absenceDays = 7;
const categories = [1, 2, 3] as const;

/** Whose news it is, and of which day. */
export interface Reading {
  tenantId: number;
  reader: string;
  /** Local date of the digest. */
  slot: string;
}

/**
 * Those that have not been told to this reader on an earlier day, or not as badly, or not for a week. What the same day's
 * digest said before does not count: it may be made again.
 */
export async function newsAmong(
  db: Queryable,
  { tenantId, reader, slot }: Reading,
  findings: readonly Finding[],
): Promise<Finding[]> {
  if (findings.length === 0) return [];
  const rows = await db.query<{ finding: string }>(sql`
    select finding from ops.findings
    where tenant_id = ${tenantId} and reader = ${reader} and finding = any (${findings.flatMap(namesOf)}::text[])
      and first_slot < ${slot} and last_slot >= ${addDays(slot, -absenceDays)}`);
  const told = new Set(rows.map(({ finding }) => finding));
  return findings.filter(
    ({ key, category }) => !categories.some((other) => other >= category && told.has(nameOf(key, other))),
  );
}

/** Keeps what was told today, and that the rest of what was found goes on. */
export async function rememberFindings(
  db: Queryable,
  { tenantId, reader, slot }: Reading,
  told: readonly Finding[],
  found: readonly Finding[],
): Promise<void> {
  if (found.length === 0) return;
  const names = [...new Set(told.map(({ key, category }) => nameOf(key, category)))].toSorted();
  await db.run(sql`
    insert into ops.findings as f (tenant_id, reader, finding, first_slot, last_slot)
    select ${tenantId}, ${reader}, name, ${slot}, ${slot} from unnest(${names}::text[]) name
    on conflict (tenant_id, reader, finding) do update
    set first_slot = case when f.last_slot < ${addDays(slot, -absenceDays)} then excluded.first_slot else f.first_slot end,
      last_slot = excluded.last_slot`);
  await db.run(sql`
    update ops.findings set last_slot = ${slot}
    where tenant_id = ${tenantId} and reader = ${reader} and last_slot < ${slot}
      and last_slot >= ${addDays(slot, -absenceDays)} and finding = any (${found.flatMap(namesOf)}::text[])`);
}

function nameOf(key: string, category: number): string {
  return `${key}@${category}`;
}

function namesOf({ key }: Finding): string[] {
  return categories.map((category) => nameOf(key, category));
}
