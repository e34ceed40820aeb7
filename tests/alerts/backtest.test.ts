import { describe, expect, test } from 'vitest';
import { backtest } from '../../src/alerts/backtest.ts';
import { ruleFrom } from '../../src/alerts/policy.ts';
import { alertRuleSchema } from '../../src/config/alerts.ts';
import { everything } from '../../src/db/viewer.ts';
import { markAllTickets } from '../../src/facts/verify.ts';
import { silentLog } from '../../src/lib/log.ts';
import { rollups } from '../../src/rollups/index.ts';
import { markAll } from '../../src/rollups/marks.ts';
import { insertTickets, useDatabase } from '../database.ts';
import { type Town, town } from './town.ts';

const database = useDatabase();

/** Tickets by day, in order from a day on. */
async function ticketsFrom(place: Town, first: string, counts: readonly number[]): Promise<void> {
  const day = (index: number) => Temporal.PlainDate.from(first).add({ days: index }).toString();
  await insertTickets(
    place.db,
    place.tenantId,
    counts.flatMap((count, index) =>
      Array.from({ length: count }, (_, number) => ({
        id: `${day(index)}-${number}`,
        created_at: `${day(index)}T08:00:00Z`,
        priority: 'low',
        status: 'open',
      })),
    ),
  );
  await markAllTickets(place.db, place.tenantId);
  await place.db.tx(async (tx) => {
    for (const rollup of rollups) if (rollup.stream === 'ticket') await markAll(tx, rollup, place.tenant);
  });
  await place.work();
}

function tested(place: Town, settings: Record<string, unknown>, days: number) {
  const rule = ruleFrom(
    alertRuleSchema.parse({ to: { channel: 'C0ALERTS' }, ...settings }),
    { targets: {}, to: undefined, isCalendar: () => false },
    { viewer: everything },
  );
  const now = place.clock.now();
  const context = {
    ...{ db: place.db, tenant: place.tenant, now, settings: {}, terms: place.terms, log: silentLog, lateStreams: [] },
    calendar: () => undefined,
  };
  return backtest(rule, { from: now.subtract({ hours: 24 * days }), to: now }, context);
}

describe('a rule tried on the past', () => {
  test('says when it would have fired, for how long, and what would have told less of the same', async () => {
    const place = await town(database.db, { now: '2026-11-20T09:00:00Z' });
    await place.reaches('crm', ['ticket'], '2026-12-31T00:00:00Z');
    await ticketsFrom(place, '2026-11-08', [3, 9, 7, 9, 7, 9, 3, 3, 9, 3, 3, 3]);
    const found = await tested(place, { kind: 'kpi-threshold', kpi: 'tickets yesterday', above: 8 }, 12);
    if ('unknown' in found) throw new Error(found.unknown);
    expect(found.episodes.map(({ from, to, worst }) => [from.toString(), to?.toString() ?? null, worst?.text])).toEqual(
      [
        ['2026-11-10T00:00:00Z', '2026-11-11T00:00:00Z', '9'],
        ['2026-11-12T00:00:00Z', '2026-11-13T00:00:00Z', '9'],
        ['2026-11-14T00:00:00Z', '2026-11-15T00:00:00Z', '9'],
        ['2026-11-17T00:00:00Z', '2026-11-18T00:00:00Z', '9'],
      ],
    );
    expect(found).toMatchObject({ fired: 4, longestSeconds: 86_400, totalSeconds: 4 * 86_400, outsideHours: 4 });
    expect(found.suggestion).toBe('With clear: 6 it would have fired 2 × instead of 4 ×.');
    expect(found.notes).toContain('It is looked at once a day; what fired for some hours of a day is not seen.');
  });

  test('says why nobody knows', async () => {
    const place = await town(database.db, { now: '2026-11-20T09:00:00Z' });
    expect(await tested(place, { kind: 'kpi-threshold', kpi: 'sla', below: '85 %' }, 12)).toEqual({
      unknown: 'there is no number for any of its days',
    });
  });
});
