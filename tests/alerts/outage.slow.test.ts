import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { roomOf } from '../../src/alerts/kinds/index.ts';
import { ruleOf } from '../../src/alerts/store/rules.ts';
import { markAllTickets } from '../../src/facts/verify.ts';
import { silentLog } from '../../src/lib/log.ts';
import { rollups } from '../../src/rollups/index.ts';
import { markAll } from '../../src/rollups/marks.ts';
import { insertTickets, useDatabase } from '../database.ts';
import { type Town, town } from './town.ts';

const database = useDatabase();

let id = 0;
/** So many tickets of the day of `at`, of a team. */
async function created(place: Town, at: string, count: number, team: string | null = null): Promise<void> {
  await insertTickets(
    place.db,
    place.tenantId,
    Array.from({ length: count }, () => ({
      ...{ id: String(id++), source: 'crm', created_at: at, priority: 'low', status: 'open', team_id: team },
    })),
  );
  await markAllTickets(place.db, place.tenantId);
  await place.db.tx(async (tx) => {
    for (const rollup of rollups) if (rollup.stream === 'ticket') await markAll(tx, rollup, place.tenant);
  });
}

const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');

async function incidents(place: Town) {
  const rows = await place.db.query<{ kind: string; state: string; content: Record<string, unknown> }>(sql`
    select r.kind, i.state, i.content from ops.alert_incidents i
    join ops.alert_rules r on r.tenant_id = i.tenant_id and r.rule_id = i.rule_id
    where i.tenant_id = ${place.tenantId} order by i.incident_id`);
  return rows.map(({ content, ...row }) => ({ ...row, content: JSON.parse(plain(JSON.stringify(content))) }));
}

const health = (place: Town) =>
  place.db.query<{ name: string; health: string }>(sql`
    select name, health from ops.alert_rules where tenant_id = ${place.tenantId} order by name`);

/** A town whose CRM is fresh to 09:00 and promises an hour for tickets, and a day for surveys. */
async function place(now = '2026-11-10T09:00:00Z', timezone = 'UTC'): Promise<Town> {
  const made = await town(database.db, { now, timezone });
  await made.reaches('crm', ['ticket'], now, 60);
  await made.reaches('crm', ['survey'], now, 24 * 60);
  await made.db.run(sql`
    insert into crm.teams (tenant_id, source, id, name, version)
    values (${made.tenantId}, 'crm', 'd', 'Delivery', 1), (${made.tenantId}, 'crm', 'b', 'Billing', 1)`);
  return made;
}

