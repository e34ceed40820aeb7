import sql from 'sql-template-tag';
import type { Rollup } from './rollup.ts';

/** An opportunity without an account of its own has that of its lead: a change of the lead is one of its opportunities. */
export const accountOfLead: NonNullable<Rollup['alsoOf']> = {
  entity: 'lead',
  rows: (tenantId, touched) => sql`
    select t.source, o.id
    from (${touched}) as t (source, id)
    join crm.opportunities o on o.tenant_id = ${tenantId} and o.source = t.source and o.lead_id = t.id`,
};
