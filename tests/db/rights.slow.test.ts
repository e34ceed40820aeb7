import sql, { raw } from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Queryable } from '../../src/db/db.ts';
import { everything, readAs, viewing } from '../../src/db/viewer.ts';
import { kpis } from '../../src/kpis/index.ts';
import { rollups } from '../../src/rollups/index.ts';
import { insertSurveys, insertTickets, makeTenant, useDatabase } from '../database.ts';
import { type Asker, ask, settle } from '../kpis/asking.ts';

/*
 * Who sees which ticket and which survey answer. Operators of source import: anna and ben in team 1, carl in team 2. Source zendesk has a team 1
 * and an anna of its own. Every
 * ticket carries its letter as its channel and every answer as its account, so that aggregates can be told apart too.
 *
 *      source   team  operator
 *   A  import   1     anna
 *   B  import   1     ben
 *   C  import   2     carl
 *   D  import   -     carl
 *   E  import   -     -
 *   F  zendesk  1     anna
 *   G  import   2     anna
 */
type Owned = [id: string, team: string | null, operator: string | null, source?: string];
const owned: Owned[] = [
  ['A', '1', 'anna'],
  ['B', '1', 'ben'],
  ['C', '2', 'carl'],
  ['D', null, 'carl'],
  ['E', null, null],
  ['F', '1', 'anna', 'zendesk'],
  ['G', '2', 'anna'],
];
const database = useDatabase();
const askerOf = (tenant: number): Asker => ({
  ...{ db: database.db, tenantId: tenant, timezone: 'UTC', now: '2026-11-20T00:00:00Z' },
});
let tenantId: number;
let otherTenantId: number;

beforeAll(async () => {
  const { db } = database;
  tenantId = await makeTenant(db, 'ours');
  otherTenantId = await makeTenant(db, 'theirs');
  for (const tenant of [tenantId, otherTenantId]) {
    await db.run(sql`
      insert into crm.teams (tenant_id, source, id, name, version)
      select ${tenant}::bigint, source, id, 'Team ' || id, 1 from (values ('import', '1'), ('import', '2'), ('zendesk', '1')) as t (source, id)`);
    await db.run(sql`
      insert into crm.operators (tenant_id, source, id, team_id, version)
      select ${tenant}::bigint, source, id, team, 1
      from (values ('import', 'anna', '1'), ('import', 'ben', '1'), ('import', 'carl', '2'), ('zendesk', 'anna', '1')) as o (source, id, team)`);
    const ticket = (id: string, team_id: string | null, operator_id: string | null, source = 'import') => ({
      id,
      source,
      team_id,
      operator_id,
      channel: id,
      priority: 'low',
      created_at: '2026-11-10T10:00:00Z',
      first_response_at: '2026-11-10T11:00:00Z',
      resolved_at: '2026-11-11T10:00:00Z',
    });
    const survey = (kind: string, score: number, ...[id, team_id, operator_id, source]: Owned) => ({
      ...{ id: `${id}-${kind}`, kind, score, answered_at: '2026-11-10T10:00:00Z', account_id: id },
      ...{ source: source ?? 'import', team_id, operator_id },
    });
    await insertTickets(
      db,
      tenant,
      owned.map((row) => ticket(...row)),
    );
    await insertSurveys(
      db,
      tenant,
      owned.flatMap((row) => [survey('csat', 4, ...row), survey('nps', 9, ...row)]),
    );
    await settle(askerOf(tenant), { import: '2026-11-20T00:00:00Z' });
  }
  const person = (
    id: string,
    role: string,
    operator: string | null,
    teams: string[] = [],
    source: string | null = 'import',
    tenant = tenantId,
  ) =>
    db.run(sql`
      insert into ops.people (tenant_id, person_id, role, source, operator_id, team_ids)
      values (${tenant}, ${id}, ${role}, ${source}, ${operator}, ${teams})`);
  await person('agent-anna', 'agent', 'anna');
  await person('agent-anna-any-source', 'agent', 'anna', [], null);
  await person('agent-without-operator', 'agent', null);
  await person('agent-with-teams', 'agent', null, ['1', '2']);
  await person('supervisor-of-team-2', 'supervisor', null, ['2']);
  await person('supervisor-in-team-1', 'supervisor', 'ben');
  await person('supervisor-of-team-1-any-source', 'supervisor', null, ['1'], null);
  await person('supervisor-of-nothing', 'supervisor', null);
  await person('executive', 'executive', null);
  await person('admin', 'admin', null);
  await person('owner', 'owner', null);
  await person('owner-of-theirs', 'owner', null, [], null, otherTenantId);
});

