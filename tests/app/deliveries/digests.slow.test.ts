import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { slackViewer } from '../../../src/db/viewer.ts';
import { directMessageId, executive, leadership, supervisor, supportLead } from '../../../src/sandbox/workspace.ts';
import { type Preferences, putPreferences } from '../../../src/subscriptions/preferences.ts';
import { useDatabase } from '../../database.ts';
import { board, type Office, openOffice, textOf, tier2 } from './office.ts';

const database = useDatabase();

/** Monday 16 November: at 08:30 in Jakarta it is 01:30. Digests of weekdays tell of Friday to Sunday. */
const subscriptions = `
      early: {what: kpi tickets yesterday, to: {person: ${supportLead.id}}, when: weekdays at 08:20}
      leaders: {what: digest morning-coffee, to: {channel: ${leadership.id}}, when: weekdays at 08:30}
      board: {what: digest morning-coffee, to: {channel: ${board.id}}, when: weekdays at 08:30}
      tier-2: {what: digest morning-coffee, to: {channel: ${tier2.id}}, when: weekdays at 08:30}
      maya: {what: digest morning-coffee, to: {person: ${executive.id}}, when: weekdays at 08:30}
      maya-mail: {what: digest morning-coffee, to: {email: ${executive.email}}, when: weekdays at 08:30}
`;
const digests = { kind: 'digest', part: 'main' };

describe('the morning digest', () => {
  let office: Office;
  const editionOf = async (recipient: string, slot = '2026-11-16') =>
    (await office.ledger({ ...digests, recipient, slot }))[0]?.editionId;

  beforeAll(async () => {
    office = await openOffice(database, { now: '2026-11-16T01:00:00Z', subscriptions });
    await office.tickets('2026-11-07', 4);
    await office.tickets('2026-11-14', 7);
  }, 60_000);
  afterAll(() => office.stop());

  test('waits for its time', async () => {
    office.moveTo('2026-11-16T01:29:59Z');
    await office.reached('sent', 1, { kind: 'kpi' });
    expect(await office.ledger({ kind: 'digest' })).toEqual([]);
  });

  test('is poured into its channels and to its people at its time, with the details in the thread', async () => {
    office.moveTo('2026-11-16T01:30:00Z');
    await office.reached('sent', 9, { kind: 'digest' });
    expect(await office.ledger({ kind: 'digest', part: 'thread' })).toHaveLength(4);
    const [message, ...others] = office.said(leadership.id);
    expect(others).toEqual([]);
    expect(textOf(message!)).toContain('Morning coffee, Mon 16 Nov · Friday to Sunday');
    expect(textOf(message!)).toMatch(/^Tickets created\n\*7\*/m);
    expect(message!.blocks.map(({ type }) => type)).toContain('image');
    const replies = office.replies(message!);
    expect(replies).toHaveLength(1);
    expect(textOf(replies[0]!)).toMatch(/Tickets created +7 +4 +[a-z0-9]{6}/);
  });

  test('has in a channel what all of its members may see, and says so', () => {
    const [message] = office.said(tier2.id);
    expect(textOf(message!)).toMatch(/^Tickets created\n\*3\*/m);
    expect(textOf(message!)).toContain('team Tier 2 only');
    expect(textOf(office.said(leadership.id)[0]!)).not.toContain('only');
  });

  test('is made once for those who see and read the same, in whatever order they are named', async () => {
    expect(await editionOf(board.id)).toBe(await editionOf(leadership.id));
    expect(await editionOf(executive.email)).toBe(await editionOf(executive.id));
    expect(await editionOf(tier2.id)).not.toBe(await editionOf(leadership.id));
    expect(await office.editions()).toBe(3);
  });

  test('comes once, whatever becomes of the clock', async () => {
    office.moveTo('2026-11-16T01:10:00Z');
    await office.looked();
    office.moveTo('2026-11-16T01:35:00Z');
    await office.looked();
    expect(await office.ledger({ kind: 'digest' })).toHaveLength(9);
    expect(office.said(leadership.id)).toHaveLength(1);
    expect(office.sandbox.mail.mails).toHaveLength(1);
  });

  test('comes to a person with the rights, numbers, shapes and zone of that person', async () => {
    const own = (viewer: string, preferences: Preferences) =>
      putPreferences(database.db, office.tenantId, viewer, preferences);
    await own(slackViewer(executive.id), { locale: 'de', timezone: 'Europe/Berlin', followed: ['tickets-resolved'] });
    await office.reload(`${subscriptions}
      sari: {what: digest morning-coffee, to: {person: ${supervisor.id}}, when: weekdays at 08:30}
    `);
    office.moveTo('2026-11-17T01:00:00Z');
    await office.tickets('2026-11-16', 1_201);
    office.moveTo('2026-11-17T01:30:00Z');
    await office.reached('sent', 11, { kind: 'digest', slot: '2026-11-17' });
    const [, hers] = office.said(directMessageId(executive.id), executive.id);
    expect(textOf(hers!)).toMatch(/^Tickets resolved\n\*1\.201\*/m);
    expect(textOf(hers!)).not.toContain('Tickets created');
    expect(textOf(hers!)).toMatch(/as of <!date[^>]*\|[^>]*02:00>/);
    const [saris] = office.said(directMessageId(supervisor.id), supervisor.id);
    expect(textOf(saris!)).toMatch(/^Tickets created\n\*600\*/m);
    const [, channels] = office.said(leadership.id);
    expect(textOf(channels!)).toMatch(/^Tickets created\n\*1,201\*/m);
    // Sari sees as much as her channel; what they read is made for each of them.
    expect(
      new Set(
        await Promise.all(
          [executive.id, supervisor.id, leadership.id, tier2.id].map((one) => editionOf(one, '2026-11-17')),
        ),
      ).size,
    ).toBe(4);
  });
});
