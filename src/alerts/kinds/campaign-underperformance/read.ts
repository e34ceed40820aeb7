import sql from 'sql-template-tag';
import type { Queryable } from '../../../db/db.ts';
import type { Counters } from './judge.ts';

export interface Campaign {
  source: string;
  id: string;
  name: string | null;
  account: string | null;
  accountName: string | null;
  sentAt: Temporal.Instant;
}

/** A campaign as it stood at the age at which it is looked at. */
export interface Aged extends Campaign {
  counters: Counters;
  /** The moment its counters are of. */
  asOf: Temporal.Instant;
  /** From when on they can be known. */
  knownAt: Temporal.Instant;
}

/**
 * A report counts as of an age if it was made so long after it at most, in hours: sources look at campaigns that have ended
 * once a day.
 */
export const reportHours = 25;

/** Statuses of campaigns of which nothing was sent. */
const notSent = ['draft', 'scheduled'];

/** Campaigns sent in the stretch, without those of demo accounts, the first one first. */
export function campaignsSent(
  reader: Queryable,
  tenantId: number,
  { from, to }: { from: Temporal.Instant; to: Temporal.Instant },
): Promise<Campaign[]> {
  return reader.query<Campaign>(sql`${sent(tenantId, from, to)} select * from sent order by "sentAt", source, id`);
}

/**
 * Those of them whose state at the age is known at `now`: by the first report at or after that age; by its recipients, where
 * there are no reports; else by the last report before it, where no later one says anything else. A report made long after
 * that age says nothing of it.
 */
export async function campaignsAt(
  reader: Queryable,
  tenantId: number,
  {
    from,
    to,
    ageSeconds,
    now,
  }: { from: Temporal.Instant; to: Temporal.Instant; ageSeconds: number; now: Temporal.Instant },
): Promise<Aged[]> {
  const at = now.toString();
  const rows = await reader.query<AgedRow>(sql`
    ${sent(tenantId, from, to)}
    select s.*,
      to_jsonb(first) as first, to_jsonb(before) as before, to_jsonb(reached) as reached, first.at as "firstAt",
      exists (
        select from crm.campaign_reports p
        where p.tenant_id = ${tenantId} and p.source = s.source and p.campaign_id = s.id and p.deleted_at is null
          and p.at >= s."agedAt" and p.at <= ${at}::timestamptz
          and (coalesce(p.recipients, s.recipients), p.delivered, p.read, p.replied, p.failed)
            is distinct from (before.recipients, before.delivered, before.read, before.replied, before.failed)
      ) as moved,
      exists (
        select from crm.campaign_reports p
        where p.tenant_id = ${tenantId} and p.source = s.source and p.campaign_id = s.id and p.deleted_at is null
      ) as reported,
      (select w.as_of from ops.streams w
        where w.tenant_id = ${tenantId} and w.source = s.source and w.stream = 'campaign_recipient') as "recipientsAsOf"
    from (
      select *, "sentAt" + ${ageSeconds}::int * interval '1 second' as "agedAt" from sent
    ) as s
    left join lateral (
      select p.at, coalesce(p.recipients, s.recipients) as recipients, p.delivered, p.read, p.replied, p.failed
      from crm.campaign_reports p
      where p.tenant_id = ${tenantId} and p.source = s.source and p.campaign_id = s.id and p.deleted_at is null
        and p.at >= s."agedAt" and p.at <= s."agedAt" + ${reportHours}::int * interval '1 hour' and p.at <= ${at}::timestamptz
      order by p.at, p.id limit 1
    ) as first on true
    left join lateral (
      select p.at, coalesce(p.recipients, s.recipients) as recipients, p.delivered, p.read, p.replied, p.failed
      from crm.campaign_reports p
      where p.tenant_id = ${tenantId} and p.source = s.source and p.campaign_id = s.id and p.deleted_at is null
        and p.at < s."agedAt" and p.at >= s."agedAt" - ${Math.floor(ageSeconds / 2)}::int * interval '1 second'
      order by p.at desc, p.id limit 1
    ) as before on true
    left join lateral (
      select count(*)::int as recipients,
        count(*) filter (where r.delivered_at <= s."agedAt")::int as delivered,
        count(*) filter (where r.read_at <= s."agedAt")::int as read,
        count(*) filter (where r.replied_at <= s."agedAt")::int as replied,
        count(*) filter (where r.failed_at <= s."agedAt")::int as failed
      from crm.campaign_recipients r
      where r.tenant_id = ${tenantId} and r.source = s.source and r.campaign_id = s.id and r.deleted_at is null
      having count(*) > 0
    ) as reached on true
    where s."agedAt" <= ${at}::timestamptz
    order by s."sentAt", s.source, s.id`);
  return rows.flatMap((row) => agedOf(row, now) ?? []);
}

interface AgedRow extends Campaign {
  agedAt: Temporal.Instant;
  first: Counters | null;
  firstAt: Temporal.Instant | null;
  before: Counters | null;
  reached: Counters | null;
  /** A report at or after the age differs from the last one before it. */
  moved: boolean;
  reported: boolean;
  recipientsAsOf: Temporal.Instant | null;
}

function agedOf(row: AgedRow, now: Temporal.Instant): Aged | null {
  const { source, id, name, account, accountName, sentAt, agedAt, first, firstAt, before, reached } = row;
  const campaign = { source, id, name, account, accountName, sentAt };
  if (first && firstAt) return { ...campaign, counters: first, asOf: firstAt, knownAt: firstAt };
  if (reached && !row.reported) {
    const isWhole = row.recipientsAsOf === null || Temporal.Instant.compare(row.recipientsAsOf, agedAt) >= 0;
    return isWhole ? { ...campaign, counters: reached, asOf: agedAt, knownAt: agedAt } : null;
  }
  const knownAt = agedAt.add({ hours: reportHours });
  if (!before || row.moved || Temporal.Instant.compare(knownAt, now) > 0) return null;
  return { ...campaign, counters: before, asOf: agedAt, knownAt };
}

function sent(tenantId: number, from: Temporal.Instant, to: Temporal.Instant) {
  return sql`
    with sent as (
      select c.source, c.id, c.name, c.account_id as account, a.name as "accountName", c.counted_at as "sentAt", c.recipients
      from crm.campaigns c
      left join crm.accounts a on a.tenant_id = c.tenant_id and a.source = c.source and a.id = c.account_id
      where c.tenant_id = ${tenantId} and c.deleted_at is null and coalesce(c.status, '') <> all (${notSent}::text[])
        and c.counted_at > ${from.toString()}::timestamptz and c.counted_at <= ${to.toString()}::timestamptz
        and not coalesce(a.demo, false)
        and coalesce(c.account_id, '') <> all (
          select unnest(t.demo_accounts) from ops.tenants t where t.tenant_id = ${tenantId})
    )`;
}
