import sql, { raw } from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { churnPoints, type Signals } from '../../src/alerts/kinds/churn-risk/score.ts';
import { intentPoints } from '../../src/alerts/kinds/high-intent/score.ts';
import { entryLine, listed } from '../../src/alerts/kinds/lists/entry.ts';
import { ensurePartitions, isPartitioned } from '../../src/db/partitions.ts';
import { rollups } from '../../src/rollups/index.ts';
import { markAll } from '../../src/rollups/marks.ts';
import { insertSurveys, insertTickets, useDatabase } from '../database.ts';
import { type Town, town } from './town.ts';

const database = useDatabase();

async function insert(place: Town, table: string, rows: readonly Record<string, unknown>[]): Promise<void> {
  const whole = rows.map((row) => ({ source: 'import', version: 1, ...row, tenant_id: place.tenantId }));
  if (isPartitioned(table))
    await ensurePartitions(
      place.db,
      table,
      rows.map((row) => String(row.sent_at).slice(0, 10)),
    );
  const names = raw([...new Set(whole.flatMap((row) => Object.keys(row)))].join(', '));
  await place.db.run(sql`
    insert into ${raw(table)} (${names})
    select ${names} from jsonb_populate_recordset(null::${raw(table)}, ${JSON.stringify(whole)}::jsonb)`);
}

let id = 0;
/** Messages that a contact wrote, one on each of some days. */
function wrote(contact: string, days: readonly string[]) {
  return days.map((day) => ({
    ...{ id: `m${id++}`, contact_id: contact, direction: 'inbound', channel: 'whatsapp', sent_at: `${day}T10:00:00Z` },
  }));
}

/** Every so many days, so often, until a day. */
function every(step: number, times: number, until: string): string[] {
  const last = Temporal.PlainDate.from(until);
  return Array.from({ length: times }, (_, index) => last.subtract({ days: step * index }).toString());
}

async function company(now: string): Promise<Town> {
  const place = await town(database.db, { now });
  await insert(place, 'crm.accounts', [
    { id: 'a1', name: 'Acme' },
    { id: 'a2', name: 'Bright' },
  ]);
  await insert(place, 'crm.contacts', [
    { id: 'c1', name: 'Noor Haddad', account_id: 'a1', created_at: '2026-01-01T00:00:00Z' },
    { id: 'c2', name: 'Sven Holm', account_id: 'a1', created_at: '2026-01-01T00:00:00Z' },
    { id: 'c3', name: 'Ada Obi', account_id: 'a2', created_at: '2026-01-01T00:00:00Z' },
    { id: 'gone', name: 'Gone Long', account_id: 'a2', created_at: '2026-01-01T00:00:00Z' },
    { id: 'off', name: 'Switched Off', status: 'inactive', created_at: '2026-01-01T00:00:00Z' },
  ]);
  return place;
}

async function fresh(place: Town): Promise<void> {
  await place.db.tx(async (tx) => {
    for (const rollup of rollups) if (rollup.stream === 'message') await markAll(tx, rollup, place.tenant);
  });
}

