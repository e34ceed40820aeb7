import sql from 'sql-template-tag';
import { writeRecords } from '../../sources/records.ts';
import { now, source } from '../company.ts';
import { timed } from '../spread.ts';
import type { History } from './current.ts';

/** Records per transaction, as pages and stored events come. */
const page = 5_000;

/** Every so many-th changed message was sent at another time than was told before, the others have another status. */
const oneMoves = 5;

interface Changed {
  rows: number;
  /** Until all of them are committed, with their marks. */
  writeMs: number;
}

/**
 * Changes so many messages of the last days through the writer, as webhooks tell them: in parts, by id. Four of five get
 * another status, one another time, up to two minutes later. `round` makes their versions newer than those of the rounds
 * before, and chooses other messages.
 */
export async function changeLate(
  { db, tenant }: History,
  { rows, days, round }: { rows: number; days: number; round: number },
): Promise<Changed> {
  const from = now.subtract({ hours: 24 * days });
  const messages = await db.query<{ id: string; sent_at: Temporal.Instant; status: string }>(sql`
    select id, sent_at, status from crm.messages
    where tenant_id = ${tenant.tenantId} and source = ${source} and sent_at >= ${from.toString()}::timestamptz
    order by hashtextextended(id, ${round}::bigint) limit ${rows}`);
  const version = Number(now.epochNanoseconds / 1000n) + round;
  const records = messages.map(({ id, sent_at, status }, index) => {
    if (index % oneMoves > 0) return { version, values: { id, status: status === 'read' ? 'delivered' : 'read' } };
    const later = sent_at.add({ seconds: 1 + (index % 120) });
    return { version, values: { id, sent_at: (Temporal.Instant.compare(later, now) > 0 ? now : later).toString() } };
  });
  const { ms } = await timed(async () => {
    for (let start = 0; start < records.length; start += page) {
      const batch = { entity: 'message', source, partial: true, version: 'time' } as const;
      const [written] = await db.tx((tx) =>
        writeRecords(tx, { tenant, at: now }, [{ ...batch, records: records.slice(start, start + page) }]),
      );
      const expected = Math.min(page, records.length - start);
      if (written!.updated + written!.unchanged !== expected || written!.updated < expected / 2)
        throw new Error(`${expected} messages were to be changed, but ${JSON.stringify(written)}`);
    }
  });
  return { rows: records.length, writeMs: ms };
}