describe('an outage of the CRM', () => {
  test('makes one incident, which names what is muted, and true breaches are told when it is over', async () => {
    const crm = await place();
    await crm.rule({ kind: 'kpi-threshold', kpi: 'tickets today', above: 4, title: 'Many tickets' }, 'many');
    await crm.rule({ kind: 'kpi-threshold', kpi: 'tickets today by team', above: 3, title: 'Many of a team' }, 'team');
    await crm.rule({ kind: 'kpi-threshold', kpi: 'csat 7d', below: 3, title: 'Low CSAT' }, 'csat');
    await crm.rule({ kind: 'freshness' }, 'fresh');
    await crm.pass(60);
    expect(crm.told()).toEqual([]);
    // 10:00 is an hour after 09:00: still in time.
    await crm.pass(1);
    expect(crm.told()).toEqual(['10:01 main Data late: crm: ticket']);
    const [first, ...others] = await incidents(crm);
    expect(others).toEqual([]);
    expect(first!.content.lines).toEqual([
      'ticket reaches to 10 Nov 09:00, late since 10 Nov 10:00 (at most 1 h 00 min old is promised)',
    ]);
    expect(first!.content.notes).toEqual(['Muted meanwhile: Many tickets; Many of a team']);
    // What arrives of it meanwhile is not all there is: nobody is told anything.
    await created(crm, '2026-11-10T09:30:00Z', 8, 'd');
    await crm.pass(90);
    expect(crm.told()).toEqual([]);
    expect(await health(crm)).toEqual([
      { name: 'csat', health: 'unknown' },
      { name: 'fresh', health: 'ok' },
      { name: 'many', health: 'unknown' },
      { name: 'team', health: 'unknown' },
    ]);
    await crm.reaches('crm', ['ticket'], '2026-11-10T11:30:00Z', 60);
    await crm.pass(1);
    const told = crm.told();
    expect(told).toEqual([]);
    await crm.pass(1);
    expect(crm.told().toSorted()).toEqual([
      '11:33 main High: Team Delivery: 8 (10 Nov)',
      '11:33 main High: Tickets created: 8 (10 Nov)',
    ]);
    await crm.pass(10);
    expect(crm.told()).toEqual(['11:37 thread Recovered 11:32 after 1 h 32 min', '11:37 edit Recovered: crm: ticket']);
  });

  test('mutes only what depends on the stream that is late', async () => {
    const crm = await place();
    await crm.reaches('crm', ['survey'], '2026-11-10T09:00:00Z', 30);
    await crm.rule({ kind: 'kpi-threshold', kpi: 'tickets today', above: 4 }, 'many');
    await crm.rule({ kind: 'freshness' }, 'fresh');
    await crm.pass(31);
    expect(crm.told()).toEqual(['09:31 main Data late: crm: survey']);
    await created(crm, '2026-11-10T09:30:00Z', 6);
    await crm.pass(3);
    expect(crm.told()).toEqual(['09:33 main High: Tickets created: 6 (10 Nov)']);
    expect((await incidents(crm))[0]!.content.notes).toEqual([]);
  });

  test('leaves an incident as it is, which says since when it is not known, and goes on or ends after it', async () => {
    const crm = await place();
    await crm.rule({ kind: 'kpi-threshold', kpi: 'tickets today', above: 4, repeat: '30 min' }, 'many');
    await crm.rule({ kind: 'kpi-threshold', kpi: 'tickets today by team', above: 3, repeat: '30 min' }, 'team');
    await crm.rule({ kind: 'freshness' }, 'fresh');
    await created(crm, '2026-11-10T08:00:00Z', 6, 'd');
    await crm.pass(5);
    expect(crm.told()).toHaveLength(2);
    await crm.pass(55);
    expect(crm.told().map((line) => line.slice(6))).toEqual(
      expect.arrayContaining([expect.stringContaining('thread Still so')]),
    );
    await crm.pass(90);
    const told = crm.told();
    expect(told.filter((line) => line.includes(' main '))).toEqual(['10:01 main Data late: crm: ticket']);
    expect(told.filter((line) => line.includes(' thread '))).toEqual([]);
    // Its message says that nobody knows.
    expect(told.filter((line) => line.includes(' edit High'))).toHaveLength(2);
    const muted = (await incidents(crm)).filter(({ kind }) => kind === 'kpi-threshold');
    expect(muted.map(({ state, content }) => [state, content.unknown])).toEqual([
      ['firing', { since: '2026-11-10T10:01:00Z', reason: 'the data is late' }],
      ['firing', { since: '2026-11-10T10:01:00Z', reason: 'the data is late' }],
    ]);
    // One is over and the other is not: half of the tickets went to another team.
    await crm.db.run(sql`
      update crm.tickets set team_id = 'b'
      where tenant_id = ${crm.tenantId} and id in (
        select id from crm.tickets where tenant_id = ${crm.tenantId} order by id limit 3)`);
    await created(crm, '2026-11-10T08:00:00Z', 0);
    await crm.reaches('crm', ['ticket'], '2026-11-10T11:30:00Z', 60);
    await crm.pass(12);
    expect(
      crm
        .told()
        .map((line) => line.slice(6))
        .toSorted(),
    ).toEqual([
      // Known again, and then over.
      'edit High: Team Delivery: 6 (10 Nov)',
      'edit High: Tickets created: 6 (10 Nov)',
      'edit Recovered: Team Delivery: 6 (10 Nov)',
      'edit Recovered: crm: ticket',
      'thread Recovered 11:31 after 1 h 31 min',
      'thread Recovered 11:31 after 2 h 30 min; worst 6',
      // Of the one that goes on; the other one is well again, and only not for long enough.
      'thread Still so, and nobody has acknowledged it: High: Tickets created: 6 (10 Nov)',
    ]);
    expect((await incidents(crm)).map(({ kind, state }) => [kind, state])).toEqual([
      ['kpi-threshold', 'firing'],
      ['kpi-threshold', 'resolved'],
      ['freshness', 'resolved'],
    ]);
  });

  test('is not told where no rule says so, and mutes all the same', async () => {
    const crm = await place();
    await crm.rule({ kind: 'kpi-threshold', kpi: 'tickets today', above: 4 }, 'many');
    await crm.pass(70);
    await created(crm, '2026-11-10T09:30:00Z', 8);
    await crm.pass(20);
    expect(crm.told()).toEqual([]);
  });
});

