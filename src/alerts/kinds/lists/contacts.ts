import sql, { empty, type Sql } from 'sql-template-tag';
import type { LookContext } from '../room.ts';

/** The contacts that exist at a moment and are not marked inactive, of some accounts or all, by name or id. */
export function contactsAt(
  { tenant, now }: Pick<LookContext, 'tenant' | 'now'>,
  accounts: readonly string[] | undefined,
): Sql {
  const wanted = accounts?.map((one) => one.trim().toLowerCase());
  return sql`
    select c.source, c.id, coalesce(nullif(c.name, ''), c.id) as name, coalesce(a.name, c.account_id) as account
    from crm.contacts c
    left join crm.accounts a on a.tenant_id = c.tenant_id and a.source = c.source and a.id = c.account_id
    where c.tenant_id = ${tenant.tenantId}
      and (c.exists_from is null or c.exists_from <= ${now.toString()}::timestamptz)
      and (c.deleted_at is null or c.deleted_at > ${now.toString()}::timestamptz)
      and lower(coalesce(c.status, '')) <> 'inactive'
      ${
        wanted
          ? sql`and (lower(a.name) = any (${wanted}::text[]) or lower(c.account_id) = any (${wanted}::text[])
        or lower(c.source || '/' || c.account_id) = any (${wanted}::text[]))`
          : empty
      }`;
}
