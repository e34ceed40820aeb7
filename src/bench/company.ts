import type { Sql } from 'sql-template-tag';
import sql, { raw } from 'sql-template-tag';
import type { Db } from '../db/db.ts';
import type { Tenant } from '../domain/tenant.ts';
import { adoptPolicies, slaTerms } from '../facts/policies.ts';
import type { Policies } from '../sla/policy.ts';

/** The moment the benchmarks are asked at: half past nine on a Thursday, so that today has records and is not over. */
export const now = Temporal.Instant.from('2026-10-01T09:30:00Z');

export const source = 'bench';
export const teams = 20;
export const accounts = 500;

/** Who asks: everybody's numbers, those of one team, those of one operator. */
export const viewers = { supervisor: 'lead', agent: 'agent' } as const;

/** A chance from 0 to below 1 that is the same in every run: by the row's number and a seed of its own per use. */
export function chance(seed: number, of = 'i'): Sql {
  return raw(`((hashint8extended(${of}, ${seed}) & 1048575)::float8 / 1048576)`);
}

/** One of some values, by `chance`. */
export function oneOf(seed: number, values: readonly string[]): Sql {
  return sql`(${values as string[]}::text[])[1 + floor(${chance(seed)} * ${values.length}::int)::int]`;
}

/** The account of somebody by their number: a few large ones have most of them. */
export function accountOf(number: string): Sql {
  return sql`'account-' || 1 + floor(${chance(27, number)} ^ 3 * ${accounts}::int)::int`;
}

/** A company without records of its business: people, teams, accounts (a few of them demo accounts), and the policies it measures by. */
export async function makeCompany(
  db: Db,
  policies: Policies,
  { operators = 200, timezone = 'UTC' }: { operators?: number; timezone?: string } = {},
): Promise<Tenant> {
  const shape = { slug: 'bench', name: 'Bench', timezone, weekStart: 1, locale: 'en', currency: 'USD' };
  const [row] = await db.query<{ tenant_id: number }>(sql`
    insert into ops.tenants (slug, name, timezone) values (${shape.slug}, ${shape.name}, ${shape.timezone})
    returning tenant_id`);
  const tenant: Tenant = { tenantId: row!.tenant_id, ...shape };
  const id = tenant.tenantId;
  await db.run(sql`
    insert into crm.teams (tenant_id, source, id, name, version)
    select ${id}::bigint, ${source}, 'team-' || i, 'Team ' || i, 1 from generate_series(1, ${teams}::int) as g (i)`);
  await db.run(sql`
    insert into crm.operators (tenant_id, source, id, name, role, type, team_id, account_id, active, version)
    select ${id}::bigint, ${source}, 'operator-' || i, 'Operator ' || i, 'agent',
      case when i % 5 = 0 then 'lite' else 'regular' end, 'team-' || 1 + i % ${teams}::int,
      'account-' || 1 + i % ${accounts}::int, true, 1
    from generate_series(1, ${operators}::int) as g (i)`);
  await db.run(sql`
    insert into crm.accounts (tenant_id, source, id, name, demo, version)
    select ${id}::bigint, ${source}, 'account-' || i, 'Account ' || i, i % 100 = 0, 1
    from generate_series(1, ${accounts}::int) as g (i)`);
  await db.run(sql`
    insert into ops.people (tenant_id, person_id, role, source, operator_id) values
      (${id}, ${viewers.supervisor}, 'supervisor', ${source}, 'operator-7'),
      (${id}, ${viewers.agent}, 'agent', ${source}, 'operator-7')`);
  await db.run(sql`
    insert into ops.streams (tenant_id, source, stream, as_of, loaded_at)
    values (${id}, ${source}, 'ticket', ${now.toString()}, ${now.toString()})`);
  await db.tx((tx) => adoptPolicies(tx, tenant, slaTerms(policies), now));
  return tenant;
}
