import { describe, expect, test } from 'vitest';
import { backtest } from '../../src/alerts/backtest.ts';
import { ruleFrom } from '../../src/alerts/policy.ts';
import { alertRuleSchema } from '../../src/config/alerts.ts';
import { everything } from '../../src/db/viewer.ts';
import { silentLog } from '../../src/lib/log.ts';
import { useDatabase } from '../database.ts';
import { addTickets, ticketDays } from './ticket-days.ts';
import { type Town, town } from './town.ts';

const database = useDatabase();

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
    await place.reaches('import', ['ticket'], '2026-12-31T00:00:00Z');
    await addTickets(place, ticketDays('2026-11-08', [3, 9, 7, 9, 7, 9, 3, 3, 9, 3, 3, 3]));
    await place.work();
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
