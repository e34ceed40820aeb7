import { beforeAll, describe, expect, test } from 'vitest';
import { insertTickets, makeTenant, useDatabase } from '../database.ts';
import { type Asker, ask, settle } from './asking.ts';

/*
 * Ten critical tickets (answer within 1 h, resolution within 4 h) of 10 November 2026, UTC: seven resolved in time, one
 * never answered, two open since 09:00 and 09:30. Asked of that day, by default targets round the clock.
 */
const database = useDatabase();
const asker: Asker = { db: undefined as never, tenantId: 0, timezone: 'UTC', now: '2026-11-20T12:00:00Z' };
const on = (time: string) => `2026-11-10T${time}:00Z`;

beforeAll(async () => {
  asker.db = database.db;
  asker.tenantId = await makeTenant(database.db, 'maturity');
  const ticket = { created_at: on('06:00'), priority: 'critical', status: 'open', first_response_at: on('06:10') };
  await insertTickets(database.db, asker.tenantId, [
    ...Array.from({ length: 7 }, (_, n) => ({
      ...{ ...ticket, id: `met-${n}`, status: 'resolved', resolved_at: on('07:00') },
    })),
    { ...ticket, id: 'missed', first_response_at: null },
    { ...ticket, id: 'open-1', created_at: on('09:00'), first_response_at: on('09:05') },
    { ...ticket, id: 'open-2', created_at: on('09:30'), first_response_at: on('09:35') },
  ]);
  await settle(asker, { import: '2026-11-10T10:00:00Z' });
});

describe('cases that are not decided yet', () => {
  test('leave a target open that they could still turn', async () => {
    const result = await ask(asker, 'sla', { period: 'today', now: on('10:00') });
    expect([result.numerator, result.denominator, result.parts.pending]).toEqual([7, 8, 2]);
    // 9 of 10 would meet it, 7 of 10 would not.
    expect(result.target).toEqual({ value: 0.9, met: null });
  });

  test('do not where it is settled whatever becomes of them', async () => {
    const half = await ask(asker, 'sla-first-response', { period: 'today', now: on('10:00') });
    expect([half.numerator, half.denominator, half.target]).toEqual([9, 10, { value: 0.9, met: true }]);
    const late = await ask(asker, 'sla', { period: '2026-11-10', now: on('13:10') });
    // Of two open tickets one was due at 13:00: at most 8 of 10 are left.
    expect([late.numerator, late.denominator, late.target?.met]).toEqual([7, 9, false]);
  });

  test('that the clock decides after the data has ended are said, and their period is not mature', async () => {
    const result = await ask(asker, 'sla', { period: '2026-11-10' });
    expect([result.numerator, result.denominator]).toEqual([7, 10]);
    expect(result.period.mature).toBe(false);
    expect(result.series.points[0]?.mature).toBe(false);
    expect(result.notes.join(' ')).toContain('after 2026-11-10 10:00 are not known yet');
  });

  test('are not spoken of where nothing was ever loaded', async () => {
    const empty = { ...asker, tenantId: await makeTenant(database.db, 'nothing') };
    expect((await ask(empty, 'sla')).attention).toBeNull();
  });
});
