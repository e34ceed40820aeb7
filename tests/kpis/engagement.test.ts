import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeTenant, useDatabase } from '../database.ts';
import { type Asker, ask, askOutcome, settle } from './asking.ts';
import { insertRows } from './contract/records.ts';

/*
 * Messages and conversations of one small company, worked out by hand. Zone UTC, weeks from Monday; asked on Monday
 * 2026-11-16 12:00 about the week of 9 (a Monday) to 15 November. Source chat tells messages only, of contacts a to g;
 * source desk tells conversations k1 to k5 too. s is the sender: o an operator, b a bot, - not told.
 *
 * chat a  09 09:00 in, 09:00:30 in, 09:04 out s=o anna        reply after 240 s, to the first of the two
 *         09 09:30 in, 09:30:20 out s=b, 10:30 out s=o ben    reply after 3,600 s; the bot's is none
 *         11 08:00 in                                         a new conversation: 45.5 h of silence; never replied to:
 *         12 09:00 out s=o anna                               25 h later, so it begins a conversation of its own
 *      b  10 12:00 out of campaign spring (failed), 13:00 in, 13:00:45 out s=-   begun by us; reply after 45 s, assumed
 *      d  15 23:00 in                                         13 h before the question: pending
 *      e  14 20:00 in, 15 20:00 out s=o ben                   exactly 24 h: the same conversation, in time; 86,400 s
 *      f  03 10:00 in, 10:01 out s=o anna (the week before: 60 s); 13 10:00 in, never replied to
 *      g  10 10:00 in, of the demo account toy: left out
 * desk k1 09 14:00 in, 14:10 out s=o carl (600 s); resolved, closed 18:00; contact x, team 1, operator carl
 *      k2 12 10:00 in; unhandled; contact y, team 1
 *      k3 13 10:00 out s=o carl, 10:05 in, 10:06:30 out s=o carl (90 s), 15 20:00 in; handled; contact x
 *      k4 begun 13 09:00, no message known, no status
 *      k5 10 05:00 in; the conversation is deleted, its message (of contact z) is not
 *
 * Conversations of the week: a, a, d, e, f, k1, k2 inbound = 7; a, b, k3 outbound = 3; k4 neither: 11.
 * Active: 9th a in, a out, k1 in, k1 out; 10th b out, b in, k5 in; 11th a in; 12th a out, k2 in; 13th f in, k3 out, k3 in;
 *   14th e in; 15th e out, d in, k3 in = 4 + 3 + 1 + 2 + 3 + 1 + 3 = 17.
 * Replied to within 24 h: a, e, k1 = 3; not: a (11th), f, k2 = 3; pending d. 3 / 6.
 * Replies: 45, 90, 240, 600, 3,600, 86,400 s; sum 90,975, average 15,162.5; median (240 + 600) / 2 = 420; 90th percentile:
 *   rank 4.5, (3,600 + 86,400) / 2 = 45,000. First ones in conversations begun by contacts: 240, 600, 86,400; sum 87,240.
 * Messages: inbound a 4, b 1, d 1, e 1, f 1, k1 1, k2 1, k3 2, k5 1 = 13; outbound a 4, b 2, e 1, k1 1, k3 2 = 10.
 * Inbound by hour: Mon 09 3, Mon 14 1, Tue 05 1, Tue 13 1, Wed 08 1, Thu 10 1, Fri 10 2, Sat 20 1, Sun 20 1, Sun 23 1.
 *   Half of 13 is 6.5: Mon-Fri 08-11 holds 3 + 1 + 1 + 2 = 7 in 15 cells, and no smaller block does.
 * Outbound with a status: read, delivered, sent, read (a), failed (b), delivered (e) = 6 of 10.
 * Writing: a, b, d, e, x, y, z for the first time, f again.
 * Active at the ends of 9 to 15: a; b; a; a k2; f k3; e; d e k3 = 1 1 1 2 2 1 3.
 */
