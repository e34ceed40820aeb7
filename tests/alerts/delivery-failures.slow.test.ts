import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { roomOf } from '../../src/alerts/kinds/index.ts';
import { lookAtDue } from '../../src/alerts/look.ts';
import { ruleOf } from '../../src/alerts/store/rules.ts';
import { silentLog } from '../../src/lib/log.ts';
import { writeRecords } from '../../src/sources/records.ts';
import { useDatabase } from '../database.ts';
import { Death, mortal } from '../deliveries/post-office.ts';
import { type Town, town } from './town.ts';

const database = useDatabase();

let id = 0;
/** Messages of the minute of `at`, one a second, the last `failed` of which failed. */
async function sent(place: Town, at: string, count: number, failed: number, more: object = {}): Promise<void> {
  const start = Temporal.Instant.from(at);
  const records = Array.from({ length: count }, (_, index) => ({
    version: start.epochMilliseconds,
    values: {
      ...{ id: String(id++), direction: 'outbound', sent_at: start.add({ seconds: index % 60 }).toString() },
      ...{ channel: 'whatsapp', account_id: 'acme', ...more },
      ...(index >= count - failed ? { status: 'failed', failure_reason: 'number unknown' } : { status: 'delivered' }),
    },
  }));
  await place.db.tx((tx) =>
    writeRecords(tx, { tenant: place.tenant, at: place.clock.now() }, [
      { entity: 'message', source: 'crm', version: 'time', records },
    ]),
  );
}

const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');

async function made(now = '2026-11-10T08:00:00Z', timezone = 'UTC'): Promise<Town> {
  const place = await town(database.db, { now, timezone });
  await place.reaches('crm', ['message'], '2027-01-01T00:00:00Z');
  return place;
}