/** What a viewer sees, the letters in order. */
const matrix: [viewer: string, sees: string, operators: string][] = [
  ['agent-anna', 'AG', 'import/anna'],
  ['agent-anna-any-source', 'AFG', 'import/anna zendesk/anna'],
  ['agent-without-operator', '', ''],
  ['agent-with-teams', '', ''],
  ['supervisor-of-team-2', 'CDG', 'import/carl'],
  ['supervisor-in-team-1', 'ABG', 'import/anna import/ben'],
  ['supervisor-of-team-1-any-source', 'ABFG', 'import/anna import/ben zendesk/anna'],
  ['supervisor-of-nothing', '', ''],
  ['executive', 'ABCDEFG', 'import/anna import/ben import/carl zendesk/anna'],
  ['admin', 'ABCDEFG', 'import/anna import/ben import/carl zendesk/anna'],
  ['owner', 'ABCDEFG', 'import/anna import/ben import/carl zendesk/anna'],
  [everything, 'ABCDEFG', 'import/anna import/ben import/carl zendesk/anna'],
  ['owner-of-theirs', '', ''],
  ['nobody-known', '', ''],
  ['', '', ''],
];

/** What is made of tickets and surveys; the tests of the other groups' KPIs hold theirs to what each may see. */
const guarded = [
  ...new Set(
    rollups
      .filter(({ stream }) => stream === 'ticket' || stream === 'survey')
      .flatMap((rollup) => [rollup.entityTable, rollup.table]),
  ),
];
/** The column that holds a row's letter. */
const letterOf = (table: string) => raw(table.includes('survey') ? 'account_id' : 'channel');

describe.each(guarded)('%s', (table) => {
  const letters = async (reader: Queryable) =>
    (
      await reader.query<{ letter: string }>(
        sql`select distinct ${letterOf(table)} as letter from ${raw(table)} order by 1`,
      )
    )
      .map(({ letter }) => letter)
      .join('');

  test.each(matrix)('%s sees "%s"', async (viewer, sees) => {
    expect(await readAs(database.db, { tenantId, viewer }, letters)).toBe(sees);
  });

  test('shows a person of another tenant that tenant and nothing of ours', async () => {
    const theirs = { tenantId: otherTenantId, viewer: 'owner-of-theirs' };
    expect(await readAs(database.db, theirs, letters)).toBe('ABCDEFG');
    expect(await readAs(database.db, { ...theirs, viewer: 'owner' }, letters)).toBe('');
  });

  test.each([
    ['neither tenant nor viewer', null, null],
    ['no viewer', 'ours', null],
    ['no tenant', null, everything],
    ['an empty tenant', '', everything],
  ])('shows nothing with %s set', async (_case, tenant, viewer) => {
    const seen = await database.db.tx(async (tx) => {
      if (tenant !== null)
        await tx.query(sql`select set_config('crema.tenant', ${tenant === 'ours' ? String(tenantId) : tenant}, true)`);
      if (viewer !== null) await tx.query(sql`select set_config('crema.viewer', ${viewer}, true)`);
      await tx.query(sql`set local role crema_reader`);
      return letters(tx);
    });
    expect(seen).toBe('');
  });
});

describe('operators', () => {
  test.each(matrix)('%s', async (viewer, _sees, operators) => {
    const rows = await readAs(database.db, { tenantId, viewer }, (reader) =>
      reader.query<{ name: string }>(sql`select source || '/' || id as name from crm.operators order by 1`),
    );
    expect(rows.map(({ name }) => name).join(' ')).toBe(operators);
  });
});

