import sql, { raw } from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';

/** What rules name by name or id. */
export type NamedThing = 'team' | 'account';

const tables = { team: 'crm.teams', account: 'crm.accounts' } as const satisfies Record<NamedThing, string>;

/** The things a text means, as `source/id`; `''` for none of them. */
export interface Named {
  keys: readonly string[];
  /** As it is called, else as it was written. */
  name: string;
}

/** By kind and text in lower case. */
export type Names = ReadonlyMap<string, Named>;

/**
 * Finds what rules mean by the names and ids they watch, without case: an id alone, or with its source before it; `none` is
 * to have none. Of all texts at once.
 */
export async function readNames(
  reader: Queryable,
  tenantId: number,
  wanted: Readonly<Record<NamedThing, readonly string[]>>,
): Promise<Names> {
  const found = new Map<string, Named>();
  for (const thing of ['team', 'account'] as const) {
    const texts = [...new Set(wanted[thing].map((text) => text.trim().toLowerCase()))];
    if (texts.includes('none')) found.set(`${thing} none`, { keys: [''], name: `No ${thing}` });
    if (texts.length === 0) continue;
    const rows = await reader.query<{ text: string; source: string; id: string; name: string | null }>(sql`
      select distinct w.text, e.source, e.id, e.name
      from ${raw(tables[thing])} e
      cross join lateral (values (lower(e.id)), (lower(e.name)), (lower(e.source || '/' || e.id))) as called (text)
      join unnest(${texts}::text[]) as w (text) on w.text = called.text
      where e.tenant_id = ${tenantId}
      order by e.source, e.id`);
    for (const [text, of] of Map.groupBy(rows, (row) => row.text))
      found.set(`${thing} ${text}`, { keys: of.map(({ source, id }) => `${source}/${id}`), name: of[0]?.name ?? text });
  }
  return found;
}

/** What a text of a rule means; undefined where there is nothing of that name. */
export function named(names: Names, thing: NamedThing, text: string): Named | undefined {
  return names.get(`${thing} ${text.trim().toLowerCase()}`);
}