describe('messages that fail', () => {
  test('are told of at the minute at which they count, with the reason and channel of most', async () => {
    const place = await made();
    await place.rule({ kind: 'delivery-failures', above: '5 %', group_wait: 0 });
    await sent(place, '2026-11-10T08:05:00Z', 60, 2);
    await sent(place, '2026-11-10T08:10:00Z', 40, 6);
    await sent(place, '2026-11-10T08:12:00Z', 10, 3, { channel: 'sms' });
    // At 08:13 8 of 100 count, which chance explains (low end 4.1 %); at 08:15 11 of 110 (5.7 %).
    await place.pass(14);
    expect(place.told()).toEqual([]);
    await place.pass(1);
    expect(place.told().map(plain)).toEqual(['08:15 main High: failed messages 10.0 %']);
    const [row] = await place.db.query<{ severity: number; line: string }>(sql`
      select severity, content -> 'lines' ->> 0 as line from ops.alert_incidents where tenant_id = ${place.tenantId}`);
    expect({ ...row, line: plain(row!.line) }).toEqual({
      severity: 3,
      line: '11 of 110 messages within 1 h failed: 10.0 %, mostly number unknown, mostly by whatsapp',
    });
    // At 09:06 only 9 of 49 are left of it; from 09:11 on ten messages, which say nothing, and five minutes later it is over.
    await place.pass(58);
    expect(place.told().filter((line) => !line.includes(' edit '))).toEqual([]);
    await place.pass(7);
    expect(
      place
        .told()
        .map(plain)
        .filter((line) => line.includes('Recovered')),
    ).toEqual([
      '09:16 thread Recovered 09:11 after 56 min; worst 18.4 %',
      '09:16 edit Recovered: failed messages 18.4 %',
    ]);
  });

  test('are not told of where chance explains them, or of accounts that a rule is not about', async () => {
    const place = await made();
    await place.rule({ kind: 'delivery-failures', above: '5 %', account: 'acme', group_wait: 0 });
    await place.rule({ kind: 'delivery-failures', above: '5 %', channel: 'sms', group_wait: 0 }, 'sms');
    await sent(place, '2026-11-10T08:01:00Z', 40, 4);
    await sent(place, '2026-11-10T08:01:00Z', 40, 40, { account_id: 'other' });
    await sent(place, '2026-11-10T08:01:00Z', 19, 19, { channel: 'sms', account_id: 'other' });
    await place.pass(30);
    expect(place.told()).toEqual([]);
  });

  test('stay quiet while they flap, and are told once whatever dies in between', async () => {
    const place = await made();
    await place.rule({ kind: 'delivery-failures', above: '5 %', within: '10 min', group_wait: 0 });
    await sent(place, '2026-11-10T08:01:00Z', 40, 20);
    // The process that would have told dies on its way, at whatever statement; another one looks when its lease has ended.
    for (let statements = 1; statements < 12; statements++) {
      let left = statements;
      place.clock.move(15_000);
      const dying = mortal(place.db, () => --left < 0);
      const context = { tenant: place.tenant, settings: {}, terms: place.terms };
      await lookAtDue({ db: dying, log: silentLog, context, calendar: () => undefined }, place.moments()).catch(
        (error) => {
          if (!(error instanceof Death)) throw error;
        },
      );
      place.machine.move(61_000);
    }
    await place.pass(1);
    expect(place.told().map((line) => plain(line).slice(6))).toEqual(['main High: failed messages 50.0 %']);
    // Well for a moment, and failing again.
    await sent(place, '2026-11-10T08:05:30Z', 900, 0);
    await place.pass(4);
    await sent(place, '2026-11-10T08:06:30Z', 300, 200);
    await place.pass(4);
    expect(place.told().filter((line) => !line.includes(' edit '))).toEqual([]);
    expect(await place.db.query(sql`select from ops.alert_incidents where tenant_id = ${place.tenantId}`)).toHaveLength(
      1,
    );
  });

  test('are not known while messages are late, or have not come for longer than the window', async () => {
    const place = await made();
    await place.rule({ kind: 'delivery-failures', above: '5 %', group_wait: 0 });
    await sent(place, '2026-11-10T08:01:00Z', 40, 20);
    await place.reaches('crm', ['message'], '2026-11-10T07:30:00Z', 15);
    await place.pass(10);
    expect(place.told()).toEqual([]);
    const healthOf = () =>
      place.db.query(sql`select health, health_reason from ops.alert_rules where tenant_id = ${place.tenantId}`);
    expect(await healthOf()).toEqual([{ health: 'unknown', health_reason: 'the data is late' }]);
    await place.reaches('crm', ['message'], '2026-11-10T07:30:00Z');
    await place.pass(5);
    expect(place.told()).toHaveLength(1);
    await place.pass(30);
    expect(await healthOf()).toEqual([{ health: 'unknown', health_reason: 'there are no messages of that time yet' }]);
  });

  test('of hours in which nobody could know are told afterwards, with their times', async () => {
    const place = await made();
    await place.rule({ kind: 'delivery-failures', above: '5 %', within: '30 min' });
    await place.reaches('crm', ['message'], '2026-11-10T08:00:00Z', 15);
    await place.pass(125);
    for (const [at, failed] of [
      ['08:05', 1],
      ['08:40', 12],
      ['09:10', 3],
      ['09:50', 0],
    ] as const)
      await sent(place, `2026-11-10T${at}:00Z`, 60, failed);
    expect(place.told()).toEqual([]);
    await place.reaches('crm', ['message'], '2026-11-10T10:04:00Z', 15);
    await place.pass(10);
    expect(place.told().map(plain)).toEqual([
      expect.stringMatching(/^10:\d\d main High: failed messages 20.0 %$/),
      expect.stringMatching(/thread Recovered 09:\d\d after /),
      expect.stringContaining('edit Recovered'),
    ]);
    const [row] = await place.db.query<{ line: string; since: string }>(sql`
      select content -> 'lines' ->> 0 as line, since::text from ops.alert_incidents where tenant_id = ${place.tenantId}`);
    // It became unknown at 08:16: windows end at 08:16, 08:46, 09:16 and 09:46.
    expect(plain(row!.line)).toContain('12 of 60 messages within 30 min until 10 Nov 08:46 failed: 20.0 %');
    expect(row!.since).toContain('2026-11-10 08:46:00');
  });

  test('of the past are found by stretches, also over the hour that comes twice', async () => {
    const place = await made('2026-11-01T12:00:00Z', 'America/New_York');
    const ruleId = await place.rule({ kind: 'delivery-failures', above: '5 %' });
    for (const [at, failed] of [
      ['04', 1],
      ['05', 30],
      ['06', 60],
      ['07', 2],
      ['09', 25],
    ] as const)
      await sent(place, `2026-11-01T${at}:10:00Z`, 100, failed);
    const rule = await ruleOf(place.db, place.tenantId, ruleId);
    const past = await roomOf('delivery-failures').past(
      { ...rule!, changed: true } as never,
      { from: Temporal.Instant.from('2026-10-31T00:00:00Z'), to: place.clock.now() },
      {
        ...{ db: place.db, tenant: place.tenant, now: place.clock.now(), settings: {}, terms: place.terms },
        ...{ log: silentLog, lateStreams: [] },
      },
    );
    expect(
      past.kind === 'episodes' && past.episodes.map(({ from, to, worst }) => [`${from}`, `${to}`, plain(worst!.text)]),
    ).toEqual([
      ['2026-11-01T06:00:00Z', '2026-11-01T08:00:00Z', '60.0 %'],
      ['2026-11-01T10:00:00Z', '2026-11-01T11:00:00Z', '25.0 %'],
    ]);
  });
});
