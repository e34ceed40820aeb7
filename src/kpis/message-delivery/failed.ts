import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import type { RecordList } from '../../domain/kpi-result.ts';
import { startOfDay } from '../../domain/period.ts';
import type { Scope } from '../kpi.ts';
import { scopeConditions } from '../scope.ts';

/** Most messages listed: as many as a table in a message has room for. */
const listed = 50;

/** The outbound messages of the period that failed, the latest first, and why: what to repair. Never what they said. */
export async function failedMessages(reader: Queryable, scope: Scope): Promise<RecordList> {
  const { tenantId, timezone, now } = scope.at;
  const rows = await reader.query<{
    sent: string;
    contact: string;
    channel: string;
    type: string;
    reason: string;
    total: number;
  }>(sql`
    select
      to_char(m.sent_at at time zone ${timezone}, 'YYYY-MM-DD HH24:MI') as sent,
      coalesce(c.name, m.contact_id, '–') as contact, coalesce(m.channel, '–') as channel, coalesce(m.type, '–') as type,
      coalesce(m.failure_reason, 'not told') as reason,
      (count(*) over ())::int as total
    from crm.messages m
    left join crm.contacts c on c.tenant_id = m.tenant_id and c.source = m.source and c.id = m.contact_id
    where m.tenant_id = ${tenantId} and m.direction = 'outbound' and m.status = 'failed' and m.deleted_at is null
      and m.sent_at >= ${startOfDay(scope.period.from, timezone).toString()}::timestamptz
      and m.sent_at < ${startOfDay(scope.period.to, timezone).toString()}::timestamptz
      and m.sent_at <= ${now.toString()}::timestamptz ${scopeConditions(scope, 'm')}
    order by m.sent_at desc, m.source, m.id
    limit ${listed}`);
  return {
    title: 'Failed messages',
    header: ['Sent', 'Contact', 'Channel', 'Type', 'Reason'],
    rows: rows.map(({ sent, contact, channel, type, reason }) => [sent, contact, channel, type, reason]),
    total: rows[0]?.total ?? 0,
  };
}