const database = useDatabase();
const asker: Asker = { db: undefined as never, tenantId: 0, timezone: 'UTC', now: '2026-11-16T12:00:00Z' };
const week = '2026-11-09..2026-11-15';
const weekBefore = '2026-11-02..2026-11-08';

const inbound = { direction: 'inbound', sender_kind: 'contact', status: 'received' };
const by = (operator: string) => ({ direction: 'outbound', sender_kind: 'operator', operator_id: operator });
let ids = 0;
/** `day time` of November. */
const message = (at: string, values: Record<string, unknown>) => ({
  ...{
    id: `m${String(++ids).padStart(2, '0')}`,
    source: 'chat',
    channel: 'whatsapp',
    type: 'text',
    operator_id: null,
    status: null,
  },
  ...{ conversation_id: null, campaign_id: null, failure_reason: null, account_id: null },
  ...values,
  sent_at: `2026-11-${at.replace(' ', 'T')}Z`,
});
const desk = (conversation: string, contact: string) => ({
  ...{ source: 'desk', channel: 'web', conversation_id: conversation, contact_id: contact },
});
const messages = [
  message('09 09:00:00', { contact_id: 'a', ...inbound }),
  message('09 09:00:30', { contact_id: 'a', ...inbound }),
  message('09 09:04:00', { contact_id: 'a', ...by('anna'), status: 'read' }),
  message('09 09:30:00', { contact_id: 'a', ...inbound }),
  message('09 09:30:20', { contact_id: 'a', direction: 'outbound', sender_kind: 'bot', status: 'delivered' }),
  message('09 10:30:00', { contact_id: 'a', ...by('ben'), status: 'sent' }),
  message('11 08:00:00', { contact_id: 'a', ...inbound }),
  message('12 09:00:00', { contact_id: 'a', ...by('anna'), status: 'read' }),
  message('10 12:00:00', {
    ...{ contact_id: 'b', direction: 'outbound', sender_kind: 'campaign', campaign_id: 'spring', type: 'template' },
    ...{ status: 'failed', failure_reason: 'number not reachable' },
  }),
  message('10 13:00:00', { contact_id: 'b', ...inbound }),
  message('10 13:00:45', { contact_id: 'b', direction: 'outbound', sender_kind: null }),
  message('15 23:00:00', { contact_id: 'd', ...inbound }),
  message('14 20:00:00', { contact_id: 'e', ...inbound }),
  message('15 20:00:00', { contact_id: 'e', ...by('ben'), status: 'delivered' }),
  message('03 10:00:00', { contact_id: 'f', ...inbound }),
  message('03 10:01:00', { contact_id: 'f', ...by('anna'), status: 'read' }),
  message('13 10:00:00', { contact_id: 'f', ...inbound }),
  message('10 10:00:00', { contact_id: 'g', ...inbound, account_id: 'toy' }),
  message('09 14:00:00', { ...desk('k1', 'x'), ...inbound }),
  message('09 14:10:00', { ...desk('k1', 'x'), ...by('carl') }),
  message('12 10:00:00', { ...desk('k2', 'y'), ...inbound }),
  message('13 10:00:00', { ...desk('k3', 'x'), ...by('carl') }),
  message('13 10:05:00', { ...desk('k3', 'x'), ...inbound }),
  message('13 10:06:30', { ...desk('k3', 'x'), ...by('carl') }),
  message('15 20:00:00', { ...desk('k3', 'x'), ...inbound }),
  message('10 05:00:00', { ...desk('k5', 'z'), ...inbound }),
];
const conversation = (id: string, at: string, values: Record<string, unknown>) => ({
  ...{
    id,
    source: 'desk',
    channel: 'web',
    status: null,
    operator_id: null,
    team_id: null,
    closed_at: null,
    deleted_at: null,
  },
  started_at: `2026-11-${at.replace(' ', 'T')}Z`,
  ...values,
});
const conversations = [
  conversation('k1', '09 14:00', {
    ...{ status: 'resolved', closed_at: '2026-11-09T18:00:00Z', contact_id: 'x', operator_id: 'carl', team_id: '1' },
  }),
  conversation('k2', '12 10:00', { status: 'unhandled', contact_id: 'y', team_id: '1' }),
  conversation('k3', '13 10:00', { status: 'handled', contact_id: 'x' }),
  conversation('k4', '13 09:00', { contact_id: 'y' }),
  conversation('k5', '10 05:00', { status: 'unhandled', contact_id: 'z', deleted_at: '2026-11-11T00:00:00Z' }),
];

