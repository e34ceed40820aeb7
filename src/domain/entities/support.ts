import { type Entity, ticketEventKinds } from '../entity.ts';
import { key, operator, team, text, timestamp } from './fields.ts';

export const ticketPriorities = ['critical', 'high', 'medium', 'low'] as const;
export const ticketStatuses = ['new', 'open', 'pending', 'on-hold', 'resolved', 'closed', 'cancelled'] as const;
export const surveyKinds = ['csat', 'nps'] as const;

const eventValue = {
  ...key,
  valuesBy: { field: 'kind', sets: { status: ticketStatuses, priority: ticketPriorities } },
} as const;

/** Tickets, what happened to them, and what customers said about it. */
export const supportEntities = {
  ticket: {
    id: 'ticket',
    table: 'crm.tickets',
    ticketOf: 'id',
    partial: true,
    changeKinds: { status: 'status', priority: 'priority', operator_id: 'assignee', team_id: 'team' },
    fields: {
      id: { ...key, required: true },
      created_at: { ...timestamp, required: true },
      updated_at: timestamp,
      priority: { ...key, values: ticketPriorities, tracked: true },
      status: { ...key, values: ticketStatuses, tracked: true },
      first_response_at: timestamp,
      resolved_at: timestamp,
      closed_at: timestamp,
      reopened_count: { type: 'integer' },
      sla_met: { type: 'boolean' },
      operator_id: { ...operator, tracked: true },
      team_id: { ...team, tracked: true },
      account_id: key,
      contact_id: key,
      channel: key,
      category: key,
    },
  },
  ticket_event: {
    id: 'ticket_event',
    table: 'crm.ticket_events',
    ticketOf: 'ticket_id',
    derivedId: ['ticket_id', 'at', 'kind', 'old', 'new', 'operator_id'],
    fields: {
      id: key,
      // No reference: an event does not make a ticket of which nothing else is known.
      ticket_id: { ...key, required: true },
      at: { ...timestamp, required: true },
      kind: { ...key, required: true, values: ticketEventKinds, onlyValues: true },
      old: eventValue,
      new: eventValue,
      operator_id: operator,
      automatic: { type: 'boolean', missingAs: false },
    },
  },
  survey: {
    id: 'survey',
    table: 'crm.surveys',
    fields: {
      id: { ...key, required: true },
      kind: { ...key, required: true, values: surveyKinds, onlyValues: true },
      score: {
        type: 'integer',
        required: true,
        rangeBy: { field: 'kind', ranges: { csat: { from: 1, to: 5 }, nps: { from: 0, to: 10 } } },
      },
      answered_at: { ...timestamp, required: true },
      account_id: key,
      operator_id: operator,
      team_id: team,
      ticket_id: key,
      contact_id: key,
      comment: text,
    },
  },
} as const satisfies Record<string, Entity>;
