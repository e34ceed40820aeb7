import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import { linkedBy } from '../../src/kpis/reach/persons.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { type Asker, ask, askOutcome, settle } from './asking.ts';
import { insertRows } from './contract/records.ts';

const database = useDatabase();
const timezone = 'Asia/Jakarta';
const local = (date: string, time = '00:00') =>
  Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(timezone).toInstant().toString();
const now = local('2026-11-16', '12:00');

async function asking(slug: string, tables: Readonly<Record<string, readonly object[]>>): Promise<Asker> {
  const asker = { db: database.db, tenantId: await makeTenant(database.db, slug, { timezone }), timezone, now };
  for (const [table, rows] of Object.entries(tables)) await insertRows(database.db, table, asker.tenantId, rows);
  await settle(asker, { chat: now, mail: now });
  return asker;
}

/** Messages of contacts `source/id`, each at local dates and times. */
const messages = (written: Readonly<Record<string, readonly (readonly [string, string])[]>>) =>
  Object.entries(written).flatMap(([contact, times]) =>
    times.map(([date, time]) => ({
      ...{ id: `${contact} ${date}`, source: contact.split('/')[0], contact_id: contact.split('/')[1] },
      ...{ direction: 'inbound', sent_at: local(date, time) },
    })),
  );

/*
 * Zone Asia/Jakarta (UTC+7), asked on 2026-11-16 12:00 local.
 *
 * contact  made         ended         known by
 * chat/a   1 October    12 November   phone +62 812-111, country ID
 * mail/x   13 November                e-mail A@x.test, no country
 * chat/b   14 November                phone +62812111, e-mail "a@x.test ", country SG: so a, b and x are one person, P
 * chat/c   10 November                person 7
 * chat/d   11 November   15 Nov 09:00  person 7: with c, Q
 * mail/k   11 November                person 7 of another source: K
 * chat/e   9 Nov 00:30                phone 0812111, which is not in international form: E
 * chat/t   9 November                 of a demo account, with the phone of a
 *
 * There at the end of: 9th P E; 10th P Q E; 11th P Q K E; 12th Q K E; from the 13th on P Q K E.
 * Messages: a on 14 August, which counts for 90 days, to 11 November; d on the 15th, after which Q is there by c; x on the
 * 16th; t every day.
 */
describe('reach', () => {
  let asker: Asker;
  beforeAll(async () => {
    const contact = (source: string, id: string, created_at: string, more: object = {}) => ({
      ...{ source, id, created_at, deleted_at: null, phone: null, email: null, person_id: null, country: null },
      ...{ account_id: null, ...more },
    });
    asker = await asking('reach', {
      'crm.accounts': [{ source: 'chat', id: 'toy', name: 'Toy', demo: true }],
      'crm.contacts': [
        contact('chat', 'a', local('2026-10-01'), {
          ...{ deleted_at: local('2026-11-12'), phone: '+62 812-111', country: 'ID' },
        }),
        contact('mail', 'x', local('2026-11-13'), { email: 'A@x.test' }),
        contact('chat', 'b', local('2026-11-14'), { phone: '+62812111', email: 'a@x.test ', country: 'SG' }),
        contact('chat', 'c', local('2026-11-10'), { person_id: '7' }),
        contact('chat', 'd', local('2026-11-11'), { person_id: '7', deleted_at: local('2026-11-15', '09:00') }),
        contact('mail', 'k', local('2026-11-11'), { person_id: '7' }),
        contact('chat', 'e', local('2026-11-09', '00:30'), { phone: '0812111' }),
        contact('chat', 't', local('2026-11-09'), { phone: '+62812111', account_id: 'toy' }),
      ],
      'crm.messages': messages({
        'chat/a': [['2026-08-14', '10:00']],
        'chat/d': [['2026-11-15', '08:00']],
        'mail/x': [['2026-11-16', '08:00']],
        'chat/t': ['2026-11-12', '2026-11-13', '2026-11-14'].map((day) => [day, '08:00'] as const),
      }),
    });
  });

  test('counts persons, by whatever of their contacts they can be reached', async () => {
    const { value, parts, series } = await ask(asker, 'reach', { period: '2026-11-09..2026-11-16', grain: 'day' });
    expect([value, parts]).toEqual([4, { active: 2 }]);
    expect(series.points.map((point) => point.value)).toEqual([2, 3, 4, 3, 4, 4, 4, 4]);
    const days = ['2026-11-11', '2026-11-12', '2026-11-15'];
    const active = days.map(async (period) => (await ask(asker, 'reach', { period })).parts.active);
    expect(await Promise.all(active)).toEqual([1, 0, 1]);
  });

  test('counts a person in every row where one of their contacts is', async () => {
    const { value, breakdown } = await ask(asker, 'reach', { period: '2026-11-15', by: 'country' });
    expect([value, breakdown?.rows.map((row) => [row.key, row.value])]).toEqual([
      4,
      [
        ['', 4],
        ['SG', 1],
      ],
    ]);
  });

  test('as of an earlier moment does not know what came later', async () => {
    // The messages of d and x were still to come.
    const { value, parts } = await ask(asker, 'reach', { period: 'today', now: local('2026-11-13', '09:00') });
    expect([value, parts.active]).toEqual([4, 0]);
  });

  test('is for supervisors and up', async () => {
    expect((await askOutcome(asker, 'reach', { viewer: 'nobody' })).kind).toBe('not-permitted');
  });
});

