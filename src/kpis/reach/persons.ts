import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import type { ReadAt } from '../../rollups/read.ts';
import type { Scope } from '../kpi.ts';
import { scopeConditions } from '../scope.ts';

/** A contact that is the same person as another one, and a name for that person: one of their contacts. */
export interface LinkedContact {
  source: string;
  id: string;
  person: string;
}

/** What a question has found already: its total, series and rows ask for the same, in one snapshot. */
const found = new WeakMap<ReadAt, Promise<LinkedContact[]>>();

/** As `findLinked`, once for each question. */
export function linkedContacts(reader: Queryable, scope: Scope): Promise<LinkedContact[]> {
  const known = found.get(scope.at) ?? findLinked(reader, scope);
  found.set(scope.at, known);
  return known;
}

/**
 * Contacts that share a person with others: by the same `person_id` in one source, by the same phone number in
 * international form or by the same e-mail address in any, transitively. By what is known of them now, deleted ones too,
 * without those of demo accounts, whatever the question is cut to. Keys that several contacts have are found by the database
 * and put together here.
 */
async function findLinked(reader: Queryable, scope: Scope): Promise<LinkedContact[]> {
  const { tenantId, now } = scope.at;
  const shared = await reader.query<{ sources: string[]; ids: string[] }>(sql`
    select array_agg(k.source) as sources, array_agg(k.id) as ids
    from (
      select c.source, c.id, own.key
      from crm.contacts c
      cross join lateral (
        values
          ('p' || c.source || '/' || nullif(c.person_id, '')),
          (case when c.phone ~ '^\\s*\\+' then 't' || nullif(regexp_replace(c.phone, '\\D', '', 'g'), '') end),
          ('e' || nullif(ops.email_key(c.email), ''))
      ) as own (key)
      where c.tenant_id = ${tenantId} and c.exists_from <= ${now.toString()}::timestamptz and own.key is not null
        ${scopeConditions({ ...scope, filters: [] }, 'c')}
    ) as k
    group by k.key
    having count(*) > 1`);
  return linkedBy(shared.map(({ sources, ids }) => ids.map((id, index) => ({ source: sources[index]!, id }))));
}

/** Members of sets that overlap, directly or by others, each with a name of all that hang together. */
export function linkedBy(sets: readonly (readonly { source: string; id: string }[])[]): LinkedContact[] {
  const contacts = new Map<string, { source: string; id: string }>();
  const parents = new Map<string, string>();
  const rootOf = (name: string): string => {
    let root = name;
    while (parents.get(root) !== root) root = parents.get(root)!;
    for (let at = name; at !== root; ) {
      const next = parents.get(at)!;
      parents.set(at, root);
      at = next;
    }
    return root;
  };
  for (const set of sets) {
    let first: string | undefined;
    for (const contact of set) {
      const name = `${contact.source}/${contact.id}`;
      if (!parents.has(name)) {
        parents.set(name, name);
        contacts.set(name, contact);
      }
      first ??= rootOf(name);
      parents.set(rootOf(name), first);
    }
  }
  return [...contacts].map(([name, contact]) => ({ ...contact, person: rootOf(name) }));
}
