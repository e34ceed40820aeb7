import type { Sql } from 'sql-template-tag';
import sql from 'sql-template-tag';
import type { Db, Queryable, Tx } from '../db/db.ts';

/** Called around each statement; has to run it, once. `on` is the connection or transaction it runs on. */
type Around = <T>(statement: Sql, run: () => Promise<T>, on: Queryable) => Promise<T>;

/** The same database with something done around every statement. */
function watched(db: Db, around: Around): Db {
  const wrap = <Q extends Queryable>(on: Q): Q => ({
    ...on,
    query: <Row extends object>(statement: Sql) => around(statement, () => on.query<Row>(statement), on),
    run: (statement: Sql) => around(statement, () => on.run(statement), on),
  });
  return {
    ...wrap(db),
    tx: (work, options) => db.tx((tx: Tx) => work(wrap(tx)), options),
  };
}

/** Tells after each statement how long it took, the way to the server included, in milliseconds. */
export function timedStatements(db: Db, tell: (statement: Sql, ms: number) => void): Db {
  return watched(db, async (statement, run) => {
    const started = performance.now();
    const result = await run();
    tell(statement, performance.now() - started);
    return result;
  });
}

/** What a statement that reads really did. */
export interface Explained {
  /** Tables in the order of the plan, each once. */
  tables: string[];
  indexes: string[];
  /** Tables of more than a few rows that were read from end to end. */
  scanned: string[];
  /** Blocks of 8 kB touched, in memory or not: what a time rests on, without the noise of a machine. */
  blocks: number;
  planningMs: number;
  executionMs: number;
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Loops': number;
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: PlanNode[];
}

/** Tells how every select is executed, by running it a second time with EXPLAIN, in its place in its transaction. */
export function explainedStatements(db: Db, tell: (explained: Explained) => void): Db {
  return watched(db, async (statement, run, on) => {
    const isRead = /^\s*(select|with)\b/i.test(statement.sql) && !/\b(insert|update|delete)\b/i.test(statement.sql);
    if (isRead) tell(await explain(on, statement));
    return run();
  });
}

/** A table of fewer rows is best read as a whole. */
const fewRows = 1_000;

function rowsRead(node: PlanNode): number {
  return (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
}

async function explain(on: Queryable, statement: Sql): Promise<Explained> {
  const [row] = await on.query<{
    'QUERY PLAN': [{ Plan: PlanNode; 'Planning Time': number; 'Execution Time': number }];
  }>(sql`explain (analyze, buffers, format json) ${statement}`);
  const [{ Plan: root, ...times }] = row!['QUERY PLAN'];
  const nodes: PlanNode[] = [];
  const collect = (node: PlanNode): void => {
    if (node['Actual Loops'] > 0) nodes.push(node);
    for (const child of node.Plans ?? []) collect(child);
  };
  collect(root);
  const namesOf = (name: 'Relation Name' | 'Index Name', some = nodes) => [
    ...new Set(some.flatMap((node) => node[name] ?? [])),
  ];
  return {
    tables: namesOf('Relation Name'),
    indexes: namesOf('Index Name'),
    scanned: namesOf(
      'Relation Name',
      nodes.filter((node) => node['Node Type'] === 'Seq Scan' && rowsRead(node) > fewRows),
    ),
    blocks: root['Shared Hit Blocks'] + root['Shared Read Blocks'],
    planningMs: times['Planning Time'],
    executionMs: times['Execution Time'],
  };
}