test('what overlaps is one, however long the way', () => {
  const of = (...ids: string[]) => ids.map((id) => ({ source: 's', id }));
  const linked = linkedBy([of('1', '2'), of('4', '5'), of('3', '2'), of('6', '7'), of('5', '3')]);
  const persons = Map.groupBy(linked, ({ person }) => person);
  expect([...persons.values()].map((of) => of.map(({ id }) => id).toSorted()).toSorted()).toEqual([
    ['1', '2', '3', '4', '5'],
    ['6', '7'],
  ]);
});

/*
 * The 30 days from 17 October to 15 November: active with a message from 17 September to 16 October, silent without one from
 * 17 October on.
 *
 * s1  16 October                                                   silent
 * s2  17 September 00:10 and 15 November 23:00                     kept
 * s3  16 September 23:50                                           was not active
 * s4  10 and 20 October, deleted on 15 November 23:30              deleted
 * s5  10 October and 1 November, marked inactive on 10 November    inactive
 * s6  the same, marked active on 12 November: was inactive before  was not active
 * s7  the same, marked inactive on 16 November, after the end      kept
 * s8  16 October, of a demo account
 * s9  10 October, deleted on 16 October                            was not there
 * s10 10 October and 1 November, inactive ever since it is known   was not active
 */
describe('churn', () => {
  let asker: Asker;
  beforeAll(async () => {
    const contact = (id: string, more: object = {}) => ({
      ...{ source: 'chat', id, created_at: local('2026-01-01'), deleted_at: null, status: 'active', segment: null },
      ...{ account_id: null, ...more },
    });
    const twice = [
      ['2026-10-10', '10:00'],
      ['2026-11-01', '10:00'],
    ] as const;
    const change = (entity_id: string, old: string, to: string, at: string) => ({
      ...{ entity: 'contact', source: 'chat', entity_id, field: 'status', old, new: to, at },
    });
    asker = await asking('churn', {
      'crm.accounts': [{ source: 'chat', id: 'toy', name: 'Toy', demo: true }],
      'crm.contacts': [
        ...[contact('s1', { segment: 'vip' }), contact('s2'), contact('s3')],
        contact('s4', { deleted_at: local('2026-11-15', '23:30') }),
        ...[
          contact('s5', { status: 'inactive', segment: 'vip' }),
          contact('s6'),
          contact('s7', { status: 'inactive' }),
        ],
        ...[contact('s8', { account_id: 'toy' }), contact('s9', { deleted_at: local('2026-10-16') })],
        contact('s10', { status: 'Inactive' }),
      ],
      'crm.messages': messages({
        'chat/s1': [['2026-10-16', '10:00']],
        'chat/s2': [
          ['2026-09-17', '00:10'],
          ['2026-11-15', '23:00'],
        ],
        'chat/s3': [['2026-09-16', '23:50']],
        'chat/s4': [
          ['2026-10-10', '10:00'],
          ['2026-10-20', '10:00'],
        ],
        ...{ 'chat/s5': twice, 'chat/s6': twice, 'chat/s7': twice },
        ...{ 'chat/s8': [['2026-10-16', '10:00']], 'chat/s9': [['2026-10-10', '10:00']], 'chat/s10': twice },
      }),
    });
    for (const { entity, source, entity_id, field, old, new: to, at } of [
      change('s5', 'active', 'inactive', local('2026-11-10')),
      change('s6', 'inactive', 'active', local('2026-11-12')),
      change('s7', 'active', 'inactive', local('2026-11-16', '01:00')),
    ])
      await database.db.run(sql`
        insert into crm.changes (tenant_id, entity, source, entity_id, field, old, new, at)
        values (${asker.tenantId}, ${entity}, ${source}, ${entity_id}, ${field}, ${old}, ${to}, ${at})`);
  });

  test('is of those active at the start, and says how they were lost', async () => {
    expect(await ask(asker, 'churn', { period: '2026-10-17..2026-11-15' })).toMatchObject({
      ...{ value: 3 / 5, numerator: 3, denominator: 5 },
      parts: { active: 5, lost: 3, deleted: 1, inactive: 1, silent: 1 },
    });
  });

  test('by segment', async () => {
    const { breakdown } = await ask(asker, 'churn', { period: '2026-10-17..2026-11-15', by: 'segment' });
    expect(breakdown?.rows.map(({ key, numerator, denominator }) => [key, numerator, denominator])).toEqual([
      ['', 1, 3],
      ['vip', 2, 2],
    ]);
  });

  test('of a period that goes on is judged by now', async () => {
    // s2's message of the 15th at 23:00 is still to come; s1's of 16 October is one of the 30 days to 14 November, not of those to the 15th.
    const until = async (at: string) =>
      (
        await ask(asker, 'churn', {
          period: '2026-10-17..2026-11-15',
          now: local(...(at.split(' ') as [string, string])),
        })
      ).parts.silent;
    expect([await until('2026-11-14 12:00'), await until('2026-11-15 12:00')]).toEqual([1, 2]);
  });
});
