import { isoTime } from '../company/company.ts';
import { costsAt } from '../company/costs.ts';
import { leadAt, opportunityAt } from '../company/leads.ts';
import { licencesAt } from '../company/licences.ts';
import { outreachAt } from '../company/outreach.ts';
import { day, inOrder, type TapStream, text, time, truth, whole } from './tap-stream.ts';
import type { World } from './world.ts';

const orNull = (at: number | undefined) => (at === undefined ? null : isoTime(at));

/** What is sold, what is paid for, and what it all costs. */
export function businessStreams(world: World): TapStream[] {
  const { company, leads, outreach } = world;
  return [
    {
      name: 'leads',
      entity: 'lead',
      keys: ['id'],
      replication: 'INCREMENTAL',
      columns: {
        ...{ id: text, created_at: time, updated_at: time, stage: text, status: text, qualified_at: time },
        ...{ closed_at: time, amount_minor: whole, rep: text, account: text, contact: text, origin: text },
      },
      fields: {
        ...{ id: 'id', created_at: 'created_at', updated_at: 'updated_at', stage: 'stage', status: 'status' },
        ...{ qualified_at: 'qualified_at', closed_at: 'closed_at', amount_minor: 'amount_minor' },
        ...{ operator_id: 'rep', account_id: 'account', contact_id: 'contact', origin: 'origin' },
      },
      records: (now, since) =>
        inOrder(
          [...leads.since(since, now)].flatMap((life) => {
            const lead = leadAt(life, now);
            if (!lead || lead.updatedAt < since) return [];
            const record = {
              id: lead.id,
              created_at: isoTime(lead.createdAt),
              updated_at: isoTime(lead.updatedAt),
              stage: lead.stage,
              status: lead.status,
              qualified_at: orNull(lead.qualifiedAt),
              closed_at: orNull(lead.closedAt),
              amount_minor: lead.amountMinor,
              rep: lead.operatorId,
              account: lead.accountId,
              contact: lead.contactId,
              origin: lead.origin,
            };
            return { updatedAt: lead.updatedAt, record };
          }),
          'id',
        ),
    },
    {
      name: 'opportunities',
      entity: 'opportunity',
      keys: ['id'],
      replication: 'INCREMENTAL',
      columns: {
        ...{ id: text, lead: text, created_at: time, updated_at: time, engaged_at: time, closed_at: time },
        ...{ status: text, stage: text, amount_minor: whole, product: text, rep: text, account: text, contact: text },
      },
      fields: {
        ...{ id: 'id', lead_id: 'lead', created_at: 'created_at', engaged_at: 'engaged_at', closed_at: 'closed_at' },
        ...{ status: 'status', stage: 'stage', amount_minor: 'amount_minor', product: 'product' },
        ...{ operator_id: 'rep', account_id: 'account', contact_id: 'contact' },
      },
      records: (now, since) =>
        inOrder(
          [...leads.since(since, now)].flatMap((life) => {
            const found = opportunityAt(life, now);
            if (!found || found.updatedAt < since) return [];
            const record = {
              id: found.id,
              lead: life.id,
              created_at: isoTime(found.createdAt),
              updated_at: isoTime(found.updatedAt),
              engaged_at: orNull(found.engagedAt),
              closed_at: orNull(found.closedAt),
              status: found.status,
              stage: found.stage,
              amount_minor: life.amountMinor,
              product: life.product,
              rep: life.operatorId,
              account: life.accountId,
              contact: life.contactId,
            };
            return { updatedAt: found.updatedAt, record };
          }),
          'id',
        ),
    },
    {
      name: 'outreach',
      entity: 'outreach',
      keys: ['id'],
      replication: 'INCREMENTAL',
      columns: {
        ...{ id: text, sent_at: time, updated_at: time, channel: text, responded: truth, converted: truth },
        ...{ rep: text, account: text, lead: text },
      },
      fields: {
        ...{ id: 'id', sent_at: 'sent_at', channel: 'channel', responded: 'responded', converted: 'converted' },
        ...{ operator_id: 'rep', account_id: 'account', lead_id: 'lead' },
      },
      records: (now, since) =>
        inOrder(
          [...outreach.since(since, now)].flatMap((life) => {
            const found = outreachAt(life, now);
            if (!found || found.updatedAt < since) return [];
            const record = {
              ...{ id: found.id, sent_at: isoTime(found.sentAt), updated_at: isoTime(found.updatedAt) },
              ...{ channel: found.channel, responded: found.responded, converted: found.converted },
              ...{ rep: found.operatorId, account: found.accountId ?? null, lead: found.leadId ?? null },
            };
            return { updatedAt: found.updatedAt, record };
          }),
          'id',
        ),
    },
    {
      name: 'licences',
      entity: 'licence',
      keys: ['id'],
      // What was booked by mistake disappears without a trace: only the whole table tells.
      replication: 'FULL_TABLE',
      columns: { id: text, account: text, billing_date: day, next_billing_date: day, agents: whole, updated_at: time },
      fields: {
        ...{ id: 'id', account_id: 'account', billing_date: 'billing_date' },
        ...{ next_billing_date: 'next_billing_date', agents: 'agents' },
      },
      records: (now) =>
        inOrder(
          licencesAt(company, now).map((licence) => ({
            updatedAt: licence.bookedAt,
            record: {
              id: licence.id,
              account: licence.accountId,
              billing_date: licence.billedOn.toString(),
              next_billing_date: licence.nextBilledOn.toString(),
              agents: licence.agents,
              updated_at: isoTime(licence.bookedAt),
            },
          })),
          'id',
        ),
    },
    {
      name: 'costs',
      entity: 'cost',
      keys: ['id'],
      replication: 'INCREMENTAL',
      columns: {
        ...{ id: text, period_from: day, period_to: day, kind: text, channel: text, amount_minor: whole },
        updated_at: time,
      },
      fields: {
        ...{ id: 'id', period_from: 'period_from', period_to: 'period_to', kind: 'kind', channel: 'channel' },
        amount_minor: 'amount_minor',
      },
      records: (now, since) =>
        inOrder(
          costsAt(company, now)
            .filter(({ updatedAt }) => updatedAt >= since)
            .map(({ id, from, to, kind, channel, amountMinor, updatedAt }) => ({
              updatedAt,
              record: {
                ...{ id, period_from: from.toString(), period_to: to.toString(), kind, channel: channel ?? null },
                ...{ amount_minor: amountMinor, updated_at: isoTime(updatedAt) },
              },
            })),
          'id',
        ),
    },
  ];
}
