import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { ruleFrom } from '../../src/alerts/policy.ts';
import { alertRuleSchema } from '../../src/config/alerts.ts';
import { everything } from '../../src/db/viewer.ts';
import { useDatabase } from '../database.ts';
import { addTickets, ticketDays } from './ticket-days.ts';
import { type Town, type TownOptions, town } from './town.ts';

const database = useDatabase();

async function place(options: Partial<TownOptions> = {}): Promise<Town> {
  const made = await town(database.db, { now: '2026-11-10T09:00:00Z', ...options });
  await made.reaches('import', ['ticket'], '2026-12-31T00:00:00Z');
  return made;
}

/** Leaves so many tickets of today. */
async function today(at: Town, count: number): Promise<void> {
  await at.db.run(sql`delete from crm.tickets where tenant_id = ${at.tenantId}`);
  const day = at.clock.now().toString().slice(0, 10);
  await addTickets(
    at,
    Array.from({ length: count }, () => ({ created_at: `${day}T08:00:00Z` })),
  );
}

async function incidents(at: Town) {
  return at.db.query<{ id: number; state: string; since: Temporal.Instant; lines: string[] }>(sql`
    select incident_id as id, state, since, content -> 'lines' as lines from ops.alert_incidents
    where tenant_id = ${at.tenantId} order by incident_id`);
}

