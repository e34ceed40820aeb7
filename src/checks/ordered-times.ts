import sql, { raw } from 'sql-template-tag';
import { entities } from '../domain/entities.ts';
import type { EntityId } from '../domain/entity.ts';
import { type Check, recordsWhere } from './check.ts';

/** The second is not before the first; of licences and costs it is after it. */
const orders: readonly { entity: EntityId; from: string; to: string; strictly?: true }[] = [
  { entity: 'ticket', from: 'created_at', to: 'first_response_at' },
  { entity: 'ticket', from: 'created_at', to: 'resolved_at' },
  { entity: 'ticket', from: 'created_at', to: 'closed_at' },
  { entity: 'conversation', from: 'started_at', to: 'closed_at' },
  { entity: 'lead', from: 'created_at', to: 'qualified_at' },
  { entity: 'lead', from: 'created_at', to: 'closed_at' },
  { entity: 'opportunity', from: 'created_at', to: 'closed_at' },
  { entity: 'licence', from: 'billing_date', to: 'next_billing_date', strictly: true },
  { entity: 'cost', from: 'period_from', to: 'period_to' },
];

export const orderedTimes: Check = {
  id: 'ordered-times',
  title: 'What ends does not end before it began',
  remedy: 'Correct the records in their source, or the time zone and date pattern of the mapping.',
  findings: (scope) =>
    recordsWhere(
      orders.map(({ entity, from, to, strictly }) => ({
        entity: entities[entity],
        what: `${to} before ${from}`,
        when: sql`${raw(`e.${to}`)} ${raw(strictly ? '<=' : '<')} ${raw(`e.${from}`)}`,
      })),
      scope,
    ),
};
