import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../db/db.ts';

/** What a sync brought of each record. */
const tables = {
  contacts: { table: 'crm.contacts', columns: ['id', 'name', 'phone', 'email', 'created_at'] },
  messages: {
    table: 'crm.messages',
    columns: [
      ...['id', 'conversation_id', 'contact_id', 'direction', 'sender_kind', 'type', 'status', 'text'],
      ...['content_length', 'sent_at'],
    ],
  },
} as const;

/** Rows made ready before each COPY, so that only COPY is measured. */
const chunkRows = 50_000;

/** Copies what is stored into a bare table of texts, as fast as PostgreSQL takes it. */
export async function copyBare(
  db: Db,
  tenantId: number,
  stream: keyof typeof tables,
): Promise<{ rows: number; rowsPerSecond: number }> {
  const { table, columns } = tables[stream];
  await db.run(sql`create table bare (${raw(columns.map((name) => `${name} text`).join(', '))})`);
  let rows = 0;
  let ms = 0;
  let after = '';
  for (;;) {
    const chunk = await db.query<{ id: string; row: string }>(sql`
      select id, concat_ws(E'\t', ${raw(columns.map((name) => `coalesce(translate(${name}::text, E'\\t\\n\\r\\\\', '    '), '\\N')`).join(', '))}) as row
      from ${raw(table)}
      where tenant_id = ${tenantId} and id > ${after}
      order by id limit ${chunkRows}`);
    if (chunk.length === 0) break;
    const text = chunk.map(({ row }) => `${row}\n`);
    const started = performance.now();
    await db.tx(async (tx) => {
      const copy = tx.copyIn('copy bare from stdin');
      await Promise.all([pipeline(Readable.from(batched(text)), copy.stream), copy.done]);
    });
    ms += performance.now() - started;
    rows += chunk.length;
    after = chunk.at(-1)!.id;
  }
  await db.run(sql`drop table bare`);
  return { rows, rowsPerSecond: Math.round(rows / (ms / 1000)) };
}

/** Pieces of some hundred lines: one by one they would cost more than what is measured. */
function* batched(lines: readonly string[]): Generator<Buffer> {
  for (let from = 0; from < lines.length; from += 500) yield Buffer.from(lines.slice(from, from + 500).join(''));
}
