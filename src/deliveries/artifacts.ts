import { createHash } from 'node:crypto';
import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { CremaError } from '../lib/errors.ts';
import type { Letter, LetterFile } from './delivery.ts';

/** A file before it is kept. */
export interface RawFile {
  name: string;
  mediaType: string;
  bytes: Buffer;
}

/** A letter whose files are still bytes. */
export interface RawLetter {
  body: Letter['body'];
  files: readonly RawFile[];
}

/** Keeps the files of a letter, each once whoever else got it too. */
export async function keepFiles(
  tx: Queryable,
  tenantId: number,
  { body, files }: RawLetter,
  now: Temporal.Instant,
): Promise<Letter> {
  const kept: LetterFile[] = [];
  for (const { name, mediaType, bytes } of files) {
    const hash = createHash('sha256').update(bytes).digest('hex');
    await tx.run(sql`
      insert into ops.artifacts (tenant_id, hash, media_type, bytes, created_at)
      values (${tenantId}, ${hash}, ${mediaType}, ${bytes}, ${now.toString()})
      on conflict (tenant_id, hash) do nothing`);
    kept.push({ name, mediaType, hash });
  }
  return { body, files: kept };
}

/** The bytes that were kept under a hash. Rejects with a CremaError `ARTIFACT_GONE` when they are not kept any more. */
export async function bytesOf(db: Queryable, tenantId: number, hash: string): Promise<Buffer> {
  const [row] = await db.query<{ bytes: Buffer }>(sql`
    select bytes from ops.artifacts where tenant_id = ${tenantId} and hash = ${hash}`);
  if (row) return row.bytes;
  throw new CremaError('ARTIFACT_GONE', `the file ${hash.slice(0, 12)} is not kept any more`);
}
