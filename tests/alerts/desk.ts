import sql from 'sql-template-tag';
import type { Policies } from '../../src/sla/policy.ts';
import { insertTickets } from '../database.ts';
import type { Town } from './town.ts';

/** A ticket as a test writes it; times are UTC, `09:00` of the town's first day or with their date. */
export interface DeskTicket {
  id: string;
  created: string;
  priority?: string | null;
  status?: string;
  team?: string;
  operator?: string | null;
  account?: string;
  answered?: string;
  resolved?: string;
}

const hour = 3600;

/** Around the clock: an hour to reply to critical tickets and two to reply to high ones, four and eight to resolve them. */
export const quickPolicies: Policies = {
  standard: [
    {
      validFrom: Number.NEGATIVE_INFINITY,
      calendar: { timezone: 'UTC', hours: Object.fromEntries(everyDay().map((day) => [day, wholeDay()])) },
      targets: {
        firstResponse: { critical: hour, high: 2 * hour },
        nextResponse: { critical: hour, high: 2 * hour },
        resolution: { critical: 4 * hour, high: 8 * hour },
      },
      pausing: { firstResponse: ['pending'], nextResponse: ['pending'], resolution: ['pending'] },
    },
  ],
};

function everyDay() {
  return ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
}

function wholeDay() {
  return [{ from: '00:00', to: '24:00' }];
}

/** The tickets of a town: written as they are, and marked to be evaluated as a writer does. */
export function deskOf(place: Town, day: string) {
  const { db, tenantId } = place;
  const full = (time: string) => (time.includes('T') ? time : `${day}T${time}:00Z`);
  const mark = async (id: string) => {
    await db.run(sql`insert into ops.sla_marks (tenant_id, source, ticket_id) values (${tenantId}, 'crm', ${id})`);
  };
  let events = 0;
  return {
    /** Lets it be that time, and everything happen then, but not at the minutes before. */
    async jump(time: string): Promise<void> {
      const ms = place.clock.now().until(full(time)).total('milliseconds');
      place.clock.move(ms);
      place.machine.move(ms);
      await place.work();
    },
    /** People and teams by their ids, so that messages name them. */
    async staff(): Promise<void> {
      await db.run(sql`
        insert into crm.teams (tenant_id, source, id, name, version)
        values (${tenantId}, 'crm', 't1', 'Delivery', 1), (${tenantId}, 'crm', 't2', 'Billing', 1)`);
      await db.run(sql`
        insert into crm.operators (tenant_id, source, id, name, version) values (${tenantId}, 'crm', 'o1', 'Noor', 1)`);
      // The source delivers everything there is to deliver.
      await db.run(sql`
        insert into ops.sla_sources (tenant_id, source, replies, customer_replies, resolutions)
        values (${tenantId}, 'crm', true, true, true)`);
    },
    async add(...tickets: DeskTicket[]): Promise<void> {
      await insertTickets(
        db,
        tenantId,
        tickets.map(({ id, created, priority = 'critical', status = 'open', answered, resolved, ...rest }) => ({
          ...{ id, source: 'crm', created_at: full(created), priority, status },
          ...{ team_id: rest.team ?? null, operator_id: rest.operator ?? null, account_id: rest.account ?? null },
          ...(answered ? { first_response_at: full(answered) } : {}),
          ...(resolved ? { resolved_at: full(resolved) } : {}),
        })),
      );
      for (const { id } of tickets) await mark(id);
    },
    /** Changes a ticket; columns as they are stored. */
    async change(id: string, columns: Record<string, string | null>): Promise<void> {
      await db.run(sql`
        update crm.tickets t set first_response_at = n.first_response_at, resolved_at = n.resolved_at, status = n.status,
          priority = n.priority, team_id = n.team_id, operator_id = n.operator_id, deleted_at = n.deleted_at
        from (
          select r.* from crm.tickets t, jsonb_populate_record(t, ${JSON.stringify(
            Object.fromEntries(
              Object.entries(columns).map(([name, value]) => [
                name,
                name.endsWith('_at') && value !== null ? full(value) : value,
              ]),
            ),
          )}::jsonb) r
          where t.tenant_id = ${tenantId} and t.id = ${id}
        ) as n
        where t.tenant_id = ${tenantId} and t.id = ${id}`);
      await mark(id);
    },
    async event(ticket: string, at: string, kind: string, becomes: string | null = null): Promise<void> {
      events += 1;
      await db.run(sql`
        insert into crm.ticket_events (tenant_id, source, id, ticket_id, at, kind, new, automatic, version)
        values (${tenantId}, 'crm', ${`e${events}`}, ${ticket}, ${full(at)}, ${kind}, ${becomes}, false, 1)`);
      await mark(ticket);
    },
  };
}

export type Desk = ReturnType<typeof deskOf>;
