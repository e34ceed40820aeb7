import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import { queue } from '../../src/alerts/kinds/queue/kind.ts';
import { longQueues, longWaits } from '../../src/alerts/kinds/queue/past.ts';
import { ruleOf } from '../../src/alerts/store/rules.ts';
import { ensurePartitions } from '../../src/db/partitions.ts';
import { silentLog } from '../../src/lib/log.ts';
import { useDatabase } from '../database.ts';
import { town } from './town.ts';

const database = useDatabase();
const day = '2026-11-10';

beforeAll(async () => {
  await database.db.tx((tx) => ensurePartitions(tx, 'crm.messages', [day]));
});

async function aDesk() {
  const place = await town(database.db, { now: `${day}T09:00:00Z` });
  const { db, tenantId } = place;
  await place.reaches('chat', ['message', 'conversation'], '2026-12-31T00:00:00Z', 60);
  await db.run(sql`
    insert into crm.teams (tenant_id, source, id, name, version) values (${tenantId}, 'chat', 't1', 'Delivery', 1)`);
  let id = 0;
  const written = async (chat: string, at: string, sender: 'contact' | 'operator' | 'bot') => {
    id += 1;
    await db.run(sql`
      insert into crm.messages (tenant_id, source, id, contact_id, direction, sender_kind, channel, sent_at, version)
      values (${tenantId}, 'chat', ${String(id)}, ${chat}, ${sender === 'contact' ? 'inbound' : 'outbound'}, ${sender}, 'WhatsApp',
        ${`${day}T${at}:00Z`}::timestamptz, 1)`);
    await db.run(sql`
      insert into ops.conversation_marks (tenant_id, source, chat) values (${tenantId}, 'chat', ${`u:${chat}`})`);
  };
  const jump = async (time: string) => {
    const ms = place.clock.now().until(`${day}T${time}:00Z`).total('milliseconds');
    place.clock.move(ms);
    place.machine.move(ms);
    await place.work();
  };
  return { ...place, written, jump };
}

const flat = { group_wait: 0, resolve_after: 0 };

describe('conversations that wait for a reply', () => {
  test('are told when there are too many of them, and over at 80 % of the mark', async () => {
    const desk = await aDesk();
    await desk.rule({ kind: 'queue', waiting: 5, ...flat });
    for (const chat of ['a', 'b', 'c', 'd', 'e']) await desk.written(chat, '09:10', 'contact');
    await desk.jump('09:20');
    expect(desk.told()).toEqual([]);
    await desk.written('f', '09:20', 'contact');
    await desk.pass(1);
    expect(desk.told()).toEqual(['09:21 main Waiting: 6 conversations wait for a reply, the longest since 09:10']);
    await desk.written('a', '09:21', 'operator');
    await desk.pass(2);
    expect(desk.told()).toEqual(['09:23 edit Waiting: 5 conversations wait for a reply, the longest since 09:10']);
    // A bot is no answer.
    await desk.written('c', '09:22', 'bot');
    await desk.written('b', '09:23', 'operator');
    await desk.pass(2);
    expect(desk.told()).toEqual([
      '09:24 thread Recovered 09:24 after 4 min; worst 6 waiting',
      '09:24 edit Recovered: 5 conversations wait for a reply, the longest since 09:10',
    ]);
  });

  test('are told at the minute the oldest has waited for so long', async () => {
    const desk = await aDesk();
    await desk.rule({ kind: 'queue', oldest: '30 min', channel: 'whatsapp', ...flat });
    await desk.written('a', '09:05', 'contact');
    await desk.written('b', '09:14', 'contact');
    await desk.jump('09:34');
    expect(desk.told()).toEqual([]);
    await desk.pass(1);
    expect(desk.told()).toEqual(['09:35 main Waiting: whatsapp: a conversation has been waiting since 09:05']);
    await desk.pass(2);
    expect(desk.told()).toEqual([]);
    // The next one waits for 24 of the 30 minutes at 09:38: not over before.
    await desk.written('a', '09:39', 'operator');
    await desk.jump('09:39');
    await desk.pass(1);
    expect(desk.told()).toEqual(['09:40 edit Waiting: whatsapp: a conversation has been waiting since 09:14']);
    await desk.written('b', '09:41', 'operator');
    await desk.jump('09:41');
    expect(desk.told().map((told) => told.slice(0, 22))).toEqual(['09:41 thread Recovered', '09:41 edit Recovered: ']);
  });

  test('are not known while messages are late, and of a team only if there is one', async () => {
    const desk = await aDesk();
    await desk.rule({ kind: 'queue', waiting: 0 }, 'all');
    await desk.rule({ kind: 'queue', waiting: 0, team: 'nobody' }, 'nobody');
    await desk.written('a', '09:00', 'contact');
    await desk.reaches('chat', ['message'], `${day}T07:00:00Z`, 60);
    await desk.pass(1);
    const health = () =>
      desk.db.query(sql`
        select name, health, health_reason as reason from ops.alert_rules where tenant_id = ${desk.tenantId} order by name`);
    expect(await health()).toMatchObject([{ health: 'unknown' }, { health: 'unknown' }]);
    expect(desk.told()).toEqual([]);
    await desk.reaches('chat', ['message'], `${day}T09:00:00Z`, 60);
    await desk.pass(1);
    expect(await health()).toEqual([
      { name: 'all', health: 'ok', reason: null },
      { name: 'nobody', health: 'unknown', reason: 'there is no team "nobody"' },
    ]);
    expect(desk.told()).toEqual(['09:02 main Waiting: 1 conversation waits for a reply, the longest since 09:00']);
  });
});

