import type { Sql } from 'sql-template-tag';
import type { Db, Queryable, Tx } from './db.ts';
import { isSnapshotOf, readAs, type Viewpoint } from './viewer.ts';

/**
 * One snapshot for many questions with the rights of one viewer: all of them see the same moment, and a statement that comes
 * again is answered from what it gave before. `work` gets it as a database that can only be read, for that viewer; its
 * statements run one after the other on one connection. `first` is asked before, of the same moment, with Crema's own
 * rights: who the viewer is and what they may see.
 */
export function inSnapshot<T>(
  db: Db,
  viewpoint: Viewpoint,
  work: (snapshot: Db) => Promise<T>,
  first?: (tx: Queryable) => Promise<void>,
): Promise<T> {
  const read = (reader: Queryable) => {
    const remembered = remembering(reader);
    const tx: Tx = { ...remembered, copyIn: refuse };
    const snapshot: Db = { ...remembered, tx: (inside) => inside(tx), session: refuse, end: refuse };
    isSnapshotOf(snapshot, viewpoint);
    return work(snapshot);
  };
  return readAs(db, viewpoint, read, first);
}

function remembering(reader: Queryable): Queryable {
  const known = new Map<string, Promise<object[]>>();
  let last: Promise<unknown> = Promise.resolve();

  return {
    async query<Row extends object>(statement: Sql): Promise<Row[]> {
      const key = JSON.stringify([statement.text, statement.values]);
      let rows = known.get(key);
      if (!rows) {
        // The next one waits for this one, whatever comes of it.
        rows = last.then(() => reader.query<Row>(statement));
        last = rows.catch(() => undefined);
        known.set(key, rows);
      }
      return [...(await rows)] as Row[];
    },
    run: refuse,
  };
}

function refuse(): never {
  throw new Error('a snapshot can only be read');
}
