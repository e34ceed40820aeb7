import type { Entity } from '../entity.ts';
import { amount, date, integer, key, operator, timestamp } from './fields.ts';

/** What accounts pay for, whether operators are there, and what it all costs. */
export const businessEntities = {
  licence: {
    id: 'licence',
    table: 'crm.licences',
    fields: {
      id: { ...key, required: true },
      account_id: { ...key, required: true },
      billing_date: { ...date, required: true },
      next_billing_date: { ...date, required: true },
      agents: { ...integer, required: true },
    },
  },
  activity: {
    id: 'activity',
    table: 'crm.activity',
    derivedId: ['operator_id', 'at', 'account_id'],
    partitionedBy: 'at',
    fields: {
      id: key,
      operator_id: { ...operator, required: true },
      at: { ...timestamp, required: true },
      account_id: key,
    },
  },
  score: {
    id: 'score',
    table: 'crm.scores',
    derivedId: ['account_id', 'kind', 'at'],
    fields: {
      id: key,
      account_id: { ...key, required: true },
      kind: { ...key, required: true },
      at: { ...timestamp, required: true },
      value: { type: 'number', required: true, range: { from: 0, to: 100 } },
    },
  },
  cost: {
    id: 'cost',
    table: 'crm.costs',
    derivedId: ['period_from', 'period_to', 'kind', 'account_id', 'channel'],
    fields: {
      id: key,
      period_from: { ...date, required: true },
      period_to: { ...date, required: true },
      amount_minor: { ...amount, required: true },
      kind: key,
      account_id: key,
      channel: key,
    },
  },
} as const satisfies Record<string, Entity>;
