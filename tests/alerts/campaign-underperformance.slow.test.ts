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

const version = (at: string) => Number(Temporal.Instant.from(at).epochNanoseconds / 1000n);

async function write(place: Town, entity: 'campaign' | 'campaign_report' | 'campaign_recipient', records: object[]) {
  const at = place.clock.now();
  await place.db.tx((tx) =>
    writeRecords(tx, { tenant: place.tenant, at }, [
      {
        ...{ entity, source: 'crm', version: 'time' as const },
        records: records.map((values) => ({ version: version(at.toString()), values })) as never,
      },
    ]),
  );
}

const sentAt = (place: Town, id: string, sent: string, more: object = {}) =>
  write(place, 'campaign', [
    { id, name: `Offer ${id}`, status: 'completed', sent_at: sent, created_at: sent, account_id: 'acme', ...more },
  ]);

/** Of 2,100 recipients 2,000 delivered and 1,200 read. */
const reported = (place: Town, campaign_id: string, at: string, replied: number, more: object = {}) =>
  write(place, 'campaign_report', [
    { campaign_id, at, recipients: 2100, delivered: 2000, read: 1200, replied, failed: 100, ...more },
  ]);

/** A town with twelve campaigns of the weeks before, of which about 10 % of 2,000 replied within a day. */
async function seasoned(now: string, timezone = 'UTC'): Promise<Town> {
  const place = await town(database.db, { now, timezone });
  const start = Temporal.Instant.from(now);
  for (let week = 1; week <= 12; week++) {
    const sent = start.subtract({ hours: 24 * 7 * week });
    await sentAt(place, `h${week}`, sent.toString());
    await reported(place, `h${week}`, sent.add({ hours: 23 }).toString(), 150);
    await reported(place, `h${week}`, sent.add({ hours: 24, minutes: 20 }).toString(), 195 + (week % 3) * 5);
  }
  await place.reaches('crm', ['campaign', 'campaign_report'], '2027-06-01T00:00:00Z');
  return place;
}

/** Passes to so long after, in steps of an hour but for the last minutes. */
async function passHours(place: Town, hours: number): Promise<void> {
  for (let hour = 0; hour < hours; hour++) {
    place.clock.move(59 * 60_000);
    place.machine.move(59 * 60_000);
    await place.pass(1);
  }
}

