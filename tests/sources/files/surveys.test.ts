import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { entities } from '../../../src/domain/entities.ts';
import { useDatabase } from '../../database.ts';
import { aTenant, sumOf, useFolder } from './importing.ts';

const database = useDatabase();
const folder = useFolder();

const map = `entity: survey
fields:
  id: id
  score: { column: given, values: { great: 5, poor: 1, endless: 11 } }
  kind: { column: what, values: { recommend: nps } }
  answered_at: at
  team_id: team`;
const header = 'id,given,what,at,team\n';

const stored = (tenantId: number) =>
  database.db.query<Record<string, unknown>>(sql`
    select id, kind, score, team_id from crm.surveys where tenant_id = ${tenantId} and deleted_at is null order by id`);

describe('survey answers of a file', () => {
  test('are stored where the score is one of its kind: every end of both scales', async () => {
    const tenant = await aTenant(database.db, folder);
    const csv = `${header}a,1,csat,2026-03-01,t1
b,5,csat,2026-03-01,
c,0,recommend,2026-03-01,
d,10,nps,2026-03-01,
e,great,csat,2026-03-01,
`;
    expect(await tenant.import(csv, map)).toMatchObject({ read: 5, written: 5, rejected: 0 });
    expect(await stored(tenant.tenantId)).toEqual([
      { id: 'a', kind: 'csat', score: 1, team_id: 't1' },
      { id: 'b', kind: 'csat', score: 5, team_id: null },
      { id: 'c', kind: 'nps', score: 0, team_id: null },
      { id: 'd', kind: 'nps', score: 10, team_id: null },
      { id: 'e', kind: 'csat', score: 5, team_id: null },
    ]);
    const teams = await database.db.query(sql`select id from crm.teams where tenant_id = ${tenant.tenantId}`);
    expect(teams).toEqual([{ id: 't1' }]);
  });

  test('are rejected outside it, with line, field, reason and remedy, and never made to fit', async () => {
    const tenant = await aTenant(database.db, folder);
    const csv = `${header}a,0,csat,2026-03-01,
b,6,csat,2026-03-01,
c,-1,nps,2026-03-01,
d,11,recommend,2026-03-01,
e,endless,nps,2026-03-01,
f,3.5,csat,2026-03-01,
g,,csat,2026-03-01,
h,4,,2026-03-01,
i,4,csat,2026-03-01,
`;
    const summary = await tenant.import(csv, map);
    expect(summary).toMatchObject({ read: 9, written: 1, rejected: 8 });
    expect(sumOf(summary)).toBe(summary.read);
    const about = (kind: string, from: number, to: number, value: number) =>
      `"${value}" is out of range: score of ${kind} is from ${from} to ${to} (say values: to translate another scale)`;
    expect(summary.rejections.map(({ line, field, reason }) => [line, field, reason])).toEqual([
      [2, 'score', about('csat', 1, 5, 0)],
      [3, 'score', about('csat', 1, 5, 6)],
      [4, 'score', about('nps', 0, 10, -1)],
      [5, 'score', about('nps', 0, 10, 11)],
      [6, 'score', about('nps', 0, 10, 11)],
      [7, 'score', '"3.5" is not a whole number'],
      [8, 'score', 'is missing'],
      [9, 'kind', 'is missing'],
    ]);
    expect(await stored(tenant.tenantId)).toEqual([{ id: 'i', kind: 'csat', score: 4, team_id: null }]);
  });

  test('of another kind of survey are rejected: their scores say nothing here', async () => {
    const tenant = await aTenant(database.db, folder);
    const summary = await tenant.import(`${header}a,4,ces,2026-03-01,\n`, map);
    expect(summary).toMatchObject({ written: 0, rejected: 1 });
    expect(summary.rejections).toMatchObject([{ line: 2, field: 'kind', reason: '"ces" is none of csat, nps' }]);
  });

  test('mark the days they leave and the days they go to', async () => {
    const tenant = await aTenant(database.db, folder, 'Asia/Tokyo');
    await tenant.import(`${header}a,4,csat,2026-03-01T16:00Z,\nb,4,csat,2026-03-05T00:00Z,\n`, map);
    expect(await tenant.marks('survey-daily')).toEqual(['2026-03-02', '2026-03-05']);
    await tenant.clearMarks();
    const more = { at: '2026-11-21T00:00:00Z' };
    await tenant.import(`${header}a,4,csat,2026-03-03T16:00Z,\nb,4,csat,2026-03-05T00:00Z,\n`, map, more);
    expect(await tenant.marks('survey-daily')).toEqual(['2026-03-02', '2026-03-04']);
    expect(await tenant.marks('ticket-created-daily')).toEqual([]);
  });
});

test('a range depends on a required field with a closed set, and is one of a required number', () => {
  const ranged = Object.values(entities).flatMap(({ fields }) =>
    Object.values(fields).flatMap((field) => (field.rangeBy ? [{ field, fields, rangeBy: field.rangeBy }] : [])),
  );
  expect(ranged).not.toEqual([]);
  for (const { field, fields, rangeBy } of ranged) {
    const decider = fields[rangeBy.field];
    expect(field).toMatchObject({ type: 'integer', required: true });
    expect(decider?.required).toBe(true);
    expect(Object.keys(rangeBy.ranges)).toEqual(decider?.values);
    expect(decider?.onlyValues).toBe(true);
  }
});