describe('a KPI beyond a threshold', () => {
  test.each([
    ['tickets today', undefined, 4],
    ['tickets mtd', undefined, 4],
    ['pipeline', undefined, 4],
    ['tickets', undefined, 24],
    ['backlog', undefined, 24],
    ['sla 7d by team', undefined, 24],
    ['tickets yesterday', undefined, 24],
    ['tickets "last month"', undefined, 24],
    ['tickets yesterday', '1 h', 1],
    ['tickets today', '24 h', 24],
  ])('of %s is repeated, with repeat: %s, every %i hours', (kpi, repeat, hours) => {
    const settings = {
      kind: 'kpi-threshold',
      kpi,
      above: 1,
      to: { channel: 'C0ALERTS' },
      ...(repeat ? { repeat } : {}),
    };
    const context = { targets: {}, to: undefined, isCalendar: () => false };
    const { policy } = ruleFrom(alertRuleSchema.parse(settings), context, { viewer: everything });
    expect(policy.repeatSeconds).toBe(hours * 3600);
  });

  test('is told once, with its value, and its message is edited when it is over', async () => {
    const at = await place();
    await today(at, 3);
    await at.rule({ kind: 'kpi-threshold', kpi: 'tickets today', above: 4 });
    await at.pass(10);
    expect(at.told()).toEqual([]);
    await today(at, 6);
    await at.pass(5);
    expect(at.told()).toEqual(['09:12 main High: Tickets created: 6 (10 Nov)']);
    await today(at, 1);
    await at.pass(20);
    expect(at.told()).toEqual([
      '09:21 thread Recovered 09:16 after 5 min; worst 6',
      '09:21 edit Recovered: Tickets created: 6 (10 Nov)',
    ]);
    await at.pass(20);
    expect(at.told()).toEqual([]);
  });

  test('stays what it was between the mark where it fires and the one where it clears', async () => {
    const at = await place();
    await today(at, 4);
    await at.rule({ kind: 'kpi-threshold', kpi: 'tickets today', above: 5, clear: 3, resolve_after: 0 });
    await at.pass(2);
    expect(at.told()).toEqual([]);
    await today(at, 6);
    await at.pass(3);
    expect(at.told()).toHaveLength(1);
    await today(at, 4);
    await at.pass(30);
    expect(at.told().filter((line) => line.includes('Recovered'))).toEqual([]);
    await today(at, 3);
    await at.pass(2);
    expect(at.told().at(-1)).toContain('edit Recovered');
  });

  test('fires at the exact minute when it has to be so for some time, and not at all when it was well in between', async () => {
    const at = await place();
    await today(at, 6);
    await at.rule({ kind: 'kpi-threshold', kpi: 'tickets today', above: 4, for: '10 min', group_wait: 0 });
    await at.pass(6);
    await today(at, 2);
    await at.pass(2);
    await today(at, 6);
    await at.pass(20);
    // First seen again at 09:09, for ten minutes.
    expect(at.told()).toEqual(['09:19 main High: Tickets created: 6 (10 Nov)']);
  });

  test('stays quiet when it is well for less than it takes to be resolved', async () => {
    const at = await place();
    await today(at, 6);
    await at.rule({ kind: 'kpi-threshold', kpi: 'tickets today', above: 4, resolve_after: '10 min' });
    await at.pass(3);
    expect(at.told()).toHaveLength(1);
    for (let flap = 0; flap < 3; flap++) {
      await today(at, 2);
      await at.pass(4);
      await today(at, 6);
      await at.pass(4);
    }
    expect(at.told()).toEqual([]);
    expect(await incidents(at)).toHaveLength(1);
  });

  test('is not known without a number, or while data is late, which is never well', async () => {
    const at = await place();
    await at.rule({ kind: 'kpi-threshold', kpi: 'sla', below: '85 %' });
    await at.pass(1);
    const health = () =>
      at.db.query(sql`
        select health, health_reason as reason, health_streams as streams from ops.alert_rules
        where tenant_id = ${at.tenantId}`);
    expect(await health()).toEqual([{ health: 'unknown', reason: 'there is no number for it', streams: [] }]);

    const other = await place();
    await today(other, 6);
    await other.rule({ kind: 'kpi-threshold', kpi: 'tickets today', above: 4, resolve_after: 0 });
    await other.pass(2);
    expect(other.told()).toHaveLength(1);
    await other.reaches('import', ['ticket'], '2026-11-10T08:00:00Z', 15);
    await today(other, 1);
    await other.pass(10);
    expect(await incidents(other)).toMatchObject([{ state: 'firing' }]);
    expect(other.told().filter((line) => line.includes('Recovered'))).toEqual([]);
    await other.reaches('import', ['ticket'], '2026-12-31T00:00:00Z', 15);
    await other.pass(10);
    expect(await incidents(other)).toMatchObject([{ state: 'resolved' }]);
  });

  test('by team is one incident with a line for each', async () => {
    const at = await place();
    await addTickets(at, [
      ...ticketDays('2026-11-10', [3], { team_id: 't1', created_at: '2026-11-10T08:00:00Z' }),
      ...ticketDays('2026-11-09', [6], { team_id: 't1' }),
      ...ticketDays('2026-11-09', [8], { team_id: 't2' }),
      ...ticketDays('2026-11-09', [2], { team_id: 't3' }),
    ]);
    await at.rule({ kind: 'kpi-threshold', kpi: 'tickets yesterday by team', above: 5 });
    await at.pass(5);
    expect(at.told()).toEqual(['09:02 main High: Tickets created above 5 for 2 teams']);
    expect((await incidents(at))[0]?.lines).toEqual(['Team t2: 8 (9 Nov)', 'Team t1: 6 (9 Nov)']);
  });

  test('goes on where it stopped when its rule is written anew as it was', async () => {
    const at = await place();
    await today(at, 6);
    const rule = () => at.rule({ kind: 'kpi-threshold', kpi: 'tickets today', above: 4, for: '10 min', group_wait: 0 });
    await rule();
    await at.pass(5);
    await rule();
    await at.pass(10);
    await rule();
    await at.pass(5);
    expect(at.told()).toEqual(['09:11 main High: Tickets created: 6 (10 Nov)']);
  });

  test('begins with the local day also where that day has 25 hours', async () => {
    const at = await place({ now: '2026-11-01T03:50:00Z', timezone: 'America/New_York' });
    await addTickets(at, ticketDays('2026-10-31', [6]));
    await addTickets(at, ticketDays('2026-11-01', [7]));
    await at.rule({ kind: 'kpi-threshold', kpi: 'tickets yesterday', above: 4, group_wait: 0, repeat: 0 });
    await at.pass(20);
    // Midnight of 1 November is 04:00 UTC, that of the 2nd 05:00.
    expect(at.told()).toEqual(['04:00 main High: Tickets created: 6 (31 Oct)']);
    const lines = async () => (await incidents(at))[0]?.lines;
    at.clock.move(23 * 3_600_000 + 44 * 60_000);
    await at.pass(60);
    expect(at.clock.now().toString()).toBe('2026-11-02T04:54:00Z');
    expect(await lines()).toEqual(['Tickets created: 6 (31 Oct)']);
    await at.pass(6);
    expect(await lines()).toEqual(['Tickets created: 7 (1 Nov)']);
  });
});