test.each(guarded)('in %s an empty text is no team and no operator to have rights by', async (table) => {
  const { db } = database;
  const empty = await makeTenant(db, `empty-${table}`);
  await db.run(sql`
    insert into crm.teams (tenant_id, source, id, version) values (${empty}, 'import', '', 1)`);
  await db.run(sql`
    insert into crm.operators (tenant_id, source, id, team_id, version)
    values (${empty}, 'import', '', '', 1), (${empty}, 'import', 'dora', '', 1)`);
  await db.run(sql`
    insert into ops.people (tenant_id, person_id, role, source, operator_id, team_ids)
    values (${empty}, 'dora', 'supervisor', 'import', 'dora', '{""}'), (${empty}, 'blank', 'agent', 'import', '', '{}')`);
  const ticket = {
    ...{ created_at: '2026-11-10T10:00:00Z', priority: 'low', first_response_at: '2026-11-10T11:00:00Z' },
    resolved_at: '2026-11-11T10:00:00Z',
  };
  await insertTickets(db, empty, [
    { id: 'N', ...ticket },
    { id: 'M', ...ticket, team_id: '', operator_id: '' },
  ]);
  await insertSurveys(db, empty, [
    { id: 'N', kind: 'csat', score: 5, answered_at: '2026-11-10T10:00:00Z' },
    { id: 'M', kind: 'csat', score: 5, answered_at: '2026-11-10T10:00:00Z', team_id: '', operator_id: '' },
  ]);
  await settle(askerOf(empty), {});
  const seenBy = (viewer: string) =>
    readAs(db, { tenantId: empty, viewer }, (reader) => reader.query(sql`select 1 from ${raw(table)}`));
  for (const viewer of ['dora', 'blank']) expect(await seenBy(viewer)).toEqual([]);
  expect(await seenBy(everything)).not.toEqual([]);
});

describe('answers', () => {
  // Boards count what has an operator, and have rows of those who have nothing: tests/kpis/boards.test.ts.
  const ticketKpis = kpis.filter((kpi) => kpi.streams.includes('ticket') && !kpi.board).map((kpi) => kpi.id);
  test.each(ticketKpis)('%s counts what its viewer may see, in total and by operator', async (id) => {
    const asker = askerOf(tenantId);
    const period = id === 'backlog' ? '2026-11-10' : '2026-11-09..2026-11-15';
    const cases = async (viewer: string) => {
      const { value, denominator, parts, breakdown } = await ask(asker, id, { period, viewer, by: 'operator' });
      return [parts.count ?? parts.unflagged ?? denominator ?? value, breakdown!.rows.length];
    };
    expect(await cases('agent-anna')).toEqual([2, 1]);
    expect(await cases('supervisor-of-team-2')).toEqual([3, 2]);
    expect(await cases('executive')).toEqual([7, 5]);
    expect((await ask(asker, id, { period, viewer: 'nobody-known' })).value).toBeNull();
  });

  test.each([
    ['csat', 'operator', [2, 1], [3, 2], [7, 5]],
    // Anna's answers are of teams 1 and 2; those of a supervisor's operator without a team have none.
    ['nps', 'team', [2, 2], [3, 2], [7, 4]],
  ] as const)('%s counts the answers its viewer may see, in total and by %s', async (id, by, own, teams, all) => {
    const asker = askerOf(tenantId);
    const period = '2026-11-09..2026-11-15';
    const cases = async (viewer: string) => {
      const { parts, breakdown } = await ask(asker, id, { period, viewer, by });
      return [parts.answers, breakdown!.rows.length];
    };
    expect(await cases('agent-anna')).toEqual(own);
    expect(await cases('supervisor-of-team-2')).toEqual(teams);
    expect(await cases('executive')).toEqual(all);
    expect((await ask(asker, id, { period, viewer: 'nobody-known' })).value).toBeNull();
  });
});

