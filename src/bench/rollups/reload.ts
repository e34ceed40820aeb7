import sql from 'sql-template-tag';
import { timed } from '../spread.ts';
import type { History } from './current.ts';
import { withoutIndexes } from './indexes.ts';

const copy = 'crm.bench_reload';

/**
 * What a nightly job takes that truncates the messages and inserts them all again, in milliseconds. Measured at its
 * fastest: the rows come from a table beside it and through no CRM's API, and the indexes are made when all are there.
 */
export async function reloadAll({ db }: History): Promise<{ rows: number; ms: number }> {
  await db.run(sql`create table crm.bench_reload (like crm.messages including all)`);
  try {
    const { value, ms } = await timed(() =>
      withoutIndexes(db, copy, () => db.run(sql`insert into crm.bench_reload select * from crm.messages`)),
    );
    return { rows: value, ms };
  } finally {
    await db.run(sql`drop table crm.bench_reload`);
  }
}
