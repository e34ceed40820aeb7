import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sql, { raw } from 'sql-template-tag';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/db.ts';
import { fixedClock } from '../../src/lib/clock.ts';
import { randomFor } from '../../src/sandbox/company/random.ts';
import type { Source } from '../../src/sources/stream.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { moment, startCrm } from '../sandbox/crm/harness.ts';
import { later, runNow, sourceAt, syncDeps } from './harness.ts';
import { startModel } from './model-server.ts';

const database = useDatabase();
let tenants = 0;
let tenantId = 0;
beforeEach(async () => {
  tenantId = await makeTenant(database.db, `t${tenants++}`);
});

const tables = ['contacts', 'campaigns', 'campaign_reports', 'messages', 'changes'] as const;

/** Everything of a tenant, without what tells when a row was written and under which number. */
async function everything(id: number): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for (const table of tables) {
    const rows = await database.db.query<{ row: Record<string, unknown> }>(sql`
      select to_jsonb(t) - '{tenant_id,version,field_versions,first_seen_at,exists_from,deleted_at,id,at}'::text[]
        || jsonb_build_object('key', ${raw(table === 'changes' ? 't.entity || t.entity_id || t.field' : table === 'campaign_reports' ? 't.campaign_id' : 't.id')},
          'gone', ${raw(table === 'changes' ? 'false' : 't.deleted_at is not null')}) as row
      from ${raw(`crm.${table}`)} t where tenant_id = ${id}`);
    all[table] = [...new Set(rows.map(({ row }) => JSON.stringify(row)))].sort();
  }
  const marks = await database.db.query<{ stream: string; as_of: Temporal.Instant | null }>(sql`
    select stream, as_of from ops.streams where tenant_id = ${id} order by stream`);
  all.watermarks = marks.map(({ stream, as_of }) => `${stream} ${as_of}`);
  return all;
}

/** Fails at random: before a call, after one, and where a transaction is about to be committed or just was. */
function fragile(db: Db, source: Source, dies: () => boolean): { db: Db; source: Source } {
  const die = (where: string) => {
    if (dies()) throw new Error(`killed ${where}`);
  };
  const streams = source.streams.map((stream) => {
    const around = async <T>(work: () => Promise<T>): Promise<T> => {
      die('before a call');
      const result = await work();
      die('after a call');
      return result;
    };
    if (stream.shape === 'list')
      return { ...stream, read: (...args: Parameters<typeof stream.read>) => around(() => stream.read(...args)) };
    if (stream.shape === 'visit')
      return { ...stream, visit: (...args: Parameters<typeof stream.visit>) => around(() => stream.visit(...args)) };
    return stream;
  });
  const tx: Db['tx'] = async (work, options) => {
    const result = await db.tx(async (inner) => {
      const done = await work(inner);
      // The server ends the connection: what was done in it never happened.
      if (dies()) await inner.run(sql`select pg_terminate_backend(pg_backend_pid())`);
      return done;
    }, options);
    die('after a commit');
    return result;
  };
  return { db: { ...db, tx }, source: { ...source, streams } };
}

