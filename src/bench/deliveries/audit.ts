import sql from 'sql-template-tag';
import type { Db } from '../../db/db.ts';

/** What is outside in the end: how often each thing arrived, by its key or its mail's Message-ID, or by its file's id. */
export interface Outside {
  messages: ReadonlyMap<string, number>;
  files: ReadonlyMap<string, number>;
}

export interface Audit {
  deliveries: number;
  byState: Record<string, number>;
  /** Sent by the ledger and not there, or never ended at all. */
  lost: number;
  /** There more than once. */
  doubled: number;
  /** Of unknown outcome for good: there, and not there. */
  unknownThere: number;
  unknownAbsent: number;
  /** Failed or left out by the ledger, and there all the same. */
  unowned: number;
  examples: string[];
}

interface Row {
  dedupeKey: string;
  state: string;
  reason: string | null;
  type: string | null;
  file: string | null;
  whenUnknown: string;
  messageId: string | null;
}

/** Compares every row of the ledger with what is outside. */
export async function auditDeliveries(db: Db, tenantId: number, outside: Outside): Promise<Audit> {
  const rows = await db.query<Row>(sql`
    select dedupe_key as "dedupeKey", state, reason, letter -> 'body' ->> 'type' as type, proof ->> 'file' as file,
      when_unknown as "whenUnknown", letter -> 'body' ->> 'messageId' as "messageId"
    from ops.deliveries where tenant_id = ${tenantId} order by delivery_id`);
  const audit: Audit = {
    deliveries: rows.length,
    byState: {},
    ...{ lost: 0, doubled: 0, unknownThere: 0, unknownAbsent: 0, unowned: 0, examples: [] },
  };
  const wrong = (row: Row, what: string, there: number) =>
    void audit.examples.push(`${row.dedupeKey}: ${what} (${row.state}, ${there} there; ${row.reason ?? 'no reason'})`);
  for (const row of rows) {
    audit.byState[row.state] = (audit.byState[row.state] ?? 0) + 1;
    const there =
      (row.type === 'file'
        ? outside.files.get(row.file ?? '')
        : outside.messages.get(row.messageId ?? row.dedupeKey)) ?? 0;
    if (there > 1 && row.whenUnknown === 'leave') {
      audit.doubled++;
      wrong(row, 'doubled', there);
    }
    if (row.state === 'unknown') audit[there > 0 ? 'unknownThere' : 'unknownAbsent']++;
    else if (row.state === 'pending' || row.state === 'sending' || (row.state === 'sent' && there === 0)) {
      audit.lost++;
      wrong(row, 'lost', there);
    } else if (row.state !== 'sent' && there > 0) {
      audit.unowned++;
      wrong(row, 'there although it was not sent', there);
    }
  }
  return audit;
}
