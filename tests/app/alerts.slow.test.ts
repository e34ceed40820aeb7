import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { timeline } from '../../src/app/alerts/timeline.ts';
import { ticketDays } from '../alerts/ticket-days.ts';
import { insertTickets, useDatabase } from '../database.ts';
import { runCrema } from './run-crema.ts';

const database = useDatabase();
let home: string;

const config = `
tenants:
  default:
    alerts:
      to: { channel: C0ALERTS }
      rules:
        many-tickets: { kind: kpi-threshold, kpi: tickets yesterday, above: 8 }
        low-sla: { kind: kpi-threshold, kpi: sla, below: 85 % }
        quiet: { kind: kpi-threshold, kpi: tickets yesterday, above: 100 }
`;

const crema = (...argv: string[]) =>
  runCrema([...argv, '--now', '2026-11-20T09:00:00Z', '--config', path.join(home, 'crema.yaml')], {
    ...{ DATABASE_URL: database.url, CREMA_HOME: home },
  });

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'crema-alerts-'));
  await writeFile(path.join(home, 'crema.yaml'), config);
  await crema('alerts');
  const [tenant] = await database.db.query<{ id: number }>(sql`select tenant_id as id from ops.tenants`);
  const id = tenant!.id;
  const days = ticketDays('2026-11-08', [3, 9, 7, 9, 7, 9, 3, 3, 9, 3, 3, 9]);
  await insertTickets(
    database.db,
    id,
    days.map((ticket, index) => ({ id: String(index), priority: 'low', status: 'open', ...ticket }) as never),
  );
  await database.db.run(sql`
    insert into ops.streams (tenant_id, source, stream, as_of, loaded_at)
    values (${id}, 'import', 'ticket', '2026-12-31T00:00:00Z', '2026-12-31T00:00:00Z')`);
  const made = await crema('refresh', '--full');
  if (made.code !== 0) throw new Error(made.note);
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe('the command line of alerts', () => {
  test('lists rules, also before a bot has read them', async () => {
    const { code, out } = await crema('alerts', 'rules');
    expect(code).toBe(0);
    expect(out).toMatch(/many-tickets +kpi-threshold +Tickets created above 8 +not read by a running bot yet +never/);
    expect((await crema('alerts')).out).toBe('No incident is open.\n');
  });

  test('looks with every rule now, and writes nothing', async () => {
    const { code, out } = await crema('alerts', 'check');
    expect(code).toBe(0);
    expect(out).toContain('many-tickets (Tickets created above 8): firing, serious\n  Tickets created: 9 (19 Nov)\n');
    expect(out).toContain('): unknown\n  there is no number for it\n');
    expect(out).toContain('quiet (Tickets created above 100): ok\n');
    const [written] = await database.db.query<{ rules: number; incidents: number }>(sql`
      select (select count(*)::int from ops.alert_rules) as rules,
        (select count(*)::int from ops.alert_incidents) as incidents`);
    expect(written).toEqual({ rules: 0, incidents: 0 });
  });

  test('silences by labels for a time, lists that and ends it; refuses what it does not understand', async () => {
    expect((await crema('alerts', 'silences')).out).toBe('Nothing is silenced.\n');
    const made = await crema('alerts', 'silence', 'team=crm/7', '4', 'h', '--why', 'a move');
    expect(made.out).toBe('Silenced until 2026-11-20 13:00 (silence 1). What still fires then is told then.\n');
    expect((await crema('alerts', 'silences')).out).toMatch(
      /1 +team=crm\/7 +2026-11-20 13:00 +the command line +a move/,
    );
    expect((await crema('alerts', 'unsilence', '1')).out).toBe('Silence 1 has ended.\n');
    expect((await crema('alerts', 'unsilence', '1')).out).toBe('Silence 1 does not hold.\n');
    const wrong = await crema('alerts', 'silence', 'team=crm/7', '4');
    expect(wrong.code).toBe(2);
    expect(wrong.note).toContain('for how long?');
    expect((await crema('alerts', 'silence', 'nothing', '4', 'h')).note).toContain('there is no rule "nothing"');
  });

  test('tries a rule on the past, with a line of days', async () => {
    const { code, out } = await crema('alerts', 'backtest', 'many-tickets', '12d');
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines[1]).toMatch(
      /^It would have fired 5 ×: longest 24 h 00 min, together 4\.4 d, 5 × outside office hours\.$/,
    );
    expect(lines[3]).toBe('  ··█·█·█··█··▄');
    expect(out).toContain('2026-11-10 00:00 – 2026-11-11 00:00  24 h 00 min  Tickets created, worst 9');
    expect(out).toContain('With clear: 6 it would have fired 3 × instead of 5 ×.');
    const { out: json } = await crema('alerts', 'backtest', 'many-tickets', '12d', '--json');
    expect(JSON.parse(json)).toMatchObject({ fired: 5, outsideHours: 5 });
    expect(await crema('alerts', 'backtest', 'low-sla')).toMatchObject({ code: 3 });
  });

  test.each([
    [['alerts', 'look'], 'there is no "look"'],
    [['alerts', 'backtest'], 'backtest what?'],
    [['alerts', 'backtest', 'nothing'], 'there is no alert rule "nothing"'],
    [['alerts', 'backtest', 'quiet', 'soon'], '"soon" is no period'],
    [['alerts', 'backtest', 'quiet', 'today'], 'no day that is over'],
  ])('refuses %j', async (argv, problem) => {
    const { code, note } = await crema(...argv);
    expect([code, note]).toEqual([2, expect.stringContaining(problem)]);
  });
});

test('a line of days has one character for each, whatever the clocks do', () => {
  const at = (text: string) => Temporal.Instant.from(text);
  const zone = 'America/New_York';
  // From 30 October to 3 November; the clocks go back on the 1st, which has 25 hours.
  const period = { from: at('2026-10-30T04:00:00Z'), to: at('2026-11-04T05:00:00Z') };
  const episodes = [
    { from: at('2026-11-01T04:00:00Z'), to: at('2026-11-02T05:00:00Z') },
    { from: at('2026-11-03T12:00:00Z'), to: null },
  ];
  expect(timeline(episodes, period, zone)).toEqual(['··█·▄', '30 Oct 3 Nov']);
});
