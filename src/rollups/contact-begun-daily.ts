import sql from 'sql-template-tag';
import { contactDimensionValues, contactKey } from './contact-dimensions.ts';
import type { Rollup } from './rollup.ts';

/**
 * Contacts by the day they exist from, also those that have ended since. `created`: its source says when it was made, or it
 * was first seen after the stream had been whole once; the others were there already, nobody knows since when.
 */
export const contactBegunDaily: Rollup = {
  id: 'contact-begun-daily',
  table: 'mart.contact_begun_daily',
  stream: 'contact',
  entityTable: 'crm.contacts',
  at: 'exists_from',
  definitionVersion: 1,
  withDeleted: true,
  key: contactKey,
  measures: ['contacts', 'created'],
  select: (rows) => sql`
    select r.tenant_id, r.day, r.source, ${contactDimensionValues},
      count(*)::int as contacts,
      (count(*) filter (where r.created_at is not null or r.first_seen_at > s.first_complete_at))::int as created
    from ${rows}
    left join ops.streams s on s.tenant_id = r.tenant_id and s.source = r.source and s.stream = 'contact'
    group by 1, 2, 3, 4, 5, 6, 7`,
};