describe('contacts that may leave', () => {
  async function withSilence(): Promise<Town> {
    const place = await company('2026-11-16T08:55:00Z');
    await insert(place, 'crm.messages', [
      // Wrote every third day, until 24 days ago; every day until yesterday; every third day until 80 days ago.
      ...wrote('c1', every(3, 10, '2026-10-23')),
      ...wrote('c2', every(1, 10, '2026-11-15')),
      ...wrote('gone', every(3, 10, '2026-08-28')),
      ...wrote('off', every(3, 10, '2026-10-23')),
    ]);
    await fresh(place);
    await insertTickets(place.db, place.tenantId, [
      { id: 't1', contact_id: 'c3', created_at: '2026-10-20T10:00:00Z', status: 'open', priority: 'low' } as never,
      { id: 't2', contact_id: 'c2', created_at: '2026-11-01T10:00:00Z', status: 'open', priority: 'low' } as never,
    ]);
    await insertSurveys(place.db, place.tenantId, [
      { id: 's1', contact_id: 'c3', kind: 'csat', score: 1, answered_at: '2026-11-03T10:00:00Z' } as never,
      { id: 's2', contact_id: 'c1', kind: 'csat', score: 5, answered_at: '2026-11-03T10:00:00Z' } as never,
    ]);
    return place;
  }

  test('are a list at its time, once, with reasons, that the next one replaces without a word', async () => {
    const place = await withSilence();
    await place.rule({ kind: 'churn-risk', when: 'weekly mon at 09:00' });
    await place.pass(4);
    expect(place.told()).toEqual([]);
    await place.pass(6);
    expect(place.told()).toEqual(['09:00 main At risk: 2 contacts may leave']);
    const content = async () =>
      (await place.db.query<{ state: string; lines: string[] }>(sql`
        select state, content -> 'lines' as lines from ops.alert_incidents where tenant_id = ${place.tenantId}
        order by incident_id`))!;
    expect(await content()).toEqual([
      {
        state: 'firing',
        lines: [
          'Noor Haddad (Acme): silent for 24 days, usually writes every 3 days',
          'Ada Obi (Bright): last rated 1 of 5 on 3 Nov; 1 ticket open for more than 7 days',
        ],
      },
    ]);
    // The list stays what it was, also when somebody on it writes.
    await insert(place, 'crm.messages', wrote('c1', ['2026-11-16']));
    await fresh(place);
    await place.pass(30);
    expect(place.told()).toEqual([]);
    place.clock.move(7 * 24 * 3_600_000 - 46 * 60_000);
    await place.pass(20);
    const [before, now] = await content();
    expect(before).toMatchObject({ state: 'resolved', lines: { length: 2 } });
    expect(now).toEqual({
      state: 'firing',
      lines: [
        'Sven Holm (Acme): silent for 8 days, usually writes every day; 1 ticket open for more than 7 days',
        'Ada Obi (Bright): last rated 1 of 5 on 3 Nov; 1 ticket open for more than 7 days',
      ],
    });
    expect(place.told().toSorted()).toEqual([
      '09:00 edit Past list: 2 contacts may leave',
      '09:00 main At risk: 2 contacts may leave',
    ]);
  });

  test('are those of the accounts that are asked for', async () => {
    const place = await withSilence();
    await place.rule({ kind: 'churn-risk', when: 'weekly mon at 09:00', account: 'acme' });
    await place.pass(10);
    expect(place.told()).toEqual(['09:00 main At risk: 1 contact may leave']);
  });

  test('are not told of a time before the rule was made, nor without anybody on the list', async () => {
    const place = await withSilence();
    place.clock.move(10 * 60_000);
    await place.rule({ kind: 'churn-risk', when: 'weekly mon at 09:00' });
    await place.rule({ kind: 'churn-risk', when: 'daily at 09:30', account: 'nobody' }, 'empty');
    await place.pass(40);
    expect(place.told()).toEqual([]);
  });

  test('score by reasons that are said', () => {
    const none: Signals = {
      ...{
        silentDays: null,
        activeDays: 0,
        usualDays: null,
        oldTickets: 0,
        reopened: 0,
        missed: 0,
        csat: null,
        nps: null,
      },
    };
    const points = (more: Partial<Signals>) => churnPoints({ ...none, ...more }).map((one) => one.points);
    expect(points({})).toEqual([]);
    expect(points({ silentDays: 9, activeDays: 10, usualDays: 3 })).toEqual([2]);
    expect(points({ silentDays: 18, activeDays: 10, usualDays: 3 })).toEqual([3]);
    // Less than a week, less than three times its habit, and a contact that nobody knows well.
    expect(points({ silentDays: 6, activeDays: 10, usualDays: 1 })).toEqual([]);
    expect(points({ silentDays: 20, activeDays: 10, usualDays: 7 })).toEqual([]);
    expect(points({ silentDays: 40, activeDays: 3, usualDays: 3 })).toEqual([]);
    expect(points({ oldTickets: 5, reopened: 2, missed: 1 })).toEqual([2, 1, 1]);
    expect(points({ csat: { score: 2, day: '2026-11-03' }, nps: { score: 6, day: '2026-11-03' } })).toEqual([2, 1]);
    expect(points({ csat: { score: 3, day: '2026-11-03' }, nps: { score: 7, day: '2026-11-03' } })).toEqual([]);
  });
});

