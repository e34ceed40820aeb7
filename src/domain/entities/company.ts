import type { Entity } from '../entity.ts';
import { key, team, text, timestamp } from './fields.ts';

export const operatorRoles = ['agent', 'supervisor', 'admin', 'owner', 'other'] as const;
export const operatorTypes = ['regular', 'lite'] as const;

/** Who there is: customers' accounts, and the people who work in the CRM. */
export const companyEntities = {
  account: {
    id: 'account',
    table: 'crm.accounts',
    fields: {
      id: { ...key, required: true },
      name: { ...text, required: true },
      created_at: timestamp,
      demo: { type: 'boolean', missingAs: false },
    },
  },
  team: {
    id: 'team',
    table: 'crm.teams',
    fields: {
      id: { ...key, required: true },
      name: { ...text, required: true },
    },
  },
  operator: {
    id: 'operator',
    table: 'crm.operators',
    fields: {
      id: { ...key, required: true },
      name: text,
      email: text,
      role: { ...key, values: operatorRoles, tracked: true },
      type: { ...key, values: operatorTypes, tracked: true },
      team_id: { ...team, tracked: true },
      supervisor_ids: { type: 'text list' },
      account_id: key,
      active: { type: 'boolean', tracked: true },
      status: key,
      created_at: timestamp,
    },
  },
} as const satisfies Record<string, Entity>;
