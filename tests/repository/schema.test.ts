import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { entities } from '../../src/domain/entities.ts';
import { rollups } from '../../src/rollups/index.ts';
import { useDatabase } from '../database.ts';

/*
 * Rules of the live schema. tenant_id leads every key, so that the schema can be distributed by tenant unchanged; no
 * triggers or rules, whose work nobody sees in the code; business time is passed in, so that a clock can be moved.
 */
const database = useDatabase();
const root = path.join(import.meta.dirname, '..', '..');
const schemas = ['crm', 'mart', 'ops'];

/** Tables whose keys have no tenant first, and why. */
const exceptions = new Map([
  ['ops.tenants', 'the small reference table of the tenants themselves: its slug is unique over all of them'],
  ['ops.migrations', "the migration runner's own list, one for the whole database"],
]);

const tables = () =>
  database.db.query<{ name: string }>(sql`
    select n.nspname || '.' || c.relname as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any (${schemas}::text[]) and c.relkind in ('r', 'p') order by 1`);

interface Column {
  column: string;
  type: string;
  nullable: boolean;
}

const columnsOf = (table: string) =>
  database.db.query<Column>(sql`
    select attname as column, format_type(atttypid, atttypmod) as type, not attnotnull as nullable
    from pg_attribute where attrelid = ${table}::regclass and attnum > 0 and not attisdropped order by attnum`);

/** Source files that ask the server for its time: the doctor compares it with the machine's. */
const asksTheTime = ['app/commands/doctor.ts'];

describe('keys', () => {
  test('tenant_id bigint is the first column of every table', async () => {
    for (const { name } of await tables()) {
      if (name === 'ops.migrations') continue;
      expect([name, (await columnsOf(name))[0]]).toEqual([
        name,
        { column: 'tenant_id', type: 'bigint', nullable: false },
      ]);
    }
  });

  test('every table has a primary key', async () => {
    const keyed = await database.db.query<{ name: string }>(sql`
      select conrelid::regclass::text as name from pg_constraint where contype = 'p'`);
    const names = new Set(keyed.map(({ name }) => name));
    expect((await tables()).map(({ name }) => name).filter((name) => !names.has(name))).toEqual([]);
  });

  test('tenant_id leads every index, unique or not, with the exceptions that are named here', async () => {
    const indexes = await database.db.query<{ table: string; index: string; first: string }>(sql`
      select i.indrelid::regclass::text as table, i.indexrelid::regclass::text as index,
        pg_get_indexdef(i.indexrelid, 1, false) as first
      from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any (${schemas}::text[])`);
    expect(indexes.length).toBeGreaterThan(10);
    const wrong = indexes.filter(({ table, first }) => first !== 'tenant_id' && !exceptions.has(table));
    expect(wrong).toEqual([]);
  });

  test('tenant_id is part of every foreign key and exclusion', async () => {
    const wrong = await database.db.query(sql`
      select conrelid::regclass::text as table, conname
      from pg_constraint c join pg_namespace n on n.oid = c.connamespace
      where n.nspname = any (${schemas}::text[]) and contype in ('f', 'x')
        and not exists (
          select 1 from pg_attribute a where a.attrelid = c.conrelid and a.attname = 'tenant_id' and a.attnum = any (c.conkey))`);
    expect(wrong).toEqual([]);
  });

  test('the exceptions are real', async () => {
    const names = (await tables()).map(({ name }) => name);
    for (const name of exceptions.keys()) expect(names).toContain(name);
  });
});