beforeAll(async () => {
  const { db } = database;
  asker.db = db;
  asker.tenantId = await makeTenant(db, 'golden');
  const { tenantId } = asker;
  await insertRows(db, 'crm.accounts', tenantId, [{ id: 'toy', source: 'chat', name: 'Toy', demo: true }]);
  await insertRows(db, 'crm.operators', tenantId, [
    { id: 'anna', source: 'chat', name: 'Anna', team_id: 't' },
    { id: 'ben', source: 'chat', name: 'Ben', team_id: 't' },
    { id: 'carl', source: 'desk', name: 'Carl', team_id: '1' },
  ]);
  await insertRows(db, 'crm.teams', tenantId, [{ id: '1', source: 'desk', name: 'Tier 1' }]);
  await insertRows(db, 'crm.contacts', tenantId, [{ id: 'b', source: 'chat', name: 'Bea' }]);
  await insertRows(db, 'crm.conversations', tenantId, conversations);
  await insertRows(db, 'crm.messages', tenantId, messages);
  await settle(asker, { chat: asker.now, desk: asker.now });
  await db.run(sql`
    insert into ops.people (tenant_id, person_id, role, source, operator_id, team_ids)
    values (${tenantId}, 'anna', 'agent', 'chat', 'anna', '{}'),
      (${tenantId}, 'lead', 'supervisor', 'desk', null, '{1}'),
      (${tenantId}, 'boss', 'owner', null, null, '{}')`);
});

describe('conversations', () => {
  test('begin with a message, or anew after more than 24 hours of silence, inbound or outbound by the first one', async () => {
    const result = await ask(asker, 'conversations', { period: week, by: 'channel' });
    expect(result).toMatchObject({
      value: 11,
      parts: { inbound: 7, outbound: 3, active: 17 },
      comparison: { value: 1 },
    });
    expect(result.breakdown!.rows.map(({ label, value, parts }) => [label, value, parts!.active])).toEqual([
      ['Whatsapp', 7, 10],
      ['Web', 4, 7],
    ]);
    expect(result.series.points.map(({ value }) => value)).toEqual([2, 1, 1, 2, 3, 1, 1]);
  });

  test('are those of their operator, or of the first who replied; active ones are not told by such', async () => {
    const result = await ask(asker, 'conversations', { period: week, by: 'operator' });
    expect(result.breakdown!.rows.map(({ label, value, parts }) => [label, value, parts!.active])).toEqual([
      ['Unassigned', 6, null],
      ['Anna', 2, null],
      ['Carl', 2, null],
      ['Ben', 1, null],
    ]);
  });

  test('have the status their source tells, and none where it tells none', async () => {
    const result = await ask(asker, 'conversation-status', { period: week });
    expect(result).toMatchObject({
      ...{ value: 1 / 3, numerator: 1, denominator: 3 },
      parts: { unhandled: 1, handled: 1, resolved: 1, not_measured: 8 },
    });
    const none = await ask(asker, 'conversation-status', { period: week, filters: [['channel', 'whatsapp']] });
    expect(none.value).toBeNull();
    expect(none.requires).toContain('no status of conversations in source chat');
  });

  test('are active for 24 hours after a message, unless they end before', async () => {
    const result = await ask(asker, 'active-conversations', { period: week });
    expect(result.series.points.map(({ value }) => value)).toEqual([1, 1, 1, 2, 2, 1, 3]);
    expect(result.value).toBe(3);
    const level = async (now: string) => (await ask(asker, 'active-conversations', { period: 'today', now })).value;
    // k1 is going on until it is closed at 18:00; a ends 24 hours after 10:30.
    expect(await level('2026-11-09T17:59:59Z')).toBe(2);
    expect(await level('2026-11-09T18:00:00Z')).toBe(1);
    expect(await level('2026-11-10T10:29:59Z')).toBe(1);
    expect(await level('2026-11-10T10:30:00Z')).toBe(0);
    const byTeam = await ask(asker, 'active-conversations', {
      period: 'today',
      by: 'team',
      now: '2026-11-09T17:00:00Z',
    });
    expect(byTeam.breakdown!.rows.map(({ label, value }) => [label, value])).toEqual([
      ['No team', 1],
      ['Tier 1', 1],
    ]);
  });
});