describe('the role that answers questions', () => {
  const asReader = <T>(work: (reader: Queryable) => Promise<T>) =>
    database.db.tx(async (tx) => {
      await tx.query(
        sql`select set_config('crema.tenant', ${String(tenantId)}, true), set_config('crema.viewer', '*', true)`,
      );
      await tx.query(sql`set local role crema_reader`);
      return work(tx);
    });

  test('reads these tables and no other', async () => {
    const readable = await database.db.query<{ name: string }>(sql`
      select n.nspname || '.' || c.relname as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('crm', 'mart', 'ops', 'public') and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
        and has_table_privilege('crema_reader', c.oid, 'select')
      order by 1`);
    const shared = [
      'crm.accounts',
      'crm.operators',
      'crm.teams',
      'ops.dirty',
      'ops.rollups',
      'ops.sla_marks',
      'ops.sla_policies',
      'ops.sla_sources',
      'ops.streams',
      'ops.tenants',
    ];
    const facts = [
      'crm.ticket_sla',
      'crm.sla_breaches',
      'crm.conversation_responses',
      'crm.conversation_stretches',
      'crm.changes',
    ];
    const records = [
      'activity',
      'campaign_recipients',
      'campaign_reports',
      'campaigns',
      'contacts',
      'conversations',
    ].concat(['costs', 'leads', 'licences', 'opportunities', 'outreach', 'scores']);
    const snapshots = ['mart.funnel_snapshot', 'mart.pipeline_snapshot', 'ops.snapshots'];
    const state = ['ops.conversation_marks', 'ops.stream_ages', 'ops.sync_state'];
    const aggregates = rollups.flatMap(({ table, entityTable }) => [table, entityTable]);
    const expected = [
      ...aggregates,
      ...facts,
      ...records.map((name) => `crm.${name}`),
      ...snapshots,
      ...state,
      ...shared,
    ];
    expect(readable.map(({ name }) => name)).toEqual([...new Set(expected)].sort());
    // Of messages, single columns: never what was written.
    const told = await database.db.query<{ column: string }>(sql`
      select attname as column from pg_attribute
      where attrelid = 'crm.messages'::regclass and attnum > 0 and not attisdropped
        and not has_column_privilege('crema_reader', attrelid, attnum, 'select') order by 1`);
    expect(told.map(({ column }) => column)).toEqual(['extra', 'field_versions', 'text', 'version']);
  });

  /** Relations it may read any column of that no row policy holds to the tenant, and views that read with other rights. */
  const unguarded = async () => {
    const readable = await database.db.query<{
      name: string;
      kind: string;
      secured: boolean;
      invoker: boolean;
      policies: string[];
    }>(sql`
      select
        c.oid::regclass::text as name, c.relkind as kind, c.relrowsecurity as secured,
        coalesce('security_invoker=true' = any (c.reloptions), false) as invoker,
        array(
          select pg_get_expr(p.polqual, p.polrelid) from pg_policy p
          where p.polrelid = c.oid and p.polcmd in ('r', '*') and p.polpermissive
        ) as policies
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'
        and c.relkind in ('r', 'p', 'v', 'm', 'f')
        and has_schema_privilege('crema_reader', n.oid, 'usage') and has_any_column_privilege('crema_reader', c.oid, 'select')
      order by 1`);
    expect(readable.length).toBeGreaterThan(guarded.length);
    return readable
      .filter(({ kind, secured, invoker, policies }) => {
        if (kind === 'v') return !invoker;
        // Permissive policies add up: one that forgets the tenant opens the table whatever the others say.
        const perTenant = policies.every((policy) => /tenant_id = \( SELECT ops\.current_tenant/.test(policy));
        return !(kind === 'r' || kind === 'p') || !secured || policies.length === 0 || !perTenant;
      })
      .map(({ name }) => name);
  };

  test('is held by a row policy on the tenant in every table it may read, and in views by its own rights', async () => {
    expect(await unguarded()).toEqual([]);
    const { db } = database;
    await db.run(sql`create table ops.trial (tenant_id bigint, number int)`);
    await db.run(sql`create view ops.trial_view as select * from crm.tickets`);
    await db.run(sql`grant select (number) on ops.trial to crema_reader`);
    await db.run(sql`grant select on ops.trial_view to crema_reader`);
    expect(await unguarded()).toEqual(['ops.trial', 'ops.trial_view']);
    await db.run(sql`alter table ops.trial enable row level security`);
    await db.run(sql`create policy everybody on ops.trial for select to crema_reader using (true)`);
    expect(await unguarded()).toEqual(['ops.trial', 'ops.trial_view']);
    await db.run(sql`drop table ops.trial`);
    await db.run(sql`drop view ops.trial_view`);
  });

  test('runs functions with the rights of their owner only where their names can not be redirected', async () => {
    const loose = await database.db.query(sql`
      select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname in ('crm', 'mart', 'ops', 'public') and p.prosecdef
        and not coalesce('search_path=""' = any (p.proconfig), false)`);
    expect(loose).toEqual([]);
  });

  test('reads changes of campaigns with the right to the company, of operators as the operators, and no others', async () => {
    const { db } = database;
    await db.run(sql`
      insert into crm.changes (tenant_id, entity, source, entity_id, field, old, new, at)
      select ${tenantId}::bigint, entity, 'import', id, 'status', 'a', 'b', '2026-11-10T10:00:00Z'
      from (values ('ticket', 'A'), ('campaign', 'k'), ('operator', 'anna'), ('operator', 'carl'), ('lead', 'l')) as c (entity, id)`);
    const seenBy = async (viewer: string) =>
      (
        await readAs(db, { tenantId, viewer }, (reader) =>
          reader.query<{ id: string }>(sql`select entity_id as id from crm.changes order by 1`),
        )
      ).map(({ id }) => id);
    expect(await seenBy('agent-anna')).toEqual(['anna']);
    expect(await seenBy('supervisor-of-team-2')).toEqual(['carl', 'k']);
    expect(await seenBy('executive')).toEqual(['anna', 'carl', 'k']);
    expect(await seenBy('owner-of-theirs')).toEqual([]);
  });

  test.each(['ops.people', 'ops.requests', 'ops.migrations'])('may not read %s', async (table) => {
    await expect(asReader((reader) => reader.query(sql`select 1 from ${raw(table)}`))).rejects.toThrow(
      /permission denied/,
    );
  });

  test('may not write anything, nor make anything', async () => {
    const writable = await database.db.query(sql`
      select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('crm', 'mart', 'ops', 'public') and c.relkind in ('r', 'p', 'v')
        and has_table_privilege('crema_reader', c.oid, 'insert, update, delete, truncate, references, trigger')`);
    expect(writable).toEqual([]);
    await expect(asReader((reader) => reader.run(sql`update crm.tickets set priority = 'low'`))).rejects.toThrow(
      /permission denied/,
    );
    for (const schema of ['crm', 'mart', 'ops', 'public']) {
      await expect(asReader((reader) => reader.run(sql`create table ${raw(schema)}.t (a int)`))).rejects.toThrow(
        /permission denied/,
      );
    }
    await expect(
      readAs(database.db, { tenantId, viewer: everything }, (reader) => reader.run(sql`create temp table t (a int)`)),
    ).rejects.toThrow(/read-only/);
  });

  test('learns of other tenants and people only what its own viewer is', async () => {
    const seen = await readAs(database.db, { tenantId, viewer: 'agent-anna' }, async (reader) => ({
      tenants: await reader.query(sql`select slug from ops.tenants`),
      streams: await reader.query(sql`select distinct tenant_id = ${tenantId} as ours from ops.streams`),
      role: await reader.query(sql`select ops.viewer_role() as role`),
    }));
    expect(seen).toEqual({ tenants: [{ slug: 'ours' }], streams: [{ ours: true }], role: [{ role: 'agent' }] });
  });

  test('is not taken for somebody else by what is known of them', async () => {
    const sights = (reader: Queryable) =>
      reader.query(sql`
        select ops.viewer_role() as role, array(select o::text from ops.viewer_operators() o order by 1) as operators,
          array(select t::text from ops.viewer_teams() t order by 1) as teams`);
    const found = (viewer: string, before = async (_: Queryable) => {}) =>
      viewing(database.db, { tenantId, viewer }, async (tx) => {
        await before(tx);
        return sights(tx);
      });
    for (const [viewer] of matrix) {
      const own = await found(viewer);
      expect(await readAs(database.db, { tenantId, viewer }, sights), viewer).toEqual(own);
      // Of the same person in another tenant, and of another person in this one.
      for (const other of [
        { tenantId: otherTenantId, viewer: viewer },
        { tenantId, viewer: viewer === 'owner' ? 'agent-anna' : 'owner' },
      ]) {
        const known = await viewing(database.db, other, (tx) =>
          tx.query<{ known: string | null }>(sql`select ops.know_viewer()::text as known`),
        );
        const kept = (tx: Queryable) =>
          tx.query(sql`select set_config('crema.known', ${known[0]?.known ?? ''}, true)`).then(() => {});
        expect(await found(viewer, kept), `${viewer} after ${other.viewer} of ${other.tenantId}`).toEqual(own);
      }
    }
  });

  test('leaves nothing behind on its connection', async () => {
    const session = await database.db.session();
    await readAs(database.db, { tenantId, viewer: everything }, (reader) => reader.query(sql`select 1`));
    const after = await Promise.all(
      Array.from({ length: 8 }, () =>
        database.db.query(
          sql`select current_user <> 'crema_reader' as restored, coalesce(current_setting('crema.viewer', true), '') as viewer`,
        ),
      ),
    );
    expect(after.flat()).toEqual(Array.from({ length: 8 }, () => ({ restored: true, viewer: '' })));
    session.release();
  });
});