describe('nothing works behind the back of the code', () => {
  test('no triggers, no rules', async () => {
    const found = await database.db.query(sql`
      select tgrelid::regclass::text as name, 'trigger' as kind from pg_trigger where not tgisinternal
      union all
      select c.oid::regclass::text, 'rule' from pg_rewrite r join pg_class c on c.oid = r.ev_class
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any (${schemas}::text[]) and c.relkind <> 'v'
      union all
      select evtname, 'event trigger' from pg_event_trigger`);
    expect(found).toEqual([]);
  });

  test('a view reads with the rights of who asks, and there are these', async () => {
    const views = await database.db.query(sql`
      select c.oid::regclass::text as name, coalesce(c.reloptions @> '{security_invoker=true}', false) as invoker
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any (${schemas}::text[]) and c.relkind in ('v', 'm') order by 1`);
    const known = ['crm.counted_messages', 'crm.deals', 'crm.lead_progress', 'crm.sla_tickets', 'ops.stream_ages'];
    expect(views).toEqual(known.map((name) => ({ name, invoker: true })));
  });

  test('no default takes the time or chance', async () => {
    const defaults = await database.db.query<{ name: string; source: string }>(sql`
      select d.adrelid::regclass::text || '.' || a.attname as name, pg_get_expr(d.adbin, d.adrelid) as source
      from pg_attrdef d
      join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
      join pg_class c on c.oid = d.adrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any (${schemas}::text[])`);
    expect(defaults.length).toBeGreaterThan(3);
    expect(defaults.filter(({ source }) => volatile.test(source))).toEqual([]);
  });

  test('nor does any function of ours, none of which is volatile', async () => {
    const functions = await database.db.query<{
      name: string;
      source: string;
      volatility: string;
      path: string[] | null;
      definer: boolean;
    }>(sql`
      select p.oid::regprocedure::text as name, pg_get_functiondef(p.oid) as source, p.provolatile as volatility,
        p.proconfig as path, p.prosecdef as definer
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = any (${schemas}::text[])`);
    expect(functions.length).toBeGreaterThan(3);
    for (const { name, source, volatility, path: settings, definer } of functions) {
      expect(volatile.test(source), name).toBe(false);
      expect(volatility, name).not.toBe('v');
      // One that runs with its owner's rights must not be led astray by the caller's search path.
      if (definer) expect(settings, name).toContain('search_path=""');
    }
  });

  test('nor any SQL in the source, with one exception', () => {
    const found: string[] = [];
    for (const file of readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const text = readFileSync(path.join(root, 'src', file), 'utf8');
      for (const [statement] of text.matchAll(/\bsql`(?:[^`\\]|\\.)*`/gs))
        if (volatile.test(statement)) found.push(file);
      // Statements that are not templates: COPY and what one-off clients run.
      for (const [statement] of text.matchAll(/'(?:select|insert|update|delete|copy|create)\b[^'\n]*'/gi))
        if (volatile.test(statement)) found.push(file);
    }
    expect(found).toEqual(asksTheTime);
  });

  test('the search for them finds them', () => {
    for (const text of [
      'sent_at > now()',
      'clock_timestamp()',
      'current_timestamp',
      'gen_random_uuid()',
      'random()',
      'current_date',
    ])
      expect(volatile.test(text)).toBe(true);
    for (const text of ['nowhere', 'known()', 'p.current_tenant()', 'at_now', 'unknown ()'])
      expect(volatile.test(text)).toBe(false);
  });
});

/** Anything in SQL that differs from one call to the next. */
const volatile =
  /\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random|gen_random_uuid|uuidv7|uuid_generate_v\d)\s*\(|\b(current_timestamp|current_date|current_time|localtimestamp|localtime)\b|'now'/i;

describe('rights', () => {
  test('row-level security is on for every aggregate and everything the answering role may read', async () => {
    const open = await database.db.query(sql`
      select c.oid::regclass::text as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any (${schemas}::text[]) and c.relkind in ('r', 'p') and not c.relrowsecurity
        and (n.nspname = 'mart' or has_table_privilege('crema_reader', c.oid, 'select'))`);
    expect(open).toEqual([]);
  });

  test('every policy names the tenant, and is for reading', async () => {
    const policies = await database.db.query<{ table: string; cmd: string; qual: string; roles: string }>(sql`
      select schemaname || '.' || tablename as table, cmd, qual, array_to_string(roles, ',') as roles from pg_policies`);
    expect(policies.length).toBeGreaterThan(8);
    for (const policy of policies) {
      expect(policy).toMatchObject({ cmd: 'SELECT', roles: 'crema_reader' });
      expect(policy.qual, policy.table).toContain('tenant_id = ( SELECT ops.current_tenant()');
    }
  });

  test('a table of records with an operator or a team is cut to the viewer, not only to the tenant', async () => {
    const readable = await database.db.query<{ name: string }>(sql`
      select distinct c.oid::regclass::text as name
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('crm', 'mart') and a.attname in ('operator_id', 'team_id') and c.relkind in ('r', 'p')
        and has_table_privilege('crema_reader', c.oid, 'select')`);
    const cut = await database.db.query<{ name: string }>(sql`
      select (schemaname || '.' || tablename)::regclass::text as name from pg_policies where qual like '%viewer_sees_all%'`);
    const names = cut.map(({ name }) => name);
    expect(readable.filter(({ name }) => !names.includes(name))).toEqual([]);
  });
});

describe('code and schema', () => {
  test.each(rollups)('the table of $id is its declaration', async (rollup) => {
    const columns = await columnsOf(rollup.table);
    expect(columns.map(({ column }) => column)).toEqual(['tenant_id', 'day', ...rollup.key, ...rollup.measures]);
    expect(columns.filter(({ nullable }) => nullable)).toEqual([]);
    const measures = columns.filter(({ column }) => rollup.measures.includes(column));
    for (const { type } of measures) expect(['integer', 'bigint']).toContain(type);
    const [primary] = await database.db.query<{ columns: string[] }>(sql`
      select array_agg(a.attname::text order by k.ord) as columns
      from pg_constraint c, unnest(c.conkey) with ordinality as k (attnum, ord)
      join pg_attribute a on a.attrelid = ${rollup.table}::regclass and a.attnum = k.attnum
      where c.conrelid = ${rollup.table}::regclass and c.contype = 'p'`);
    expect(primary?.columns).toEqual(['tenant_id', 'day', ...rollup.key]);
    const moments = await columnsOf(rollup.entityTable);
    expect(moments).toContainEqual(expect.objectContaining({ column: rollup.at, type: 'timestamp with time zone' }));
  });

  test('ids of aggregates differ, and so do their tables', () => {
    for (const names of [rollups.map(({ id }) => id), rollups.map(({ table }) => table)])
      expect(new Set(names).size).toBe(names.length);
  });

  test.each(Object.values(entities))('the table of $id has a column for each of its fields', async (entity) => {
    const types = {
      key: 'text',
      text: 'text',
      integer: 'integer',
      number: 'double precision',
      amount: 'bigint',
      date: 'date',
      json: 'jsonb',
      timestamp: 'timestamp with time zone',
      boolean: 'boolean',
      'text list': 'text[]',
    };
    const columns = new Map((await columnsOf(entity.table)).map(({ column, type }) => [column, type]));
    for (const [name, field] of Object.entries(entity.fields))
      expect([name, columns.get(name)]).toEqual([name, types[field.type]]);
    for (const name of ['tenant_id', 'source', 'version', 'deleted_at', 'extra']) expect(columns.has(name)).toBe(true);
    expect([columns.has('field_versions'), columns.has('first_seen_at')]).toEqual([
      entity.partial === true,
      entity.firstSeen === true,
    ]);
  });
});

test('migrations are numbered without gaps, only go forward, and are plain SQL', () => {
  const files = readdirSync(path.join(root, 'migrations')).sort();
  expect(files.map((file) => Number(file.slice(0, 6)))).toEqual(files.map((_, n) => n + 1));
  for (const file of files) {
    expect(file).toMatch(/^\d{6}_[a-z][a-z0-9_]*\.sql$/);
    expect(readFileSync(path.join(root, 'migrations', file), 'utf8')).not.toMatch(/^-- Down Migration/im);
  }
});
