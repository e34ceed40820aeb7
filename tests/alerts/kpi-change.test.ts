import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { stretchesBefore, usualOf } from '../../src/alerts/kinds/kpi-change/baseline.ts';
import { isInDirection, stateOf } from '../../src/alerts/kinds/kpi-change/conditions.ts';
import { useDatabase } from '../database.ts';
import { addTickets, ticketDays } from './ticket-days.ts';
import { type Town, town } from './town.ts';

const database = useDatabase();

async function place(now: string, timezone = 'UTC'): Promise<Town> {
  const made = await town(database.db, { now, timezone });
  await made.reaches('import', ['ticket'], '2026-12-31T00:00:00Z');
  return made;
}

const week = (each: number) => Array.from({ length: 7 }, () => each);

describe('a KPI that has changed', () => {
  test('is told at the minute its days are over, once, with what it is compared with', async () => {
    const at = await place('2026-11-15T23:50:00Z');
    await addTickets(at, ticketDays('2026-11-02', [...week(10), ...week(16)]));
    await at.rule({ kind: 'kpi-change', kpi: 'tickets 7d', direction: 'any', group_wait: 0 });
    await at.pass(9);
    const early = at.told();
    await at.pass(5);
    expect(early).toEqual([]);
    expect(at.told()).toEqual(['00:00 main Up: Tickets created: 112 (9–15 Nov), up 42 (60.0 %) vs 2–8 Nov']);
    at.clock.move(6 * 3_600_000);
    await at.pass(30);
    expect(at.told()).toEqual([]);
  });

  test('is no news where chance explains it, or where it is too small to matter', async () => {
    const at = await place('2026-11-16T06:00:00Z');
    // 70 against 80: within chance. Of team big 2,800 against 3,010: beyond chance, but 7.5 %.
    await addTickets(at, ticketDays('2026-11-02', [...week(10), ...week(12)], { team_id: 'small' }));
    await addTickets(at, ticketDays('2026-11-02', [...week(400), ...week(430)], { team_id: 'big' }));
    await at.rule({ kind: 'kpi-change', kpi: 'tickets 7d by team', direction: 'any' }, 'by-team');
    await at.rule({ kind: 'kpi-change', kpi: 'tickets 7d', direction: 'any' }, 'whole');
    await at.pass(10);
    expect(at.told()).toEqual([]);
    await at.rule({ kind: 'kpi-change', kpi: 'tickets 7d by team', direction: 'any', least: '5 %' }, 'by-team');
    await at.pass(10);
    expect(at.told()).toEqual(['06:12 main Up: Team big: 3,010 (9–15 Nov), up 210 (7.5 %) vs 2–8 Nov']);
  });

  test('is resolved when it is like before again', async () => {
    const at = await place('2026-11-10T06:00:00Z');
    await addTickets(at, ticketDays('2026-11-01', [40, 40, 40, 40, 40, 40, 40, 40, 100, 40]));
    await at.rule({ kind: 'kpi-change', kpi: 'tickets yesterday', direction: 'up', resolve_after: 0 });
    await at.pass(5);
    expect(at.told()).toEqual(['06:02 main Up: Tickets created: 100 (9 Nov), up 60 (150.0 %) vs 2 Nov']);
    at.clock.move(24 * 3_600_000);
    await at.pass(3);
    expect(at.told().at(-1)).toContain('edit Recovered');
  });

  test('is compared with what is usual for such days', async () => {
    const at = await place('2026-11-16T06:00:00Z');
    // Eight weeks of about 20 on Sundays and 40 else, and then a Sunday of 45: usual for any other day.
    const weeks = Array.from({ length: 8 }, (_, index) => [40, 41, 39, 40, 42, 38, 19 + (index % 3)]).flat();
    await addTickets(at, ticketDays('2026-09-14', [...weeks, 40, 41, 39, 40, 42, 38, 45]));
    await at.rule({ kind: 'kpi-change', kpi: 'tickets yesterday', against: 'baseline', direction: 'any' });
    await at.pass(5);
    expect(at.told()).toEqual(['06:02 main Above usual: Tickets created: 45 (15 Nov), up 25 (125.0 %) vs 8 Nov']);
    at.clock.move(24 * 3_600_000);
    await addTickets(at, ticketDays('2026-11-16', [41]));
    await at.pass(10);
    expect(at.told().at(-1)).toContain('edit Recovered');
  });

  test('is not known without days to compare with', async () => {
    const at = await place('2026-11-16T06:00:00Z');
    await addTickets(at, ticketDays('2026-11-09', week(10)));
    await at.rule({ kind: 'kpi-change', kpi: 'tickets 7d' });
    await at.rule({ kind: 'kpi-change', kpi: 'tickets yesterday', against: 'baseline' }, 'usual');
    await at.pass(1);
    const health = await at.db.query(sql`
      select health, health_reason as reason from ops.alert_rules where tenant_id = ${at.tenantId} order by rule_id`);
    expect(health).toEqual([
      { health: 'unknown', reason: 'nothing to compare with in 2–8 Nov' },
      { health: 'unknown', reason: 'not enough history: 0 such stretches' },
    ]);
  });

  test.each([
    [{ kpi: 'tickets today' }, 'days that are not over'],
    [{ kpi: 'tickets 2026-10' }, 'dates that stay where they are'],
    [{ kpi: 'tickets 90d', against: 'baseline' }, 'is longer than 35 days'],
    [{ kpi: 'tickets 7d vs year', against: 'baseline' }, 'says itself what it is compared with'],
  ])('is refused for %j', async (settings, problem) => {
    const at = await place('2026-11-16T06:00:00Z');
    await expect(at.rule({ kind: 'kpi-change', ...settings })).rejects.toThrow(problem);
  });
});

