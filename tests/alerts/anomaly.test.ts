import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { useDatabase } from '../database.ts';
import { addTickets, ticketDays } from './ticket-days.ts';
import { type Town, town } from './town.ts';

const database = useDatabase();

async function place(now: string): Promise<Town> {
  const made = await town(database.db, { now });
  await made.reaches('import', ['ticket'], '2026-12-31T00:00:00Z');
  return made;
}

/** Ten weeks of clean days, Monday 31 August first, until Sunday 8 November: fewer at weekends. */
const clean = Array.from({ length: 10 }, (_, index) => {
  const off = (index * 3) % 5;
  return [40 + off, 42 - off, 38 + off, 41, 39 + off, 12 + off, 11];
}).flat();

function unusual(at: Town, days: readonly number[], first = '2026-08-31') {
  return addTickets(at, ticketDays(first, days));
}

describe('an unusual day', () => {
  test('is told at the minute it is over, once, and its incident ends with the next usual one', async () => {
    const at = await place('2026-11-09T23:55:00Z');
    await unusual(at, [...clean, 95]);
    await at.rule({ kind: 'anomaly', kpis: ['tickets'], group_wait: 0, resolve_after: 0 });
    await at.pass(3);
    expect(at.told()).toEqual([]);
    await at.pass(10);
    expect(at.told()).toEqual([
      '00:00 main Above usual: Tickets created: 95 on Monday 9 Nov; a Monday usually has about 42',
    ]);
    at.clock.move(12 * 3_600_000);
    await addTickets(at, ticketDays('2026-11-10', [40]));
    await at.pass(60);
    expect(at.told()).toEqual([]);
    at.clock.move(12 * 3_600_000);
    await at.pass(5);
    expect(at.told().at(-1)).toContain('Recovered');
  });

  test('is told in the direction asked for, and only when it matters', async () => {
    const at = await place('2026-11-10T06:00:00Z');
    await unusual(at, [...clean, 8]);
    await at.rule({ kind: 'anomaly', kpis: ['tickets'], direction: 'up' }, 'up');
    await at.rule({ kind: 'anomaly', kpis: ['tickets'], least_units: 50 }, 'large');
    await at.pass(5);
    expect(at.told()).toEqual([]);
    await at.rule({ kind: 'anomaly', kpis: ['tickets'], direction: 'down' }, 'down');
    await at.pass(5);
    expect(at.told()).toEqual([
      '06:07 main Below usual: Tickets created: 8 on Monday 9 Nov; a Monday usually has about 42',
    ]);
  });

  test('of many KPIs is one incident; those without history are neither well nor not', async () => {
    const at = await place('2026-11-10T06:00:00Z');
    await unusual(at, [...clean, 95]);
    await at.rule({ kind: 'anomaly' });
    await at.pass(5);
    expect(at.told()).toHaveLength(1);
    const [rule] = await at.db.query<{ health: string; untold: Record<string, string> }>(sql`
      select health, memory -> 'untold' as untold from ops.alert_rules where tenant_id = ${at.tenantId}`);
    expect(rule?.health).toBe('ok');
    expect(rule?.untold.leads).toBe('no day of it is known');
    expect(Object.keys(rule?.untold ?? {})).not.toContain('tickets');
  });

  test('is not known with less than eight weeks, which is no alarm and not well either', async () => {
    const at = await place('2026-11-10T06:00:00Z');
    await unusual(at, [...clean.slice(0, 7 * 7), 95], '2026-09-21');
    await at.rule({ kind: 'anomaly', kpis: ['tickets'] });
    await at.pass(5);
    expect(at.told()).toEqual([]);
    const rules = await at.db.query(sql`
      select health, health_reason as reason from ops.alert_rules where tenant_id = ${at.tenantId}`);
    expect(rules).toEqual([{ health: 'unknown', reason: 'not enough history: 7 of 8 weeks' }]);
  });

  test.each([
    ['stays in what is usual', false, 50],
    ['leaves what is usual when somebody has acknowledged it', true, 39],
  ])('%s', async (_what, acknowledged, usual) => {
    const at = await place('2026-11-03T06:00:00Z');
    // Mondays are 30 or 50.
    const weeks = Array.from({ length: 8 }, (_, index) => [index % 2 ? 30 : 50, 40, 41, 40, 39, 12, 11]).flat();
    await unusual(at, [...weeks, 95], '2026-09-07');
    await at.rule({ kind: 'anomaly', kpis: ['tickets'], resolve_after: 0, group_wait: 0 });
    await at.pass(2);
    expect(at.told()).toHaveLength(1);
    if (acknowledged)
      await at.db.run(sql`
        update ops.alert_incidents set acknowledged_at = ${at.clock.now().toString()} where tenant_id = ${at.tenantId}`);
    at.clock.move(24 * 3_600_000);
    await unusual(at, [40], '2026-11-03');
    await at.pass(3);
    expect(at.told().at(-1)).toContain('Recovered');
    at.clock.move(6 * 24 * 3_600_000);
    await unusual(at, [41, 40, 39, 12, 11, 95], '2026-11-04');
    await at.pass(3);
    expect(at.told()).toEqual([
      `06:06 main Above usual: Tickets created: 95 on Monday 9 Nov; a Monday usually has about ${usual}`,
    ]);
  });

  test.each([
    [{ kpis: ['backlog'] }, 'cannot be judged'],
    [{ kpis: ['tickts'] }, 'did you mean tickets'],
  ])('is refused for %j', async (settings, problem) => {
    const at = await place('2026-11-10T06:00:00Z');
    await expect(at.rule({ kind: 'anomaly', ...settings })).rejects.toThrow(problem);
  });
});
