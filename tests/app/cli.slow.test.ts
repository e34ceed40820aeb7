import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KpiResult } from '../../src/domain/kpi-result.ts';
import { useDatabase } from '../database.ts';
import { type Ran, runCrema } from './run-crema.ts';

const database = useDatabase();
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'crema-cli-'));
  await writeFile(
    path.join(dir, 'map.yaml'),
    'entity: ticket\nfields: {id: id, created_at: created, resolved_at: resolved, priority: priority, sla_met: sla, team_id: team, operator_id: operator}\n',
  );
  await writeFile(
    path.join(dir, 'tickets.csv'),
    [
      'id,created,resolved,priority,sla,team,operator',
      'a,2026-03-02T08:00:00Z,2026-03-02T10:00:00Z,high,true,t1,o1',
      'b,2026-03-03T08:00:00Z,2026-03-03T20:00:00Z,low,false,t1,o2',
      'c,2026-03-04T08:00:00Z,,low,,t2,o3',
      '',
    ].join('\n'),
  );
  await writeFile(
    path.join(dir, 'crema.yaml'),
    'people:\n  - {name: Ann, email: ann@example.com, role: agent, operator: o1}\n  - {name: Eve, slack: U1, role: executive}\n',
  );
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const crema = (...argv: string[]): Promise<Ran> =>
  runCrema(['--config', path.join(dir, 'crema.yaml'), '--now', '2026-03-09T12:00:00Z', ...argv], {
    DATABASE_URL: database.url,
  });
const json = (ran: Ran) => JSON.parse(ran.out) as KpiResult;