describe('replies', () => {
  test('within 24 hours make the response rate; what may still be replied to is not in it', async () => {
    const result = await ask(asker, 'response-rate', { period: week });
    expect(result).toMatchObject({ value: 0.5, numerator: 3, denominator: 6, parts: { pending: 1, unanswered: 3 } });
    expect(result.period.mature).toBe(false);
    expect((await ask(asker, 'response-rate', { period: '2026-11-09..2026-11-14' })).parts.pending).toBe(0);
  });

  test('are counted as far as they had come at the moment asked about', async () => {
    const at = async (now: string, period: string) => {
      const { value, parts } = await ask(asker, 'response-rate', { period, now });
      return [value, parts.pending];
    };
    expect(await at('2026-11-09T09:03:59Z', '2026-11-09')).toEqual([null, 1]);
    expect(await at('2026-11-09T09:04:00Z', '2026-11-09')).toEqual([1, 0]);
    expect(await at('2026-11-12T07:59:59Z', '2026-11-11')).toEqual([null, 1]);
    expect(await at('2026-11-12T08:00:00Z', '2026-11-11')).toEqual([0, 0]);
    // The week of the 9th, asked while e was waiting for its reply.
    expect(await at('2026-11-15T19:59:59Z', week)).toEqual([2 / 5, 1]);
  });

  test('take the time since the first unanswered message', async () => {
    const result = await ask(asker, 'response-time', { period: week });
    expect(result.parts).toMatchObject({
      ...{ count: 6, average: 15_162.5, under_1_min: 1, from_1_to_5_min: 2, from_5_to_30_min: 1 },
      ...{ from_30_to_60_min: 0, over_60_min: 2 },
    });
    expect(near(result.value, 420)).toBe(true);
    expect(near(result.parts.p90!, 45_000)).toBe(true);
    expect(result.distribution!.bands.map(({ count }) => count)).toEqual([1, 2, 1, 0, 2]);
    expect(result.notes).toContain('Of 6 replies, the source does not say who sent 1: they count as a person’s.');
    expect(near((await ask(asker, 'response-time', { period: weekBefore })).value, 60)).toBe(true);
  });

  test('come first in conversations that contacts began: the wait', async () => {
    const result = await ask(asker, 'wait-time', { period: week, by: 'team' });
    expect(result.parts).toMatchObject({ count: 3, average: 29_080 });
    expect(near(result.value, 600)).toBe(true);
    expect(result.breakdown!.rows.map(({ label, parts }) => [label, parts!.count])).toEqual([
      ['No team', 2],
      ['Tier 1', 1],
    ]);
  });
});

