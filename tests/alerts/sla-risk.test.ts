import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { slaRisk } from '../../src/alerts/kinds/sla-risk/kind.ts';
import { changeRuleState } from '../../src/alerts/rest.ts';
import { ruleOf } from '../../src/alerts/store/rules.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { Policies } from '../../src/sla/policy.ts';
import { useDatabase } from '../database.ts';
import { answerText } from './answer.ts';
import { type DeskTicket, deskOf, quickPolicies } from './desk.ts';
import { town } from './town.ts';

const database = useDatabase();
const day = '2026-11-10';

/** At 09:00, without any ticket. Critical ones are to be answered within an hour, at risk at 15 min. */
async function aDesk({ policies = quickPolicies, on = day }: { policies?: Policies; on?: string } = {}) {
  const place = await town(database.db, { now: `${on}T09:00:00Z`, policies });
  await place.reaches('crm', ['ticket', 'ticket_event'], '2026-12-31T00:00:00Z', 60);
  const desk = deskOf(place, on);
  await desk.staff();
  await place.work();
  const lines = async (incident = 1) => {
    const [row] = await place.db.query<{ content: { lines: string[] } }>(sql`
      select content from ops.alert_incidents where tenant_id = ${place.tenantId} and incident_id = ${incident}`);
    return row?.content.lines;
  };
  return { ...place, ...desk, lines };
}

const ticket: DeskTicket = { id: 'T-1', created: '09:00', operator: 'o1', team: 't1' };
const risk = { kind: 'sla-risk', before: '10 min' };

describe('a ticket that nobody answers', () => {
  test('is told at the minute it is at risk, predicted to breach and breached, each once', async () => {
    const desk = await aDesk();
    await desk.rule(risk);
    await desk.add(ticket);
    await desk.jump('09:44');
    expect(desk.told()).toEqual([]);
    await desk.pass(1);
    expect(desk.told()).toEqual(['09:45 main At risk: 1 ticket breaches at 10:00']);
    expect(await desk.lines()).toEqual(['T-1, critical: first response due 10:00, Noor']);
    await desk.jump('09:49');
    expect(desk.told()).toEqual([]);
    await desk.pass(1);
    expect(desk.told()).toEqual([
      '09:50 thread Worse: Breach predicted: 1 ticket breaches at 10:00',
      '09:50 edit Breach predicted: 1 ticket breaches at 10:00',
    ]);
    await desk.jump('09:59');
    expect(desk.told()).toEqual([]);
    await desk.pass(1);
    expect(desk.told()).toEqual(['10:00 thread Worse: Breached: 1 ticket', '10:00 edit Breached: 1 ticket']);
    expect(await desk.lines()).toEqual(['T-1, critical: first response breached 10:00, Noor']);
    await desk.pass(2);
    expect(desk.told()).toEqual([]);
    await desk.change('T-1', { first_response_at: '10:02' });
    await desk.pass(1);
    expect(desk.told()).toEqual(['10:03 thread Recovered 10:03 after 18 min', '10:03 edit Recovered: 1 ticket']);
  });

  test('is well again when it is answered, resolved, deleted or waits for the customer', async () => {
    const desk = await aDesk();
    await desk.rule(risk);
    await desk.add(...['1', '2', '3', '4'].map((id) => ({ ...ticket, id })));
    await desk.jump('09:45');
    expect(desk.told()).toEqual(['09:45 main At risk: 4 tickets breach by 10:00, the first at 10:00']);
    await desk.change('1', { first_response_at: '09:45' });
    await desk.change('2', { resolved_at: '09:45', status: 'resolved' });
    await desk.change('3', { deleted_at: '09:45' });
    await desk.event('4', '09:45', 'status', 'pending');
    await desk.change('4', { status: 'pending' });
    await desk.pass(1);
    expect(desk.told().map((told) => told.slice(0, 25))).toEqual([
      '09:46 thread Recovered 09',
      '09:46 edit Recovered: 4 t',
    ]);
    await desk.jump('10:30');
    expect(desk.told()).toEqual([]);
    // A minute of its hour was left for each that it waited.
    await desk.event('4', '10:30', 'status', 'open');
    await desk.change('4', { status: 'open' });
    await desk.pass(1);
    expect(desk.told()).toEqual(['10:31 main At risk: 1 ticket breaches at 10:45']);
  });

  test('stays in the incident until `keep` is over', async () => {
    const desk = await aDesk();
    await desk.rule({ ...risk, keep: '2 h', metrics: ['first-response'] });
    await desk.add(ticket);
    await desk.jump('10:00');
    await desk.jump('11:59');
    desk.told();
    await desk.pass(1);
    expect(desk.told()).toEqual(['12:00 thread Recovered 12:00 after 2 h 00 min', '12:00 edit Recovered: 1 ticket']);
  });

  test('is told again when the customer asks again and that question waits too long', async () => {
    const desk = await aDesk();
    await desk.rule({ ...risk, at_risk: false, metrics: ['next-response'] });
    await desk.add({ ...ticket, priority: 'critical' });
    await desk.event('T-1', '09:10', 'public_reply');
    await desk.event('T-1', '09:20', 'customer_reply');
    await desk.jump('10:10');
    expect(desk.told()).toEqual(['10:10 main Breach predicted: 1 ticket breaches at 10:20']);
    await desk.jump('10:20');
    expect(desk.told().at(-1)).toBe('10:20 edit Breached: 1 ticket');
    await desk.event('T-1', '10:30', 'public_reply');
    await desk.event('T-1', '10:31', 'customer_reply');
    await desk.jump('10:32');
    expect(desk.told().at(-1)).toBe('10:32 edit Recovered: 1 ticket');
    await desk.jump('11:21');
    expect(desk.told()).toEqual(['11:21 main Breach predicted: 1 ticket breaches at 11:31']);
    expect(await desk.lines(2)).toEqual(['T-1, critical: next response due 11:31, Noor']);
  });
});