describe('contacts that may buy', () => {
  test('replied, write often, or have an opportunity that moves', async () => {
    const place = await company('2026-11-16T08:55:00Z');
    await insert(place, 'crm.campaigns', [{ id: 'k1', name: 'Autumn offer' }]);
    await insert(place, 'crm.campaign_recipients', [
      { id: 'r1', campaign_id: 'k1', contact_id: 'c1', replied_at: '2026-11-12T10:00:00Z' },
      { id: 'r2', campaign_id: 'k1', contact_id: 'c2', replied_at: '2026-11-01T10:00:00Z' },
    ]);
    await insert(place, 'crm.messages', [
      ...wrote('c1', ['2026-11-12', '2026-11-13', '2026-11-14']),
      ...wrote('c2', ['2026-11-12']),
      ...wrote('c3', ['2026-11-12']),
    ]);
    await insert(place, 'crm.leads', [
      { id: 'l1', contact_id: 'c3', created_at: '2026-11-10T10:00:00Z', qualified_at: '2026-11-11T10:00:00Z' },
    ]);
    await insert(place, 'crm.opportunities', [
      { id: 'o1', lead_id: 'l1', created_at: '2026-11-12T10:00:00Z', status: 'open', stage: 'engaging' },
      {
        id: 'o2',
        contact_id: 'c2',
        created_at: '2026-11-12T10:00:00Z',
        closed_at: '2026-11-13T10:00:00Z',
        status: 'won',
      },
    ]);
    await place.rule({ kind: 'high-intent', when: 'weekdays at 09:00' });
    await place.pass(10);
    expect(place.told()).toEqual(['09:00 main High intent: 2 contacts']);
    const [row] = await place.db.query<{ lines: string[] }>(sql`
      select content -> 'lines' as lines from ops.alert_incidents where tenant_id = ${place.tenantId}`);
    expect(row?.lines).toEqual([
      'Noor Haddad (Acme): replied to Autumn offer on 12 Nov; 3 messages on 3 days within 7 days',
      'Ada Obi (Bright): open opportunity (engaging), moved within 14 days; qualified lead since 11 Nov',
    ]);
  });

  test('score by reasons that are said', () => {
    const none = { reply: null, messages: 0, messageDays: 0, opportunity: null, lead: null };
    const points = (more: Parameters<typeof intentPoints>[0] | object) =>
      intentPoints({ ...none, ...more }).map((one) => one.points);
    expect(points({ messages: 2, messageDays: 2 })).toEqual([]);
    expect(points({ messages: 3, messageDays: 1 })).toEqual([1]);
    expect(points({ messages: 3, messageDays: 3 })).toEqual([2]);
    expect(points({ opportunity: { stage: null, recent: false } })).toEqual([1]);
    expect(points({ opportunity: { stage: null, recent: true } })).toEqual([2]);
    expect(points({ lead: { qualified: false, day: '2026-09-01', recent: false } })).toEqual([]);
  });
});

describe('a list', () => {
  const entry = (name: string, score: number) => ({
    source: 's',
    id: name,
    name,
    account: null,
    score,
    reasons: ['why'],
  });

  test('has the highest first, and equal ones in an order that stays', () => {
    const all = [entry('b', 3), entry('c', 5), entry('a', 3), entry('d', 2)];
    expect(listed(all, { least: 3, most: 10 }).map(({ name }) => name)).toEqual(['c', 'a', 'b']);
    expect(listed(all, { least: 3, most: 1 }).map(({ name }) => name)).toEqual(['c']);
    expect(entryLine(entry('a', 3))).toBe('a: why');
  });

  test('is refused where its time means nothing', async () => {
    const place = await company('2026-11-16T08:55:00Z');
    await expect(place.rule({ kind: 'churn-risk', when: 'sometimes' })).rejects.toThrow('is no time for a list');
  });

  test('is not known to whoever may not see contacts', async () => {
    const place = await company('2026-11-16T08:55:00Z');
    const rule = await place.rule({ kind: 'churn-risk', when: 'daily at 09:00' });
    await place.db.run(sql`
      update ops.alert_rules set viewer = 'import/nobody' where tenant_id = ${place.tenantId} and rule_id = ${rule}`);
    await place.pass(10);
    const rules = await place.db.query(sql`
      select health, health_reason as reason from ops.alert_rules where tenant_id = ${place.tenantId}`);
    expect(rules).toEqual([{ health: 'unknown', reason: 'whoever made the rule may not see contacts' }]);
    expect(place.told()).toEqual([]);
  });
});