describe('days that were missed', () => {
  test('are told with their dates when what was beyond is well again', async () => {
    const at = await place({ now: '2026-11-02T09:00:00Z' });
    await addTickets(at, ticketDays('2026-10-31', [2, 2]));
    await at.reaches('import', ['ticket'], '2026-11-02T09:00:00Z', 60);
    await at.rule({ kind: 'kpi-threshold', kpi: 'tickets yesterday', above: 5 });
    await at.pass(5);
    // Three days without data; then all of them at once.
    at.clock.move(3 * 24 * 3_600_000);
    await at.pass(2);
    await addTickets(at, ticketDays('2026-11-02', [2, 9, 2]));
    await at.reaches('import', ['ticket'], '2026-12-31T00:00:00Z', 60);
    await at.pass(10);
    expect(at.told()).toEqual([
      '09:09 main High: Tickets created: 9 (3 Nov); well again on 5 Nov',
      '09:10 thread Recovered 5 Nov 00:00 after 24 h 00 min; worst 9',
      '09:10 edit Recovered: Tickets created: 9 (3 Nov); well again on 5 Nov',
    ]);
    expect((await incidents(at)).map(({ since }) => since.toString())).toEqual(['2026-11-04T00:00:00Z']);
    await at.pass(30);
    expect(at.told()).toEqual([]);
  });

  test('tell since when it has been so', async () => {
    const at = await place({ now: '2026-11-02T09:00:00Z' });
    await addTickets(at, ticketDays('2026-11-01', [2]));
    await at.rule({ kind: 'kpi-threshold', kpi: 'tickets yesterday', above: 5 });
    await at.pass(5);
    at.clock.move(3 * 24 * 3_600_000);
    await addTickets(at, ticketDays('2026-11-02', [2, 9, 8]));
    await at.pass(5);
    expect(at.told()).toEqual(['09:07 main High: Tickets created: 8 (4 Nov)']);
    expect((await incidents(at)).map(({ since }) => since.toString())).toEqual(['2026-11-04T00:00:00Z']);
  });

  test('are not asked for when the data was only on its way', async () => {
    const at = await place({ now: '2026-11-02T23:58:00Z' });
    await addTickets(at, ticketDays('2026-11-01', [9, 2]));
    await at.reaches('import', ['ticket'], '2026-11-02T23:57:00Z');
    await at.rule({ kind: 'kpi-threshold', kpi: 'tickets yesterday', below: 5 });
    await at.pass(20);
    expect(at.told()).toEqual([]);
    await at.reaches('import', ['ticket'], '2026-11-03T00:17:00Z');
    await at.pass(10);
    expect(at.told()).toHaveLength(1);
  });
});

describe('a threshold that means nothing', () => {
  const rule = async (settings: Record<string, unknown>) => {
    const at = await place();
    return at.rule({ kind: 'kpi-threshold', ...settings });
  };

  test.each([
    ['dates that stay where they are', { kpi: 'tickets 2026-10', above: 5 }, 'dates that stay where they are'],
    ['a day that is always below at first', { kpi: 'tickets today', below: 5 }, 'would always be below'],
    ['a week that is always below at first', { kpi: 'tickets wtd', below: 5 }, 'would always be below'],
    ['a share of what is no share', { kpi: 'tickets yesterday', below: '5 %' }, '"5 %" does not fit Tickets created'],
    ['a time of what is no time', { kpi: 'sla', below: '4 h' }, '"4 h" does not fit'],
  ])('is refused: %s', async (_what, settings, problem) => {
    await expect(rule(settings)).rejects.toThrow(problem);
  });

  test('a level may be below while its day goes on', async () => {
    await expect(rule({ kpi: 'backlog today', below: 5 })).resolves.toBeGreaterThan(0);
  });

  test('marks are read in the unit of their KPI', async () => {
    const at = await place();
    await at.rule({ kind: 'kpi-threshold', kpi: 'sla', below: '85 %', clear: 0.9 }, 'share');
    await at.rule({ kind: 'kpi-threshold', kpi: 'resolution-time', above: '4 h' }, 'time');
    const titles = await at.db.query<{ title: string }>(sql`
      select policy ->> 'title' as title from ops.alert_rules where tenant_id = ${at.tenantId} order by rule_id`);
    expect(titles.map(({ title }) => title.replaceAll(/[\u00a0\u202f]/g, ' '))).toEqual([
      'Ticket SLA compliance below 85 %, well again at 90 %',
      'Resolution time above 4 h',
    ]);
  });
});