describe('data that is late', () => {
  test('is told once where it flaps, and as worse when it is four times too old', async () => {
    const crm = await place();
    await crm.rule({ kind: 'freshness', repeat: 0 }, 'fresh');
    await crm.pass(61);
    expect(crm.told()).toEqual(['10:01 main Data late: crm: ticket']);
    await crm.reaches('crm', ['ticket'], '2026-11-10T09:05:00Z', 60);
    await crm.pass(1);
    // 10:02 to 10:05 in time, late again within the five minutes after which it would be over.
    await crm.pass(10);
    expect(crm.told().filter((line) => !line.includes(' edit '))).toEqual([]);
    await crm.pass(175);
    const told = crm.told().filter((line) => !line.includes(' edit '));
    expect(told).toEqual(['13:06 thread Worse: Data late: crm: ticket']);
  });

  test('is one incident for each source, with the streams that follow', async () => {
    const crm = await place();
    await crm.reaches('desk', ['ticket'], '2026-11-10T09:00:00Z', 90);
    await crm.reaches('crm', ['survey'], '2026-11-10T09:00:00Z', 70);
    await crm.rule({ kind: 'freshness' }, 'fresh');
    await crm.pass(100);
    expect(crm.told()).toEqual([
      '10:01 main Data late: crm: ticket',
      '10:11 thread Now: Data late: crm: 2 streams',
      '10:11 edit Data late: crm: 2 streams',
      '10:31 main Data late: desk: ticket',
    ]);
  });

  test('counts from its first reading where it was never complete, also on the day the clocks change', async () => {
    const crm = await town(database.db, { now: '2026-11-01T05:00:00Z', timezone: 'America/New_York' });
    await crm.db.run(sql`
      insert into ops.streams (tenant_id, source, stream, loaded_at, refresh_sla_minutes)
      values (${crm.tenantId}, 'crm', 'ticket', '2026-11-01T05:00:00Z', 90)`);
    await crm.rule({ kind: 'freshness' }, 'fresh');
    await crm.pass(90);
    expect(crm.told()).toEqual([]);
    await crm.pass(1);
    expect(crm.told()).toEqual(['06:31 main Data late: crm: ticket']);
    // 01:30 comes twice that night.
    expect((await incidents(crm))[0]!.content.lines).toEqual([
      'ticket never complete since 1 Nov 01:00, late since 1 Nov 01:30 (at most 1 h 30 min old is promised)',
    ]);
  });

  test('of the past is known by the runs that read a source, and is not where there are none', async () => {
    const crm = await town(database.db, { now: '2026-11-10T12:00:00Z' });
    const ruleId = await crm.rule({ kind: 'freshness' }, 'fresh');
    const rule = await ruleOf(crm.db, crm.tenantId, ruleId);
    const past = () =>
      roomOf('freshness').past(
        { ...rule!, changed: true } as never,
        { from: Temporal.Instant.from('2026-11-09T00:00:00Z'), to: crm.clock.now() },
        {
          ...{ db: crm.db, tenant: crm.tenant, now: crm.clock.now(), settings: {}, terms: crm.terms },
          ...{ log: silentLog, lateStreams: [] },
        },
      );
    expect(await past()).toMatchObject({ kind: 'unknown' });
    for (const [started, finished, state] of [
      ['09T10:00', '09T10:05', 'done'],
      ['09T10:30', '09T10:35', 'done'],
      ['09T11:00', '09T11:05', 'failed'],
      ['09T13:00', '09T13:04', 'done'],
      ['10T11:50', '10T11:52', 'done'],
    ])
      await crm.db.run(sql`
        insert into ops.job_runs (tenant_id, job, started_by, due_at, state, max_attempts, refresh_sla_minutes, started_at,
          finished_at)
        values (${crm.tenantId}, 'sync:crm:tickets', 'schedule', ${`2026-11-${started}:00Z`}, ${state}, 3, 60,
          ${`2026-11-${started}:00Z`}, ${`2026-11-${finished}:00Z`})`);
    const found = await past();
    expect(found.kind === 'episodes' && found.episodes.map(({ name, from, to }) => [name, `${from}`, `${to}`])).toEqual(
      [
        ['crm: tickets', '2026-11-09T11:30:00Z', '2026-11-09T13:04:00Z'],
        ['crm: tickets', '2026-11-09T14:00:00Z', '2026-11-10T11:52:00Z'],
      ],
    );
  });

  test('names jobs that fail or do not end in time', async () => {
    const crm = await town(database.db, { now: '2026-11-10T09:00:00Z' });
    for (const job of ['drain', 'verify', 'retention', 'sync:crm:ticket'])
      await crm.db.run(sql`
        insert into ops.schedules (tenant_id, schedule_id, cron, timezone, handled_until, enabled)
        values (${crm.tenantId}, ${job}, '* * * * *', 'UTC', '2026-11-10T09:00:00Z', true)`);
    const run = (job: string, due: string, state: string, more: { finished?: string; error?: string } = {}) =>
      crm.db.run(sql`
        insert into ops.job_runs (tenant_id, job, started_by, slot_key, due_at, state, max_attempts, refresh_sla_minutes,
          finished_at, error)
        values (${crm.tenantId}, ${job}, 'schedule', ${due}, ${due}, ${state}, 3, 30, ${more.finished ?? null}::timestamptz,
          ${more.error ?? null})`);
    await run('verify', '2026-11-10T08:00:00Z', 'failed', { finished: '2026-11-10T08:10:00Z', error: 'old' });
    await run('verify', '2026-11-10T08:30:00Z', 'done', { finished: '2026-11-10T08:31:00Z' });
    await run('drain', '2026-11-10T09:05:00Z', 'queued');
    await run('sync:crm:ticket', '2026-11-10T08:30:00Z', 'failed', { finished: '2026-11-10T08:31:00Z', error: 'down' });
    await crm.rule({ kind: 'freshness' }, 'fresh');
    await crm.pass(35);
    expect(crm.told()).toEqual([]);
    await crm.pass(1);
    expect(crm.told()).toEqual(['09:36 main Job late: job drain']);
    await crm.db.run(sql`
      update ops.job_runs set state = 'done', finished_at = ${crm.clock.now().toString()}
      where tenant_id = ${crm.tenantId} and job = 'drain'`);
    await run('retention', '2026-11-10T09:30:00Z', 'failed', { finished: '2026-11-10T09:35:00Z', error: 'disk full' });
    await crm.pass(1);
    expect((await incidents(crm))[0]!.content).toMatchObject({
      headline: '2 jobs',
      lines: expect.arrayContaining(['retention has failed since 10 Nov 09:35: disk full']),
    });
    await crm.pass(10);
    expect((await incidents(crm))[0]!.content).toMatchObject({ headline: 'job retention' });
  });
});