describe('what a rule watches', () => {
  test('is cut to teams, priorities and accounts by name or id, and a name there is none of is not fine', async () => {
    const desk = await aDesk();
    await desk.rule({ ...risk, team: 'delivery' }, 'named');
    await desk.rule({ ...risk, team: 't2', to: { channel: 'C0T2' } }, 'by-id');
    await desk.rule({ ...risk, priority: ['high'], to: { channel: 'C0HIGH' } }, 'priority');
    await desk.rule({ ...risk, account: 'ACME', to: { channel: 'C0ACME' } }, 'account');
    await desk.add(ticket);
    await desk.jump('09:45');
    expect(desk.told('slack C0ALERTS')).toEqual(['09:45 main At risk: 1 ticket breaches at 10:00']);
    expect(
      await desk.db.query(sql`
      select name, health, health_reason as reason from ops.alert_rules where tenant_id = ${desk.tenantId} order by name`),
    ).toEqual([
      { name: 'account', health: 'unknown', reason: 'there is no account "ACME"' },
      { name: 'by-id', health: 'ok', reason: null },
      { name: 'named', health: 'ok', reason: null },
      { name: 'priority', health: 'ok', reason: null },
    ]);
  });

  test('moves to the incident of another team with its ticket', async () => {
    const desk = await aDesk();
    await desk.rule({ ...risk, group_by: ['team'] });
    await desk.add(ticket, { ...ticket, id: 'T-2' });
    await desk.jump('09:45');
    expect(desk.told()).toEqual(['09:45 main At risk: 2 tickets breach by 10:00, the first at 10:00']);
    await desk.change('T-2', { team_id: 't2', operator_id: null });
    await desk.pass(1);
    expect(desk.told()).toEqual(['09:46 main At risk: 1 ticket breaches at 10:00, unassigned']);
    await desk.pass(1);
    expect(desk.told()).toEqual(['09:47 edit At risk: 1 ticket breaches at 10:00']);
    expect(await desk.lines(2)).toEqual(['T-2, critical: first response due 10:00, nobody']);
  });

  test('leads with the same hour ahead as the answer about the SLA', async () => {
    const desk = await aDesk();
    await desk.rule(risk);
    await desk.add(
      { ...ticket, id: '1', created: '08:45' },
      { ...ticket, id: '2', created: '09:10', operator: null },
      { ...ticket, id: '3', created: '08:45', priority: 'high' },
      { ...ticket, id: '4', created: '09:20' },
      { ...ticket, id: '5', created: '06:20', answered: '06:30', operator: null },
    );
    await desk.jump('09:30');
    expect(desk.told()).toEqual([
      '09:30 main At risk: 4 tickets breach by 10:20, the first at 09:45, 2 of them unassigned',
    ]);
    expect(await answerText(desk, 'sla')).toBe(
      '4 tickets breach within 60 min, the first in 15 min, 2 of them unassigned.',
    );
  });

  test('is counted in a storm, and told one by one up to 200', async () => {
    const desk = await aDesk();
    await desk.rule(risk);
    await desk.add(...Array.from({ length: 230 }, (_, i) => ({ ...ticket, id: `T-${i}` })));
    await desk.jump('10:00');
    expect(desk.told()).toEqual(['10:00 main Breached: 230 tickets']);
    const [row] = await desk.db.query<{ n: number }>(sql`
      select count(*)::int as n from ops.alert_instances where tenant_id = ${desk.tenantId}`);
    expect(row).toEqual({ n: 200 });
  });
});

