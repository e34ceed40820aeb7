import { describe, expect, test } from 'vitest';
import { useDatabase } from '../database.ts';
import { deskOf, quickPolicies } from './desk.ts';
import { town } from './town.ts';

const database = useDatabase();
const day = '2026-11-10';

async function aDesk(now = `${day}T09:00:00Z`) {
  const place = await town(database.db, { now, policies: quickPolicies });
  await place.reaches('crm', ['ticket', 'ticket_event'], '2026-12-31T00:00:00Z');
  const desk = deskOf(place, day);
  await desk.staff();
  await place.work();
  return { ...place, ...desk };
}

describe('a ticket whose first response is due', () => {
  test('is told at the minute it is at risk, predicted to breach and breached, in one message that is edited when it is answered', async () => {
    const desk = await aDesk();
    await desk.rule({ kind: 'sla-risk', before: '10 min' });
    await desk.add({ id: 'T-1', created: '09:00', operator: 'o1' });
    await desk.pass(44);
    expect(desk.told()).toEqual([]);
    await desk.pass(30);
    expect(desk.told()).toEqual([]);
  });
});