describe('killed at any point and started again', () => {
  test.each(['a', 'b'])('a sync ends as one that nobody disturbed (seed %s)', async (seed) => {
    const order = ['campaigns', 'contacts', 'reports', 'messages', 'custom-fields'];
    const over = { custom_fields: { segment: 'segment' }, mass_delete_limit: 1 };
    const { crm, clock } = await startCrm({ contacts: 60 });
    const random = randomFor(seed);
    let kills = 0;
    const states = [];
    for (const disturbed of [false, true]) {
      const id = disturbed ? await makeTenant(database.db, `t${tenants++}`) : tenantId;
      clock.set(moment);
      for (const days of [0, 2]) {
        later(clock, { hours: 24 * days });
        for (const stream of order) {
          for (let attempt = 0; ; attempt++) {
            const source = sourceAt(crm.url, over);
            const frail = fragile(database.db, source, () => disturbed && random.chance(0.02));
            const at = clock.now();
            const outcome = await runNow(syncDeps(frail.db, id, clock), frail.source, stream).then(
              (result) => result.outcome,
              () => 'killed',
            );
            clock.set(at);
            if (outcome === 'whole') break;
            kills += 1;
            if (attempt > 300) throw new Error(`${stream} never came to its end: ${outcome}`);
          }
        }
      }
      states.push(await everything(id));
    }
    expect(kills).toBeGreaterThan(10);
    expect(states[1]).toEqual(states[0]);
    expect(states[0]?.contacts?.length).toBeGreaterThan(25);
  });

  test('a process that is killed from outside leaves nothing behind, and the next one goes on at once', async () => {
    const model = await startModel(Array.from({ length: 500 }, (_, index) => `c-${index}`));
    const folder = await mkdtemp(path.join(tmpdir(), 'crema-kill-'));
    const config = path.join(folder, 'crema.yaml');
    await writeFile(
      config,
      `tenants:\n  killed:\n    sources:\n      crm: {kind: chat-crm, url: "${model.url}", key: "\${CRM_API_KEY}", quota: {per_minute: 1000}}\n`,
    );
    const main = path.join(import.meta.dirname, '..', '..', 'src', 'main.ts');
    const run = () =>
      spawn(process.execPath, [main, 'sync', 'crm:contacts', '--tenant', 'killed', '--config', config, '--json'], {
        env: { PATH: process.env.PATH, DATABASE_URL: database.url, CRM_API_KEY: 'k' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    const first = run();
    const dead = new Promise((resolve) => first.once('exit', (_code, signal) => resolve(signal)));
    let pages = 0;
    model.before = (address) => {
      if (address === '/crm/chat' && ++pages === 3) first.kill('SIGKILL');
      return undefined;
    };
    expect(await dead).toBe('SIGKILL');
    model.before = () => undefined;
    model.calls.length = 0;
    const second = run();
    let out = '';
    second.stdout.on('data', (chunk) => {
      out += String(chunk);
    });
    let note = '';
    second.stderr.on('data', (chunk) => {
      note += String(chunk);
    });
    const code = await new Promise((resolve) => second.once('close', resolve));
    expect(note).toBe('');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([{ outcome: 'whole', stored: { inserted: 300 } }]);
    expect(model.calls[0]).toBe('/crm/chat?page=3&limit=100');
    const [row] = await database.db.query<object>(sql`
      select count(*)::int as contacts, count(distinct id)::int as ids from crm.contacts
      where tenant_id = (select tenant_id from ops.tenants where slug = 'killed')`);
    expect(row).toEqual({ contacts: 500, ids: 500 });
  });
});

test('two processes do not read a stream at once, and one that was overtaken stores nothing', async () => {
  const model = await startModel(Array.from({ length: 250 }, (_, index) => `c-${index}`));
  const clock = fixedClock('2026-11-20T08:00:00Z');
  const deps = syncDeps(database.db, tenantId, clock);
  const source = sourceAt(model.url);
  const both = await Promise.all([runNow(deps, source, 'contacts'), runNow(deps, source, 'contacts')]);
  expect(both.map(({ outcome }) => outcome).sort()).toEqual(['elsewhere', 'whole']);
  // Somebody lost their lock but does not know: the stream has been moved on when they come to store their second page.
  const streams = source.streams.map((stream) => {
    if (stream.shape !== 'list') return stream;
    const read: typeof stream.read = async (pace, page) => {
      if (page === 2)
        await database.db.run(sql`update ops.sync_state set revision = revision + 1 where tenant_id = ${tenantId}`);
      return stream.read(pace, page);
    };
    return { ...stream, read };
  });
  model.contacts.push('c-new');
  await expect(runNow(deps, { ...source, streams }, 'contacts')).rejects.toMatchObject({ code: 'SYNC_OVERTAKEN' });
  const [row] = await database.db.query<object>(sql`
    select (cursor ->> 'page')::int as page, (select count(*)::int from ops.sync_pages p where p.tenant_id = s.tenant_id and p.pass = s.pass) as pages
    from ops.sync_state s where tenant_id = ${tenantId}`);
  expect(row).toEqual({ page: 2, pages: 1 });
});