describe('what becomes known late', () => {
  test('is told with its true time, once, though it has been answered meanwhile', async () => {
    const desk = await aDesk();
    await desk.rule({ ...risk, metrics: ['first-response'] });
    await desk.jump('11:00');
    await desk.add({ ...ticket, id: 'T-9', created: '09:10', answered: '10:30' });
    await desk.jump('11:01');
    expect(desk.told()).toEqual(['11:01 main Breached: 1 ticket']);
    expect(await desk.lines()).toEqual(['T-9, critical: first response breached 10:10, over 10:30, Noor']);
    await desk.pass(3);
    expect(desk.told()).toEqual([]);
    await desk.jump('11:16');
    expect(desk.told().map((told) => told.slice(0, 22))).toEqual(['11:16 thread Recovered', '11:16 edit Recovered: ']);
    await desk.jump('11:30');
    expect(desk.told()).toEqual([]);
  });

  test('of before the rule was made is no news', async () => {
    const desk = await aDesk();
    await desk.add({ ...ticket, created: '07:00' });
    await desk.work();
    await desk.rule({ ...risk, metrics: ['first-response'] });
    await desk.pass(1);
    await desk.add({ ...ticket, id: 'T-2', created: '06:00', answered: '08:00' });
    await desk.pass(1);
    expect(desk.told()).toEqual([]);
  });

  test('of before a rule was taken up again is told where it still waits, not where it ended while it rested', async () => {
    const desk = await aDesk();
    const id = await desk.rule({ ...risk, at_risk: false });
    await desk.pass(1);
    const change = (state: 'paused' | 'active') =>
      desk.db.tx((tx) => changeRuleState(tx, desk.tenantId, id, { state, reason: null }, desk.moments()));
    await change('paused');
    await desk.add({ ...ticket, id: 'gone' }, { ...ticket, id: 'waits' });
    await desk.jump('10:20');
    await desk.change('gone', { first_response_at: '10:25' });
    await desk.jump('10:30');
    expect(desk.told()).toEqual([]);
    await change('active');
    await desk.pass(1);
    expect(desk.told()).toEqual(['10:31 main Breached: 1 ticket']);
    expect(await desk.lines()).toEqual(['waits, critical: first response breached 10:00, Noor']);
    // What ends from then on before anybody knew of it is news again.
    await desk.add({ ...ticket, id: 'late', created: '09:32', answered: '10:33' });
    await desk.jump('10:40');
    expect(await desk.lines()).toContain('late, critical: first response breached 10:32, over 10:33, Noor');
  });

  test('of before a rule was changed, and over by then, is not told anew', async () => {
    const desk = await aDesk();
    await desk.rule({ ...risk, at_risk: false });
    await desk.add({ ...ticket, answered: '10:05' });
    await desk.jump('10:00');
    await desk.jump('11:00');
    desk.told();
    await desk.rule({ ...risk, at_risk: false, before: '12 min' });
    await desk.pass(1);
    expect(desk.told()).toEqual([]);
  });

  test('is waited for by rules on that source alone, and by those that are cut to none', async () => {
    const desk = await aDesk();
    await desk.reaches('shop', ['ticket', 'ticket_event'], '2026-11-10T07:00:00Z', 60);
    await desk.db.run(sql`
      insert into crm.teams (tenant_id, source, id, name, version) values (${desk.tenantId}, 'shop', 't9', 'Web', 1),
        (${desk.tenantId}, 'shop', 't1', 'Shop delivery', 1)`);
    await desk.db.run(sql`
      insert into crm.accounts (tenant_id, source, id, name, version) values (${desk.tenantId}, 'crm', 'a1', 'Acme', 1)`);
    const health = async (settings: object, name: string) => {
      const id = await desk.rule({ ...risk, ...settings }, name);
      await desk.work();
      const [row] = await desk.db.query<{ health: string; streams: string[] }>(sql`
        select health, health_streams as streams from ops.alert_rules
        where tenant_id = ${desk.tenantId} and rule_id = ${id}`);
      return row!.health === 'ok' ? 'ok' : row!.streams;
    };
    const shop = ['shop: ticket', 'shop: ticket_event'];
    expect(await health({ team: 'Delivery' }, 'delivery')).toBe('ok');
    expect(await health({ account: 'Acme' }, 'acme')).toBe('ok');
    expect(await health({ team: ['Delivery', 'Web'] }, 'both')).toEqual(shop);
    expect(await health({ team: 't1' }, 'same-id')).toEqual(shop);
    expect(await health({ team: 'Web' }, 'web')).toEqual(shop);
    expect(await health({ team: ['none', 'Delivery'] }, 'none')).toEqual(shop);
    expect(await health({}, 'all')).toEqual(shop);
    expect(await health({ priority: ['critical'] }, 'critical')).toEqual(shop);
    await desk.add(ticket);
    await desk.jump('10:00');
    expect(desk.told().filter((told) => told.includes('Breached'))).toHaveLength(1);
  });

  test('is not guessed at while the data is late, and told with its times when it has come', async () => {
    const desk = await aDesk();
    await desk.rule({ ...risk, metrics: ['first-response'] });
    await desk.add(ticket, { ...ticket, id: 'T-2', created: '09:30' });
    await desk.reaches('crm', ['ticket'], `${day}T08:30:00Z`, 60);
    await desk.jump('10:40');
    expect(desk.told()).toEqual([]);
    expect(
      await desk.db.query(sql`
      select health, health_streams as streams from ops.alert_rules where tenant_id = ${desk.tenantId}`),
    ).toEqual([{ health: 'unknown', streams: ['crm: ticket'] }]);
    // One was answered in time, the other one late.
    await desk.change('T-1', { first_response_at: '09:50' });
    await desk.change('T-2', { first_response_at: '10:35' });
    await desk.reaches('crm', ['ticket'], `${day}T10:41:00Z`, 60);
    await desk.jump('10:41');
    expect(desk.told()).toEqual(['10:41 main Breached: 1 ticket']);
    expect(await desk.lines()).toEqual(['T-2, critical: first response breached 10:30, over 10:35, Noor']);
    await desk.pass(2);
    expect(desk.told()).toEqual([]);
  });
});

