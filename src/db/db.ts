import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import type { Sql } from 'sql-template-tag';
import { CremaError, messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';

/** One connection inside a transaction, or any connection of the pool: the only way statements are run. */
export interface Queryable {
  query<Row extends object>(statement: Sql): Promise<Row[]>;
  /** Runs a statement and says how many rows it touched. */
  run(statement: Sql): Promise<number>;
}

export interface Tx extends Queryable {
  /** Streams text-format COPY data into a table; the statement is a code constant, `copy x (a, b) from stdin`. */
  copyIn(statement: string): CopyIn;
}

export interface CopyIn {
  stream: Writable;
  /** Resolves once the server has taken every row. */
  done: Promise<void>;
}

export interface Db extends Queryable {
  /** Runs `work` in one transaction (READ COMMITTED unless said); any throw rolls back. */
  tx<T>(work: (tx: Tx) => Promise<T>, options?: { mode?: 'read committed' | 'repeatable read read only' }): Promise<T>;
  /** A connection of its own for session-level locks; the caller releases it. */
  session(): Promise<Tx & { release(): void }>;
  end(): Promise<void>;
}

export interface DbOptions {
  url: string;
  /** Shown in pg_stat_activity; starts with `crema`, by which a shared embedded server counts its users. */
  applicationName: string;
  log: Log;
  maxConnections?: number;
  /** Longest statement, in milliseconds; 0 for none (imports, rebuilds). */
  statementTimeoutMs?: number;
}

/** Parsers of this pool only: a process-wide parser would change the types other libraries were written for. */
const parsers = new Map<number, (text: string) => unknown>([
  [20, safeInteger],
  [1082, (text) => text],
  [1114, (text) => text],
  [1184, (text) => Temporal.Instant.from(text)],
  [1700, (text) => text],
]);

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a JavaScript number`);
  return value;
}

export function createDb(options: DbOptions): Db {
  const { log } = options;
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 10_000,
    options: '-c TimeZone=UTC -c DateStyle=ISO',
    statement_timeout: options.statementTimeoutMs ?? 0,
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        parsers.get(oid) ?? pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  });
  // An idle client that loses its server emits 'error' on the pool, a checked-out one on itself; unhandled, either ends
  // the process.
  pool.on('error', (error) => log.warn({ error: error.message }, 'idle database connection lost'));
  pool.on('connect', (client) =>
    client.on('error', (error) => log.warn({ error: error.message }, 'database connection lost')),
  );

  const connect = () => pool.connect().catch((error: unknown) => Promise.reject(unreachable(error, options.url)));

  return {
    query: (statement) => guarded(async () => (await pool.query(statement)).rows, options.url),
    run: (statement) => guarded(async () => (await pool.query(statement)).rowCount ?? 0, options.url),
    async tx(work, { mode = 'read committed' } = {}) {
      const client = await connect();
      let broken: Error | undefined;
      try {
        await client.query(`begin isolation level ${mode}`);
        const result = await work(onClient(client, options.url));
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((lost: Error) => {
          broken = lost;
        });
        throw isConnectionLoss(error) || broken ? wentAway(error) : error;
      } finally {
        client.release(broken);
      }
    },
    async session() {
      const client = await connect();
      return { ...onClient(client, options.url), release: () => client.release(true) };
    },
    end: () => pool.end(),
  };
}

function onClient(client: pg.PoolClient, url: string): Tx {
  return {
    query: (statement) => guarded(async () => (await client.query(statement)).rows, url),
    run: (statement) => guarded(async () => (await client.query(statement)).rowCount ?? 0, url),
    copyIn(statement) {
      const stream = client.query(copyStreams.from(statement));
      const done = new Promise<void>((resolve, reject) => {
        const lost = () => reject(wentAway(new Error('connection ended')));
        // The client outlives the COPY: a listener left behind would be one more with every COPY it runs.
        stream.once('close', () => client.off('end', lost));
        stream.once('finish', resolve);
        stream.once('error', (error) => reject(isConnectionLoss(error) ? wentAway(error) : error));
        client.once('end', lost);
      });
      return { stream, done };
    },
  };
}

async function guarded<T>(work: () => Promise<T>, url: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isUnreachable(error)) throw unreachable(error, url);
    throw isConnectionLoss(error) ? wentAway(error) : error;
  }
}

const lossCodes = new Set(['57P01', '57P02', '57P03', '08000', '08003', '08006', 'ECONNRESET', 'EPIPE']);

/** Whether the server or the way to it disappeared under a running statement. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return lossCodes.has(code) || /Connection terminated|connection ended|not queryable/i.test(error.message);
}

/** Whether the server refused a statement for the values in it: doing the same again would not help. */
export function isDataError(error: unknown): boolean {
  return ['22', '23'].includes(sqlClassOf(error));
}

/** Whether a statement failed for reasons of the server or of others at work: doing the same again may well help. */
export function isServerTrouble(error: unknown): boolean {
  if (error instanceof CremaError) return error.code.startsWith('DB_');
  if (isConnectionLoss(error) || isUnreachable(error)) return true;
  return ['08', '25', '40', '53', '55', '57', '58'].includes(sqlClassOf(error));
}

/** First two letters of a SQLSTATE, which say what kind of trouble it is; empty for anything else. */
function sqlClassOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^[0-9A-Z]{5}$/.test(code) ? code.slice(0, 2) : '';
}

function isUnreachable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT', 'EAI_AGAIN'].includes(code);
}

function wentAway(error: unknown): CremaError {
  if (error instanceof CremaError) return error;
  return new CremaError('DB_LOST', `the database went away: ${messageOf(error)}`, {
    remedy: 'Nothing of this step was kept. Check the PostgreSQL server, then run the command again.',
    cause: error,
  });
}

/** A URL without its password, for messages. */
export function publicUrl(url: string): string {
  try {
    const parsed = new URL(url);
    if (parsed.password) parsed.password = '***';
    return parsed.toString();
  } catch {
    return 'DATABASE_URL';
  }
}

function unreachable(error: unknown, url: string): CremaError {
  if (error instanceof CremaError) return error;
  return new CremaError('DB_UNREACHABLE', `cannot connect to PostgreSQL at ${publicUrl(url)}: ${messageOf(error)}`, {
    remedy:
      'Check DATABASE_URL and that the server runs and accepts this user; unset it to use the embedded PostgreSQL.',
    cause: error,
  });
}

/**
 * Sends rows into a COPY, waiting whenever the server is slower than we are. When `rows` fails, so does the COPY, and
 * the error is that of `rows`, not the server's word for a COPY that was given up.
 */
export async function copyRows(copy: CopyIn, rows: AsyncIterable<string>): Promise<void> {
  let failure: { error: unknown } | undefined;
  async function* watched() {
    try {
      yield* rows;
    } catch (error) {
      failure = { error };
      throw error;
    }
  }
  try {
    await Promise.all([pipeline(Readable.from(watched(), { highWaterMark: 4 }), copy.stream), copy.done]);
  } catch (error) {
    throw failure ? failure.error : error;
  }
}
