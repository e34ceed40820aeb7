import sql from 'sql-template-tag';
import type { Config, PersonConfig, TenantConfig } from '../config/config.ts';
import type { Db } from '../db/db.ts';
import type { Tenant } from '../domain/tenant.ts';
import { usageError } from '../lib/errors.ts';

const weekStarts = { monday: 1, saturday: 6, sunday: 7 } as const;

/**
 * Writes the configuration's tenants and people into the database, where the row policies read them. Without a
 * configuration file only the tenant `default` is made sure of, and what the database knows stays.
 */
export async function syncTenants(db: Db, config: Config, present: boolean): Promise<void> {
  await db.tx(async (tx) => {
    for (const [slug, tenant] of Object.entries(config.tenants)) {
      const row = tenantRow(slug, tenant);
      await tx.run(sql`
        insert into ops.tenants (slug, name, timezone, week_start, locale, currency, demo_accounts)
        values (${slug}, ${row.name}, ${row.timezone}, ${row.weekStart}, ${row.locale}, ${row.currency}, ${tenant.demo_accounts})
        on conflict (slug) do nothing`);
      if (!present) continue;
      await tx.run(sql`
        update ops.tenants
        set name = ${row.name}, timezone = ${row.timezone}, week_start = ${row.weekStart}, locale = ${row.locale},
          currency = ${row.currency}, demo_accounts = ${tenant.demo_accounts}
        where slug = ${slug}`);
      const people = config.people.filter((person) => person.tenant === slug);
      await tx.run(sql`
        delete from ops.people
        where tenant_id = (select tenant_id from ops.tenants where slug = ${slug})
          and person_id <> all (${people.map(personId)}::text[])`);
      for (const person of people) {
        await tx.run(sql`
          insert into ops.people (tenant_id, person_id, name, slack_user_id, email, role, source, operator_id, team_ids)
          select t.tenant_id, ${personId(person)}, ${person.name ?? null}, ${person.slack ?? null}, ${person.email ?? null},
            ${person.role}, ${person.source ?? null}, ${person.operator ?? null}, ${person.teams}::text[]
          from ops.tenants t where t.slug = ${slug}
          on conflict (tenant_id, person_id) do update
          set name = excluded.name, slack_user_id = excluded.slack_user_id, email = excluded.email, role = excluded.role,
            source = excluded.source, operator_id = excluded.operator_id, team_ids = excluded.team_ids`);
      }
    }
  });
}

/** The tenant by its slug; a clear error names those there are. */
export async function loadTenant(db: Db, slug: string): Promise<Tenant> {
  const rows = await db.query<Tenant>(sql`
    select tenant_id as "tenantId", slug, name, timezone, week_start as "weekStart", locale, currency
    from ops.tenants order by slug`);
  const tenant = rows.find((row) => row.slug === slug);
  if (tenant) return tenant;
  throw usageError(
    'TENANT_UNKNOWN',
    `no tenant "${slug}"; there are: ${rows.map((row) => row.slug).join(', ')}`,
    'Add it under tenants: in crema.yaml.',
  );
}

function tenantRow(slug: string, tenant: TenantConfig) {
  return {
    name: tenant.name ?? slug,
    timezone: tenant.timezone,
    weekStart: weekStarts[tenant.week_start],
    locale: tenant.locale,
    currency: tenant.currency,
  };
}

function personId(person: PersonConfig): string {
  return person.slack ?? person.email ?? '';
}