describe('a campaign under its mark', () => {
  test('is told of once, when the report of its age comes, and closed after two days', async () => {
    const place = await seasoned('2026-11-10T08:00:00Z');
    await place.rule({ kind: 'campaign-underperformance' });
    await place.pass(1);
    await sentAt(place, 'a', '2026-11-10T08:00:00Z', { name: 'Autumn offer' });
    // Far below at an hour of age: nobody looks before its time.
    await reported(place, 'a', '2026-11-10T08:01:00Z', 5);
    await passHours(place, 24);
    expect(place.told()).toEqual([]);
    await reported(place, 'a', '2026-11-11T08:02:00Z', 98);
    await place.pass(1);
    expect(place.told()).toEqual(['08:02 main Below usual: reply of Autumn offer']);
    const [incident] = await place.db.query<{ labels: object; severity: number; since: string; lines: string[] }>(sql`
      select labels, severity, since::text, content -> 'lines' as lines from ops.alert_incidents
      where tenant_id = ${place.tenantId}`);
    expect(incident).toMatchObject({ labels: { campaign: 'crm/a' }, severity: 2 });
    expect(incident!.since).toContain('2026-11-11 08:02:00');
    expect(incident!.lines.map((line) => line.replaceAll(/[\u00a0\u202f]/g, ' '))).toEqual([
      'Autumn offer: 4.9 % replied of 2,000 delivered (usual 10.0 %)',
    ]);
    // Better or worse later: it was judged.
    await reported(place, 'a', '2026-11-11T12:00:00Z', 300);
    await passHours(place, 47);
    expect(place.told()).toEqual([]);
    await passHours(place, 1);
    await place.pass(2);
    expect(place.told()).toEqual([
      '08:02 thread Closed 13 Nov 08:02 after 2 d 00 h; worst 4.9 %',
      '08:02 edit Closed: reply of Autumn offer',
    ]);
    await reported(place, 'a', '2026-11-13T12:00:00Z', 10);
    await passHours(place, 30);
    expect(place.told()).toEqual([]);
  });

  test('is judged against its target, and neither small ones nor those of before the rule are', async () => {
    const place = await seasoned('2026-11-10T08:00:00Z');
    await sentAt(place, 'old', '2026-11-09T07:00:00Z');
    await reported(place, 'old', '2026-11-10T07:30:00Z', 10);
    await place.rule({
      kind: 'campaign-underperformance',
      metrics: ['reply', 'failure'],
      targets: { reply: '15 %', failure: '4 %' },
    });
    await sentAt(place, 'small', '2026-11-09T08:30:00Z', { account_id: 'other' });
    await reported(place, 'small', '2026-11-10T08:31:00Z', 1, { recipients: 190, delivered: 150, failed: 40 });
    await sentAt(place, 'b', '2026-11-09T08:40:00Z');
    await reported(place, 'b', '2026-11-10T08:40:00Z', 205, { failed: 200, delivered: 1900 });
    await place.pass(60);
    expect(place.told()).toEqual(['08:40 main Below target: reply, failure of Offer b']);
    const [row] = await place.db.query<{ lines: string[] }>(sql`
      select content -> 'lines' as lines from ops.alert_incidents where tenant_id = ${place.tenantId}`);
    expect(row!.lines.map((line) => line.replaceAll(/[\u00a0\u202f]/g, ' '))).toEqual([
      'Offer b: 9.5 % failed of 2,100 recipients (target 4.0 %, usual 4.8 %)',
      'Offer b: 10.8 % replied of 1,900 delivered (target 15.0 %)',
    ]);
  });

  test('waits while its reports are late, and is then told with the time they are of', async () => {
    const place = await seasoned('2026-11-10T08:00:00Z');
    await place.rule({ kind: 'campaign-underperformance', metrics: ['reply'] });
    await sentAt(place, 'a', '2026-11-10T08:00:00Z');
    await place.reaches('crm', ['campaign_report'], '2026-11-10T08:00:00Z', 120);
    await passHours(place, 30);
    const [rule] = await place.db.query(sql`
      select health, health_streams from ops.alert_rules where tenant_id = ${place.tenantId}`);
    expect(rule).toEqual({ health: 'unknown', health_streams: ['crm: campaign_report'] });
    await reported(place, 'a', '2026-11-11T09:05:00Z', 90);
    await passHours(place, 4);
    expect(place.told()).toEqual([]);
    await place.reaches('crm', ['campaign_report'], '2026-11-12T06:00:00Z', 24 * 60);
    await place.pass(12);
    expect(place.told()).toEqual([expect.stringContaining('main Below usual: reply of Offer a')]);
    const [told] = await place.db.query<{ since: string; line: string }>(sql`
      select since::text, content -> 'lines' ->> 0 as line from ops.alert_incidents where tenant_id = ${place.tenantId}`);
    expect(told!.since).toContain('2026-11-11 09:05:00');
    expect(told!.line).toContain(', as of 11 Nov 09:05');
  });

  test('is told of once whatever dies in between', async () => {
    const place = await seasoned('2026-11-10T08:00:00Z');
    await sentAt(place, 'a', '2026-11-09T08:00:00Z');
    await place.rule({ kind: 'campaign-underperformance', metrics: ['reply'], age: '23 h' });
    await place.rule({ kind: 'campaign-underperformance', metrics: ['reply'] }, 'day');
    await reported(place, 'a', '2026-11-10T08:00:00Z', 60);
    for (let statements = 1; statements < 10; statements++) {
      let left = statements;
      const dying = mortal(place.db, () => --left < 0);
      const context = { tenant: place.tenant, settings: {}, terms: place.terms };
      const deps = { db: dying, log: silentLog, context, calendar: () => undefined };
      await lookAtDue(deps, place.moments()).catch((error) => {
        if (!(error instanceof Death)) throw error;
      });
      place.machine.move(61_000);
    }
    await place.pass(3);
    // That rule came when the campaign was 24 hours old, the other one's age was over by then.
    expect(place.told()).toEqual(['08:01 main Below usual: reply of Offer a']);
    await passHours(place, 3);
    expect(place.told()).toEqual([]);
  });

  test('is known by its recipients where there are no reports, as they stood at that age', async () => {
    const place = await seasoned('2026-11-10T08:00:00Z');
    await place.rule({ kind: 'campaign-underperformance', metrics: ['reply'] });
    await sentAt(place, 'a', '2026-11-10T08:00:00Z');
    await write(
      place,
      'campaign_recipient',
      Array.from({ length: 1000 }, (_, index) => ({
        ...{
          campaign_id: 'a',
          contact_id: String(index),
          sent_at: '2026-11-10T08:00:00Z',
          delivered_at: '2026-11-10T08:00:05Z',
        },
        // 40 within the day, and a hundred later.
        ...(index < 40 ? { replied_at: '2026-11-10T20:00:00Z' } : {}),
        ...(index >= 900 ? { replied_at: '2026-11-11T08:10:00Z' } : {}),
      })),
    );
    await place.reaches('crm', ['campaign_recipient'], '2026-12-01T00:00:00Z');
    await passHours(place, 23);
    await place.pass(59);
    expect(place.told()).toEqual([]);
    await place.pass(1);
    expect(place.told()).toEqual(['08:00 main Below usual: reply of Offer a']);
  });

  test('is found in the past as it would have been then, over the change of clocks', async () => {
    const place = await seasoned('2026-11-02T12:00:00Z', 'America/New_York');
    const ruleId = await place.rule({ kind: 'campaign-underperformance', metrics: ['reply'] });
    for (const [id, replied] of [
      ['x', 90],
      ['y', 200],
    ] as const) {
      // The day that has 25 hours: the age is 24 h all the same.
      await sentAt(place, id, '2026-11-01T04:30:00Z');
      await reported(place, id, '2026-11-02T04:29:59Z', 60);
      await reported(place, id, '2026-11-02T05:00:00Z', replied);
    }
    const rule = await ruleOf(place.db, place.tenantId, ruleId);
    const past = await roomOf('campaign-underperformance').past(
      { ...rule!, changed: true } as never,
      { from: Temporal.Instant.from('2026-08-04T00:00:00Z'), to: place.clock.now() },
      {
        db: place.db,
        tenant: place.tenant,
        now: place.clock.now(),
        settings: {},
        terms: place.terms,
        log: silentLog,
        lateStreams: [],
      },
    );
    expect(past).toMatchObject({
      kind: 'episodes',
      episodes: [{ labels: { campaign: 'crm/x', metric: 'reply' }, name: 'reply of Offer x', worst: { value: 0.045 } }],
    });
    expect(past.kind === 'episodes' && past.episodes[0]!.from.toString()).toBe('2026-11-02T05:00:00Z');
  });
});