describe('what counts as a change', () => {
  test('is never a comparison that nobody can judge', () => {
    const of = (
      verdict: 'partial' | 'few-cases' | 'too-close' | 'worse' | 'higher',
      changeRatio: number | null = 0.5,
    ) => stateOf({ direction: 'any', least: 0.1 }, { verdict, change: 5, changeRatio }, 'up');
    expect([of('partial'), of('few-cases'), of('too-close'), of('worse'), of('higher')]).toEqual([
      ...['unknown', 'few', 'same', 'changed', 'changed'],
    ]);
    expect(of('worse', 0.05)).toBe('same');
    // From nothing to something.
    expect(of('higher', null)).toBe('changed');
  });

  test('is worse or better as the KPI has it', () => {
    expect(isInDirection('worse', 5, 'up')).toBe(false);
    expect(isInDirection('worse', -5, 'up')).toBe(true);
    expect(isInDirection('worse', 5, 'down')).toBe(true);
    expect(isInDirection('better', 5, 'down')).toBe(false);
    expect(isInDirection('better', 5, 'neither')).toBe(true);
    expect(isInDirection('down', 5, 'neither')).toBe(false);
  });
});

describe('what is usual', () => {
  test('is of the same weekdays, and of days before', () => {
    expect(stretchesBefore({ from: '2026-11-15', to: '2026-11-16' }).map(({ from }) => from)).toEqual([
      ...['2026-11-08', '2026-11-01', '2026-10-25', '2026-10-18'],
      ...['2026-10-11', '2026-10-04', '2026-09-27', '2026-09-20'],
    ]);
    const month = stretchesBefore({ from: '2026-10-17', to: '2026-11-16' });
    expect(month).toHaveLength(4);
    expect(month[0]).toEqual({ from: '2026-09-12', to: '2026-10-12' });
  });

  test('is what the number lies within, but for one of them', () => {
    const of = (values: number[], value: number) =>
      usualOf(
        values.map((one, index) => ({ period: { from: `${index}`, to: '' }, value: one })),
        value,
      );
    expect(of([1, 2, 3], 9)).toBeNull();
    expect(of([1, 2, 3, 4, 5, 6, 7, 8], 6.5)).toBe('inside');
    expect(of([1, 2, 3, 4, 5, 6, 7, 8], 7.5)).toMatchObject({ value: 5 });
    expect(of([1, 2, 3, 4, 5, 6, 7, 8], 0)).toMatchObject({ value: 4 });
  });
});
