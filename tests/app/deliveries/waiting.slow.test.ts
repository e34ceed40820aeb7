import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { directMessageId, leadership, supportLead } from '../../../src/sandbox/workspace.ts';
import { useDatabase } from '../../database.ts';
import { type Office, openOffice, textOf, tier2 } from './office.ts';

const database = useDatabase();

const subscriptions = `
      leaders: {what: digest morning-coffee, to: {channel: ${leadership.id}}, when: weekdays at 08:30}
      tier-2: {what: kpi tickets yesterday, to: {channel: ${tier2.id}}, when: weekdays at 09:30}
`;

let office: Office;
beforeAll(async () => {
  office = await openOffice(database, { now: '2026-11-16T00:45:00Z', subscriptions, headlines: 'tickets' });
  await office.tickets('2026-11-14', 7);
}, 60_000);
afterAll(() => office.stop());

describe('a digest whose data is late', () => {
  const monday = { kind: 'digest', part: 'main', slot: '2026-11-16' };
  const tuesday = { ...monday, slot: '2026-11-17' };
  /** Resolves once the bot has found at the time of the clock that it has to wait. */
  const waits = async (of: typeof monday) => {
    const next = office.clock.now().add({ seconds: 5 });
    const row = () =>
      database.db.query(sql`
        select state, reason, ready_at as "readyAt" from ops.deliveries where slot = ${of.slot} and part = 'main'`);
    await expect
      .poll(row, { timeout: 20_000 })
      .toEqual([{ state: 'pending', reason: 'waits for crm:ticket', readyAt: next }]);
  };

  test('waits for it, and goes out when it is there', async () => {
    await office.stream('ticket', { asOf: '2026-11-15T23:00:00Z', minutes: 60 });
    office.moveTo('2026-11-16T01:30:00Z');
    await waits(monday);
    office.moveTo('2026-11-16T01:34:00Z');
    await waits(monday);
    await office.stream('ticket', { asOf: '2026-11-16T01:33:00Z', minutes: 60 });
    office.moveTo('2026-11-16T01:35:00Z');
    await office.reached('sent', 1, monday);
    const [message] = office.said(leadership.id);
    expect(textOf(message!)).toMatch(/^Tickets created\n\*7\*/m);
    expect(textOf(message!)).not.toMatch(/Late:|Not all data/);
  });

  test('goes out 20 minutes after its time all the same, and names the source', async () => {
    office.moveTo('2026-11-17T01:30:00Z');
    await waits(tuesday);
    office.moveTo('2026-11-17T01:49:54Z');
    await waits(tuesday);
    expect(office.said(leadership.id)).toHaveLength(1);
    office.moveTo('2026-11-17T01:50:00Z');
    await office.reached('sent', 1, tuesday);
    expect(textOf(office.said(leadership.id)[1]!)).toContain('Late: crm (ticket) reaches 16 Nov 08:33.');
  });
});

describe('a channel that was archived', () => {
  const notices = () =>
    office
      .said(directMessageId(supportLead.id), supportLead.id)
      .filter((message) => textOf(message).includes(' rests: '));
  const state = async () =>
    (await database.db.query<{ state: string }>(sql`select state from ops.subscriptions where name = 'tier-2'`))[0]
      ?.state;

  test('lets what goes there rest, and whoever looks after it is told once', async () => {
    await office.sandbox.archive(tier2.id);
    await office.stream('ticket', { asOf: '2026-11-18T02:29:00Z', minutes: 60 });
    office.moveTo('2026-11-18T02:30:00Z');
    await expect.poll(state, { timeout: 20_000 }).toBe('paused');
    await office.reached('sent', 1, { kind: 'notice' });
    expect(notices()).toHaveLength(1);
    expect(textOf(notices()[0]!)).toContain('tickets yesterday rests: the channel is archived');
    // The other one goes on, so the bot has looked at the day after.
    await office.stream('ticket', { asOf: '2026-11-19T02:30:00Z', minutes: 60 });
    office.moveTo('2026-11-19T02:31:00Z');
    await office.reached('sent', 1, { kind: 'digest', part: 'main', slot: '2026-11-19' });
    expect(notices()).toHaveLength(1);
    expect(await office.ledger({ kind: 'kpi', slot: '2026-11-19' })).toEqual([]);
  });

  test('resumed, it goes on from now', async () => {
    await office.sandbox.unarchive(tier2.id);
    const list = JSON.parse((await office.crema('subscriptions', '--json')).out) as Record<string, unknown>[];
    const number = String(list.find(({ name }) => name === 'tier-2')?.subscriptionId);
    await office.crema('subscriptions', 'resume', number, '--now', office.clock.now().toString());
    const before = await office.ledger({ kind: 'kpi', state: 'sent' });
    await office.tickets('2026-11-19', 5);
    await office.stream('ticket', { asOf: '2026-11-20T02:29:00Z', minutes: 60 });
    office.moveTo('2026-11-20T02:30:00Z');
    await office.reached('sent', 1, { kind: 'kpi', slot: '2026-11-20' });
    expect(await office.ledger({ kind: 'kpi', state: 'sent' })).toHaveLength(before.length + 1);
    expect(await office.ledger({ kind: 'kpi', slot: '2026-11-19' })).toEqual([]);
    expect(textOf(office.said(tier2.id).at(-1)!)).toContain('Tickets created');
  });
});