describe('the command line', () => {
  test('answers "no data" with exit code 3 before anything is loaded', async () => {
    const ran = await crema('kpi', 'sla-reported');
    expect(ran).toMatchObject({ code: 3, out: expect.stringContaining('no data') });
    const asJson = await crema('kpi', 'tickets', '--format', 'json');
    expect(asJson.code).toBe(3);
    expect(json(asJson).value).toBeNull();
  });

  test('imports, says what it did, and changes nothing the second time', async () => {
    const args = [
      'import',
      '--map',
      path.join(dir, 'map.yaml'),
      '--as-of',
      '2026-03-09T00:00:00Z',
      path.join(dir, 'tickets.csv'),
    ];
    const dry = await crema(...args, '--dry-run');
    expect(dry.out).toContain('dry run: nothing was kept');
    expect((await crema('kpi', 'tickets', 'all')).code).toBe(3);
    const first = await crema(...args);
    expect(first).toMatchObject({
      code: 0,
      out: expect.stringContaining('3 read, 3 written (3 new, 0 changed), 0 unchanged, 0 rejected'),
    });
    const second = await crema(...args);
    expect(second.out).toContain('0 written (0 new, 0 changed), 3 unchanged');
  });

  test('answers in text, JSON and CSV from one result', async () => {
    const text = await crema('kpi', 'sla-reported', '7d', 'by', 'priority');
    expect(text.code).toBe(0);
    expect(text.out).toContain('50.0 %');
    expect(text.out).toContain('1 of 2');
    const result = json(await crema('kpi', 'sla-reported', '7d', 'by', 'priority', '--format', 'json'));
    expect(result).toMatchObject({
      kpi: 'sla-reported',
      value: 0.5,
      numerator: 1,
      denominator: 2,
      parts: { unflagged: 1 },
    });
    expect(result.period).toMatchObject({ from: '2026-03-02', to: '2026-03-09', complete: true });
    expect(result.breakdown?.rows.map((row) => row.key).sort()).toEqual(['high', 'low']);
    const csv = await crema('kpi', 'sla-reported', '7d', 'by', 'priority', '--format', 'csv');
    expect(csv.out.split('\n')[0]).toBe('key,label,value,numerator,denominator,share');
    expect(csv.out).toContain('high,High,1,1,1,0.5');
  });

  test('shows an agent only their own records', async () => {
    expect(json(await crema('kpi', 'tickets', '7d', '--format', 'json', '--as', 'ann@example.com')).value).toBe(1);
    expect(json(await crema('kpi', 'tickets', '7d', '--format', 'json', '--as', 'U1')).value).toBe(3);
    expect(await crema('kpi', 'tickets', '--as', 'nobody')).toMatchObject({
      code: 2,
      note: expect.stringContaining('nobody'),
    });
  });

  test('hides facts dated after --now', async () => {
    const ran = await runCrema(['kpi', 'backlog', 'today', '--json', '--now', '2026-03-02T09:00:00Z'], {
      DATABASE_URL: database.url,
    });
    expect(json(ran).value).toBe(1);
  });

  test('prints an answer again by its receipt, and a digest without keeping anything', async () => {
    const { receipt, value } = json(await crema('kpi', 'tickets', '2026-03-02', '--json'));
    const again = await crema('kpi', 'receipt', String(receipt));
    expect(again.code).toBe(0);
    expect(again.out).toContain('Unchanged since.');
    expect(again.out).toContain(`receipt ${receipt}`);
    expect(JSON.parse((await crema('kpi', 'receipt', String(receipt), '--json')).out)).toMatchObject({
      ...{ code: receipt, words: 'tickets 2026-03-02 vs 2026-02-23', since: { kind: 'unchanged' } },
      result: { value },
    });
    expect((await crema('kpi', 'receipt', 'zzzzzz')).code).toBe(1);
    const digest = await crema('digest', 'morning-coffee', '2026-03-02..2026-03-04', '--dry-run');
    expect(digest.code).toBe(0);
    expect(digest.out).toMatch(/^Morning coffee, Thu 5 Mar · Monday to Wednesday\n/);
    expect(digest.out).toMatch(/Tickets created +3\n/);
    expect(digest.out).not.toContain('receipt');
    expect((await crema('digest', 'lunch')).code).toBe(2);
    expect((await crema('digest', 'morning-coffee', '--blocks')).code).toBe(0);
  });

  test('writes pictures to a file', async () => {
    const png = path.join(dir, 'backlog.png');
    expect((await crema('kpi', 'backlog', '--format', 'png', '--out', png)).code).toBe(0);
    expect((await readFile(png)).subarray(1, 4).toString()).toBe('PNG');
    const svg = await crema('kpi', 'backlog', '--format', 'svg');
    expect(svg.out).toMatch(/^<\?xml|^<svg/);
  });

  test('prints the blocks of the Slack answer', async () => {
    const ran = await crema('kpi', 'tickets', '7d', '--format', 'blocks');
    const message = JSON.parse(ran.out) as { text: string; blocks: { type: string }[] };
    expect(message.text).toContain('Tickets created: 3');
    expect(message.blocks[0]?.type).toBe('header');
  });

  test.each([
    [['kpi', 'sla-reportd'], 'sla-reported'],
    [['kpi', 'tickets', 'by', 'prority'], 'by priority'],
    [['kpi', 'tickets', 'priority:hgh'], 'priority:High'],
    [['kpi', 'tickets', '2026-02-30'], 'crema kpi'],
    [['kpi', 'tickets', '--format', 'pdf'], 'text, json, csv'],
    [['kpi', 'tickets', '--now', 'yesterday'], '2026-11-20T08:00:00Z'],
    [['kpi', 'tickets', '--tenant', 'nowhere'], 'default'],
    [['refresh', 'ticket-daily'], 'ticket-created-daily'],
    [['import', 'x.csv'], '--map'],
    [['--config', 'no-such.yaml', 'kpi', 'tickets'], 'no-such.yaml'],
    [['frobnicate'], 'unknown command'],
    [['kpi', 'tickets', '--nope'], 'unknown option'],
  ])('refuses %j as wrong usage and says what would be right', async (argv, hint) => {
    const ran = await crema(...argv);
    expect(ran.code).toBe(2);
    expect(ran.note).toContain(hint);
    expect(ran.out).toBe('');
  });

  test('verifies every cell, and fails when one is wrong', async () => {
    const good = await crema('refresh', '--verify');
    expect(good).toMatchObject({ code: 0, out: expect.stringContaining('0 differing cells') });
    await database.db.run({ text: 'update mart.ticket_created_daily set tickets = tickets + 1', values: [] } as never);
    const bad = await crema('refresh', '--verify');
    expect(bad).toMatchObject({ code: 1, out: expect.stringContaining('stored 2, recomputed 1') });
    expect((await crema('refresh', '--full')).code).toBe(0);
    expect((await crema('refresh', '--verify')).code).toBe(0);
  });

  test('finds a wrong fact and names it, and --full makes it right', async () => {
    await database.db.run(sql`
      update crm.ticket_sla set resolution_state = 'missed', resolution_decided_at = '2026-03-03T09:00:00Z' where id = 'b'`);
    const bad = await crema('refresh', '--verify');
    expect(bad.code).toBe(1);
    expect(bad.out).toContain('verified 3 tickets, 2 facts differ');
    expect(bad.out).toContain('import/b resolution_state: stored missed, evaluated met');
    expect(bad.out).toContain(
      'import/b resolution_decided_at: stored 2026-03-03T09:00:00Z, evaluated 2026-03-03T20:00:00Z',
    );
    const full = await crema('refresh', '--full');
    expect(full).toMatchObject({ code: 0, out: expect.stringContaining('ticket-sla: 3 tickets evaluated, 1 changed') });
    const good = await crema('refresh', '--verify', '--json');
    expect(good.code).toBe(0);
    expect(JSON.parse(good.out)).toMatchObject({ sla: { tickets: 3, evaluated: 0, differing: 0 }, differing: 0 });
  });

  test('lists and explains', async () => {
    expect((await crema('kpi', 'list')).out).toContain('resolution-time');
    const explained = await crema('kpi', 'explain', 'sla-reported');
    expect(explained.out).toContain('Target       90 %');
    expect(explained.out).toContain('ticket-created-daily');
  });

  test('says that a database has to be migrated, and migrates it', async () => {
    const ran = await crema('migrate');
    expect(ran).toMatchObject({ code: 0, out: 'The schema is up to date.\n' });
  });

  test('names an unreachable database without its password', async () => {
    const ran = await runCrema(['kpi', 'tickets'], { DATABASE_URL: 'postgres://crema:hunter2@127.0.0.1:1/crema' });
    expect(ran.code).toBe(1);
    expect(ran.note).toContain('127.0.0.1:1');
    expect(ran.note).toContain('DATABASE_URL');
    expect(ran.note).not.toContain('hunter2');
  });

  test('doctor names each thing with its remedy', async () => {
    const ran = await crema('doctor');
    expect(ran.code).toBe(0);
    for (const what of [
      'configuration',
      'SLA policies',
      'database',
      'migrations',
      'clock',
      'people',
      'slack',
      'mail',
      'charts, fonts',
    ])
      expect(ran.out).toContain(what);
    expect(ran.out).toContain('PostgreSQL');
  });

  test('every command has help with examples', async () => {
    for (const command of ['migrate', 'import', 'refresh', 'kpi', 'demo', 'start', 'doctor', 'bench']) {
      const ran = await crema(command, '--help');
      expect(ran.code).toBe(0);
      expect(ran.out).toContain('Examples:');
    }
  });
});
