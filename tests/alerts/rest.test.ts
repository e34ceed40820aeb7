import { describe, expect, test } from 'vitest';
import { changeRuleState } from '../../src/alerts/rest.ts';
import { openIncidents } from '../../src/alerts/store/incidents.ts';
import { useDatabase } from '../database.ts';
import { created } from './tickets.ts';
import { town } from './town.ts';

const database = useDatabase();

describe('a rule that is paused', () => {
  test('closes what it fired for, says so in the message, and begins anew when it is taken up', async () => {
    const place = await town(database.db, { now: '2026-11-10T09:00:00Z' });
    await place.reaches('crm', ['ticket'], '2026-12-31T00:00:00Z');
    await created(place, '2026-11-10', 6);
    const rule = await place.rule({ kind: 'kpi-threshold', kpi: 'tickets today', above: 4 });
    await place.pass(3);
    expect(place.told()).toEqual(['09:02 main High: Tickets created: 6 (10 Nov)']);
    const change = (state: 'active' | 'paused', reason: string | null) =>
      place.db.tx((tx) => changeRuleState(tx, place.tenantId, rule, { state, reason }, place.moments()));
    expect(await change('paused', 'by Noor')).toBe(true);
    expect(await change('paused', 'by Noor')).toBe(false);
    await place.pass(10);
    expect(place.told().toSorted()).toEqual([
      '09:04 edit Closed: Tickets created: 6 (10 Nov)',
      '09:04 thread The rule was paused (by Noor): nobody watches it any more',
    ]);
    expect(await openIncidents(place.db, place.tenantId)).toEqual([]);
    await change('active', null);
    await place.pass(10);
    expect(place.told()).toEqual(['09:15 main High: Tickets created: 6 (10 Nov)']);
  });
});
