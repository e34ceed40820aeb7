import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { tellUnknownRules } from '../../src/app/alerts/unknown.ts';
import { useDatabase } from '../database.ts';
import { town } from './town.ts';

const database = useDatabase();

test('a rule that cannot be evaluated for an hour is told once to who looks after it', async () => {
  const place = await town(database.db, { now: '2026-11-10T09:00:00Z' });
  await place.db.run(sql`
    insert into ops.people (tenant_id, person_id, name, role, slack_user_id) values (${place.tenantId}, 'U1', 'Ada', 'admin', 'U1')`);
  await place.rule({ kind: 'kpi-threshold', kpi: 'sla 7d team:Nowhere', below: 0.8 });
  const told = async () => {
    await tellUnknownRules(place.db, place.tenant, place.moments());
    return place.db.query<{ to: string; text: string }>(sql`
      select recipient as to, letter -> 'body' ->> 'text' as text from ops.deliveries
      where tenant_id = ${place.tenantId} and kind = 'notice'`);
  };
  await place.pass(30);
  expect(await told()).toEqual([]);
  await place.pass(45);
  expect(await told()).toEqual([{ to: 'U1', text: expect.stringContaining('cannot be evaluated') }]);
  await place.pass(30);
  expect(await told()).toHaveLength(1);
});