describe('messages', () => {
  test('are counted each way', async () => {
    const result = await ask(asker, 'messages', { period: week, by: 'direction' });
    expect(result).toMatchObject({ value: 23, parts: { inbound: 13, outbound: 10 }, comparison: { value: 2 } });
    expect(result.breakdown!.rows.map(({ label, value }) => [label, value])).toEqual([
      ['Inbound', 13],
      ['Outbound', 10],
    ]);
  });

  test('arrive, are read, or fail and say why', async () => {
    const result = await ask(asker, 'message-delivery', { period: week, records: true });
    expect(result).toMatchObject({
      ...{ value: 4 / 6, numerator: 4, denominator: 6 },
      parts: { sent: 6, delivered: 4, read: 2, failed: 1, not_measured: 4 },
      records: {
        rows: [['2026-11-10 12:00', 'Bea', 'whatsapp', 'template', 'number not reachable']],
        total: 1,
      },
    });
    expect(result.funnel!.stages.map(({ count }) => count)).toEqual([6, 4, 2]);
    const web = await ask(asker, 'message-delivery', { period: week, filters: [['channel', 'web']] });
    expect(web).toMatchObject({ value: null, parts: { not_measured: 3 } });
    expect(web.requires).toContain('no delivery status of messages in source desk');
  });

  test('come at hours of which the busiest block is found', async () => {
    const result = await ask(asker, 'peak-hours', { period: week });
    expect(result).toMatchObject({ value: 13, parts: { peak_share: 7 / 13 } });
    expect(result.matrix!.cells[0]![9]).toBe(3);
    expect(result.matrix!.window).toMatchObject({ rows: [0, 4], columns: [8, 10] });
    expect(result.notes[0]).toMatch(/^Busiest: Mon–Fri 08:00–11:00, 53\.8.% of inbound messages\.$/u);
  });

  test('come from contacts who write for the first time, or again', async () => {
    const result = await ask(asker, 'new-vs-returning', { period: week, by: 'channel' });
    expect(result).toMatchObject({ value: 8, parts: { new: 7, returning: 1 } });
    expect(result.breakdown!.rows.map(({ label, value }) => [label, value])).toEqual([
      ['Whatsapp', 5],
      ['Web', 3],
    ]);
    // On the 11th a writes again; x writes again on the 13th and the 15th.
    expect(result.series.points.map(({ parts }) => [parts!.new, parts!.returning])).toEqual([
      [2, 0],
      [2, 0],
      [0, 1],
      [1, 0],
      [0, 2],
      [1, 0],
      [1, 1],
    ]);
  });
});

describe('who may ask', () => {
  test('an agent sees the own conversations and replies, and no numbers of the company', async () => {
    const own = await ask(asker, 'conversations', { period: week, viewer: 'anna' });
    expect(own).toMatchObject({ scope: 'own', value: 2, parts: { inbound: 1, outbound: 1, active: null } });
    expect((await ask(asker, 'response-time', { period: week, viewer: 'anna' })).parts.count).toBe(1);
    for (const kpi of ['messages', 'peak-hours', 'new-vs-returning', 'message-delivery'])
      expect((await askOutcome(asker, kpi, { period: week, viewer: 'anna' })).kind).toBe('not-permitted');
  });

  test('a supervisor sees the team’s conversations, and all messages, today’s too', async () => {
    const team = await ask(asker, 'conversations', { period: week, viewer: 'lead' });
    expect(team).toMatchObject({ scope: 'teams', value: 3, parts: { active: null } });
    expect((await ask(asker, 'response-rate', { period: week, viewer: 'lead' })).denominator).toBe(2);
    const all = await ask(asker, 'messages', { period: 'today', viewer: 'lead', now: '2026-11-09T23:00:00Z' });
    expect(all).toMatchObject({ value: 8, parts: { inbound: 4, outbound: 4 } });
    const failed = await ask(asker, 'message-delivery', { period: week, viewer: 'lead', records: true });
    expect(failed).toMatchObject({ parts: { failed: 1 }, records: { total: 1 } });
  });

  test('what was written is read by nobody who asks for a number', async () => {
    await expect(
      database.db.tx(async (tx) => {
        await tx.run(sql`set local role crema_reader`);
        await tx.query(sql`select text from crm.messages`);
      }),
    ).rejects.toThrow(/permission denied/);
  });
});

/** As near as a histogram with 1 % of relative error says it. */
function near(value: unknown, exact: number): boolean {
  return Math.abs(Number(value) / exact - 1) <= 0.01;
}
