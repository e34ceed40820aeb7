import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { rollups } from '../../src/rollups/index.ts';
import { ownOperators, ownRowsOf } from '../../src/rollups/read.ts';
import { useDatabase } from '../database.ts';

const database = useDatabase();

const withOperators = rollups.filter(({ key }) => key.includes('operator_id'));

test('only aggregates that the policies cut to operators, or hide from agents, are narrowed to operators', async () => {
  const policies = await database.db.query<{ table: string; condition: string }>(sql`
    select schemaname || '.' || tablename as "table", qual as condition from pg_policies where schemaname = 'mart'`);
  expect(withOperators.length).toBeGreaterThan(10);
  for (const { table } of withOperators) {
    const conditions = policies.filter((policy) => policy.table === table).map(({ condition }) => condition);
    expect(conditions.length, table).toBeGreaterThan(0);
    for (const condition of conditions) expect(condition, table).toMatch(/viewer_operators\(|viewer_sees_company\(/);
  }
});

test('every aggregate with operators finds those of one by index', async () => {
  const indexes = await database.db.query<{ table: string; definition: string }>(sql`
    select schemaname || '.' || tablename as "table", indexdef as definition from pg_indexes where schemaname = 'mart'`);
  const lacking = withOperators.filter(
    ({ table }) =>
      !indexes.some((index) => index.table === table && index.definition.includes('(tenant_id, operator_id, day)')),
  );
  expect(lacking.map(({ table }) => table)).toEqual([]);
});

test('nothing is narrowed for whoever may see more, and for nobody everything', () => {
  const [withKey, without] = [{ key: ['source', 'operator_id'] }, { key: ['source'] }];
  expect(ownRowsOf(withKey, { operators: null }).text).toBe('');
  expect(ownRowsOf(withKey, {}).text).toBe('');
  expect(ownRowsOf(without, { operators: ['o-1'] }).text).toBe('');
  expect(ownRowsOf(withKey, { operators: ['o-1'] })).toMatchObject({ text: 'and operator_id = $1', values: ['o-1'] });
  expect(ownOperators({ operators: [] }, 'o.id')).toMatchObject({ text: 'and o.id = any ($1::text[])', values: [[]] });
});
