import { describe, expect, test } from 'vitest';
import { addSilence, endSilence, silencesAt } from '../../src/alerts/store/silences.ts';
import { useDatabase } from '../database.ts';
import { created } from './tickets.ts';
import { town } from './town.ts';

const database = useDatabase();

async function silenced(minutes: number) {
  const place = await town(database.db, { now: '2026-11-10T09:00:00Z' });
  await place.reaches('crm', ['ticket'], '2026-12-31T00:00:00Z');
  const rule = await place.rule({ kind: 'kpi-threshold', kpi: 'tickets today', above: 4, group_wait: 0 });
  const from = place.clock.now();
  const id = await place.db.tx((tx) =>
    addSilence(tx, place.tenantId, {
      ...{ matchers: { rule: [String(rule)] }, from, until: from.add({ minutes }) },
      ...{ createdBy: 'a test', person: null, comment: 'maintenance' },
    }),
  );
  await created(place, '2026-11-10', 6);
  return { place, id };
}

describe('a silence', () => {
  test('tells nobody until it ends, and then what still fires', async () => {
    const { place } = await silenced(30);
    await place.pass(29);
    expect(place.told()).toEqual([]);
    await place.pass(10);
    expect(place.told()).toEqual(['09:30 main High: Tickets created: 6 (10 Nov)']);
  });

  test('that is ended before its time lets what fires be told at once, and ends once', async () => {
    const { place, id } = await silenced(600);
    await place.pass(5);
    expect(place.told()).toEqual([]);
    const end = () =>
      place.db.tx((tx) => endSilence(tx, place.tenantId, id, { now: place.clock.now(), endedBy: 'slack:U1' }));
    expect(await end()).toBe(true);
    expect(await end()).toBe(false);
    expect(await silencesAt(place.db, place.tenantId, place.clock.now())).toEqual([]);
    await place.pass(2);
    expect(place.told()).toEqual(['09:06 main High: Tickets created: 6 (10 Nov)']);
  });
});
