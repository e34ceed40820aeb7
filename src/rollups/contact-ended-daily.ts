import sql from 'sql-template-tag';
import { contactDimensionValues, contactKey } from './contact-dimensions.ts';
import type { Rollup } from './rollup.ts';

/** Contacts by the day they ended on. With contact-begun-daily it gives how many existed on any day: begun less ended. */
export const contactEndedDaily: Rollup = {
  id: 'contact-ended-daily',
  table: 'mart.contact_ended_daily',
  stream: 'contact',
  entityTable: 'crm.contacts',
  at: 'ended_at',
  definitionVersion: 1,
  withDeleted: true,
  key: contactKey,
  measures: ['contacts'],
  select: (rows) => sql`
    select tenant_id, day, source, ${contactDimensionValues}, count(*)::int as contacts
    from ${rows}
    group by 1, 2, 3, 4, 5, 6, 7`,
};