describe('the past of a queue', () => {
  test('is made of every wait there was', async () => {
    const desk = await aDesk();
    const id = await desk.rule({ kind: 'queue', waiting: 1, oldest: '30 min' });
    for (const [chat, asked, answered] of [
      ['a', '09:00', '09:20'],
      ['b', '09:10', '09:50'],
      ['c', '09:15', '09:18'],
    ] as const) {
      await desk.written(chat, asked, 'contact');
      await desk.written(chat, answered, 'operator');
    }
    await desk.written('d', '10:00', 'contact');
    await desk.jump('11:00');
    const rule = await ruleOf(desk.db, desk.tenantId, id);
    const now = desk.clock.now();
    const { db, tenant, terms } = desk;
    const past = await queue.past(
      { ...rule!, settings: rule!.settings as never, changed: false },
      { from: now.subtract({ hours: 24 }), to: now },
      { db, tenant, now, settings: {}, terms, log: silentLog, lateStreams: [] },
    );
    const times = past.kind === 'episodes' ? past.episodes : [];
    expect(
      times.map(({ name, from, to, worst }) =>
        [name, from.toString().slice(11, 16), to?.toString().slice(11, 16), worst?.text].join(' '),
      ),
    ).toEqual(['conversations waiting 09:10 09:50 3 waiting', 'longest wait 09:40 09:50 ', 'longest wait 10:30  ']);
  });

  test('ends where the queue is short enough, not where it dips below the mark', () => {
    const waits = [
      [0, 10],
      [1, 20],
      [2, 30],
      [12, 40],
    ].map(([since, until]) => ({ team: '', channel: '', since: since!, until: until! }));
    expect(longQueues(waits, { over: 2, clear: 1 })).toEqual([{ begin: 2, end: 30, worst: 3 }]);
    expect(longQueues(waits, { over: 2, clear: 2 })).toEqual([
      { begin: 2, end: 10, worst: 3 },
      { begin: 12, end: 20, worst: 3 },
    ]);
    // The last one has waited for 9 when the one before it is answered.
    expect(longWaits(waits, { mark: 15, clear: 15 })).toEqual([{ begin: 16, end: 40 }]);
    expect(longWaits(waits, { mark: 20, clear: 20 })).toEqual([
      { begin: 22, end: 30 },
      { begin: 32, end: 40 },
    ]);
    expect(longWaits(waits, { mark: 20, clear: 16 })).toEqual([{ begin: 22, end: 40 }]);
  });
});