test('on the day the clocks change, the calendar of the policy says the minute', async () => {
  const standard = quickPolicies.standard[0]!;
  const hours = { fri: [{ from: '16:00', to: '17:00' }], sun: [{ from: '01:00', to: '04:00' }] };
  const berlin: Policies = { standard: [{ ...standard, calendar: { timezone: 'Europe/Berlin', hours } }] };
  // On Sunday 29 March 2026 01:00 to 04:00 in Berlin is two hours: 02:00 to 03:00 is skipped.
  const desk = await aDesk({ policies: berlin, on: '2026-03-27' });
  await desk.rule({ ...risk, metrics: ['first-response'] });
  await desk.add({ ...ticket, priority: 'high', created: '15:15' });
  // 45 min on Friday, 75 on Sunday from 00:00 UTC: due 01:15, at risk 30 min of open time before.
  await desk.jump('2026-03-29T00:44:00Z');
  expect(desk.told()).toEqual([]);
  await desk.pass(1);
  expect(desk.told()).toEqual(['00:45 main At risk: 1 ticket breaches at 01:15']);
  await desk.jump('2026-03-29T01:14:00Z');
  desk.told();
  await desk.pass(1);
  expect(desk.told().at(-1)).toBe('01:15 edit Breached: 1 ticket');
});

test('its past is made of the breaches and of when tickets came to be at risk', async () => {
  const desk = await aDesk();
  const id = await desk.rule({ ...risk, metrics: ['first-response'], keep: '1 h' });
  await desk.add(
    { ...ticket, id: 'in-time', created: '06:00', answered: '06:30' },
    { ...ticket, id: 'just', created: '06:00', answered: '06:50' },
    { ...ticket, id: 'late', created: '06:00', answered: '07:20' },
    { ...ticket, id: 'never', created: '06:00' },
    { ...ticket, id: 'soon', created: '08:10' },
    { ...ticket, id: 'at-once', created: '05:00' },
  );
  // It was low, and had no target, until it was due for long.
  await desk.event('at-once', '08:00', 'priority', 'critical');
  await desk.db.run(sql`update crm.ticket_events set old = 'low' where tenant_id = ${desk.tenantId}`);
  await desk.work();
  const rule = await ruleOf(desk.db, desk.tenantId, id);
  const now = desk.clock.now();
  const { db, tenant, terms } = desk;
  const past = await slaRisk.past(
    { ...rule!, settings: rule!.settings as never, changed: false },
    { from: now.subtract({ hours: 24 }), to: now },
    { db, tenant, now, settings: {}, terms, log: silentLog, lateStreams: [] },
  );
  const episodes = past.kind === 'episodes' ? past.episodes : [];
  expect(
    episodes
      .map(({ name, from, to }) => `${name} ${from.toString().slice(11, 16)} ${to?.toString().slice(11, 16) ?? '-'}`)
      .toSorted(),
  ).toEqual([
    'at-once first response 08:00 09:00',
    'just first response 06:45 06:50',
    'late first response 06:45 07:20',
    'never first response 06:45 08:00',
    'soon first response 08:55 -',
  ]);
});
