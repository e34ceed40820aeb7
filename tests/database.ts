import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, inject } from 'vitest';
import { createDb, type Db } from '../src/db/db.ts';
import { silentLog } from '../src/lib/log.ts';

export interface TestDatabase {
  url: string;
  db: Db;
}

/** A clone of the migrated template, dropped when it is closed. */
export async function cloneDatabase(): Promise<TestDatabase & { drop(): Promise<void> }> {
  const serverUrl = inject('serverUrl');
  const name = `crema_${randomBytes(6).toString('hex')}`;
  // Its files are copied as they are, past the log: that is half the work.
  await onServer(serverUrl, `create database ${name} template ${inject('template')} strategy file_copy`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const db = createDb({ url: url.toString(), applicationName: 'crema test', log: silentLog, maxConnections: 8 });
  return {
    url: url.toString(),
    db,
    async drop() {
      await db.end();
      await onServer(serverUrl, `drop database ${name} with (force)`);
    },
  };
}

/** Gives the test file a database of its own: call once at the top of a file or describe block. */
export function useDatabase(): TestDatabase {
  const holder: { current?: Awaited<ReturnType<typeof cloneDatabase>> } = {};
  beforeAll(async () => {
    holder.current = await cloneDatabase();
  });
  afterAll(() => holder.current?.drop());
  const current = () => {
    if (!holder.current) throw new Error('the test database exists from beforeAll on');
    return holder.current;
  };
  return {
    get url() {
      return current().url;
    },
    get db() {
      return current().db;
    },
  };
}

/** Another server process may be cloning the template at this moment; Postgres then refuses at once. */
async function onServer(url: string, statement: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(statement);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === '55006') || attempt === 50) throw error;
    } finally {
      await client.end();
    }
    await sleep(100);
  }
}

export async function makeTenant(
  db: Db,
  slug = 'default',
  options: { timezone?: string; weekStart?: number } = {},
): Promise<number> {
  const [row] = await db.query<{ tenant_id: number }>(sql`
    insert into ops.tenants (slug, name, timezone, week_start)
    values (${slug}, ${slug}, ${options.timezone ?? 'UTC'}, ${options.weekStart ?? 1}) returning tenant_id`);
  return row!.tenant_id;
}

export interface TicketValues {
  id: string;
  created_at: string;
  updated_at?: string | null;
  priority?: string | null;
  status?: string | null;
  resolved_at?: string | null;
  closed_at?: string | null;
  first_response_at?: string | null;
  sla_met?: boolean | null;
  operator_id?: string | null;
  team_id?: string | null;
  account_id?: string | null;
  channel?: string | null;
  source?: string;
  version?: number;
  deleted_at?: string | null;
}

export interface SurveyValues {
  id: string;
  kind: string;
  score: number;
  answered_at: string;
  account_id?: string | null;
  operator_id?: string | null;
  team_id?: string | null;
  source?: string;
  version?: number;
  deleted_at?: string | null;
}

/** Writes ticket rows as they are, past the writer: no marks, no change rows. */
export function insertTickets(db: Db, tenantId: number, tickets: readonly TicketValues[]): Promise<void> {
  return insertRows(db, 'crm.tickets', tenantId, tickets);
}

/** Writes survey answers as they are, past the writer. */
export function insertSurveys(db: Db, tenantId: number, surveys: readonly SurveyValues[]): Promise<void> {
  return insertRows(db, 'crm.surveys', tenantId, surveys);
}

/** In one statement, however many they are; what a row leaves out is null. */
async function insertRows(
  db: Db,
  table: string,
  tenantId: number,
  rows: readonly { source?: string; version?: number }[],
): Promise<void> {
  const whole = rows.map((row) => ({ source: 'import', version: 1, ...row, tenant_id: tenantId }));
  const names = raw([...new Set(whole.flatMap((row) => Object.keys(row)))].join(', '));
  if (rows.length === 0) return;
  await db.run(sql`
    insert into ${raw(table)} (${names})
    select ${names} from jsonb_populate_recordset(null::${raw(table)}, ${JSON.stringify(whole)}::jsonb)`);
}
