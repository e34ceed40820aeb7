import sql, { join, raw } from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import { unknownSince } from '../domain/entity.ts';
import type { SourceFreshness } from '../domain/kpi-result.ts';
import type { DateRange } from '../domain/period.ts';
import { addDays } from '../domain/period.ts';
import { ownRowsOf, type ReadAt } from '../rollups/read.ts';
import type { Kpi } from './kpi.ts';
import { ownRows } from './scope.ts';

/** How far the data of a KPI reaches, as of the moment of the question. */
export interface Reach {
  sources: SourceFreshness[];
  /** The oldest watermark among the sources, never past `now`; null when nothing was ever loaded. */
  asOf: Temporal.Instant | null;
  /** First day with records and the day after the last one; null without records. */
  data: DateRange | null;
  /** Buckets marked as changed that are not in the aggregates yet, tickets whose SLA is to be evaluated again, and chats whose conversations are to be made again. */
  pending: number;
  /** Days after its end from which a period is mature. */
  maturesAfterDays: number;
}

export async function reachOf(reader: Queryable, kpi: Kpi, at: ReadAt): Promise<Reach> {
  // All of the tenant's: a few dozen rows, and in one snapshot they are then read once for all numbers.
  const streams = await reader.query<{
    source: string;
    stream: string;
    as_of: Temporal.Instant | null;
    refresh_sla_minutes: number | null;
  }>(sql`
    select source, stream, as_of, refresh_sla_minutes from ops.streams
    where tenant_id = ${at.tenantId}
    order by source, stream`);
  const needed = streams.filter(({ stream }) => (kpi.streams as readonly string[]).includes(stream));
  const sources = needed.map((row) => ({ ...row, asOf: earlier(row.as_of, at.now) }));
  // A stream that only events tell of has no watermark: another one of its source speaks for it, where there is one.
  const telling = sources.filter(
    ({ asOf, source }) => asOf !== null || !sources.some((other) => other.source === source && other.asOf !== null),
  );
  const marks = telling.flatMap((source) => (source.asOf ? [source.asOf] : []));
  const asOf = marks.length < telling.length || marks.length === 0 ? null : marks.reduce((a, b) => earlier(a, b)!);

  const data = await spanOf(reader, kpi, at, asOf);
  const marked = await reader.query<{ rollup: string; pending: number }>(sql`
    select rollup, count(distinct bucket)::int as pending from ops.dirty
    where tenant_id = ${at.tenantId}
    group by rollup`);
  const ours = new Set(kpi.rollups.map((rollup) => rollup.id));
  const unread = marked.reduce((sum, { rollup, pending }) => sum + (ours.has(rollup) ? pending : 0), 0);
  const [unmade] = kpi.rollups.some((rollup) => rollup.markedBy === 'sweep' && rollup.stream === 'conversation')
    ? await reader.query<{ pending: number }>(sql`
        select count(distinct (source, chat))::int as pending from ops.conversation_marks where tenant_id = ${at.tenantId}`)
    : [];
  const [unjudged] = kpi.rollups.some((rollup) => rollup.stream === 'ticket' && rollup.unsettled)
    ? await reader.query<{ pending: number }>(sql`
        select count(distinct (source, ticket_id))::int as pending from ops.sla_marks where tenant_id = ${at.tenantId}`)
    : [];
  return {
    sources: sources.map(({ source, stream, asOf: reached, refresh_sla_minutes: promised }) => {
      if (!reached) return { source, stream, asOf: null, ...(promised === null ? {} : { late: true }) };
      const ageSeconds = Math.floor(reached.until(at.now).total('seconds'));
      const late = promised === null ? {} : { late: ageSeconds > promised * 60 };
      return { source, stream, asOf: reached.toString(), ageSeconds, ...late };
    }),
    asOf,
    data,
    pending: unread + (unjudged?.pending ?? 0) + (unmade?.pending ?? 0),
    maturesAfterDays: await daysToMature(reader, kpi, at.tenantId),
  };
}

async function spanOf(
  reader: Queryable,
  kpi: Kpi,
  at: ReadAt,
  asOf: Temporal.Instant | null,
): Promise<DateRange | null> {
  const { datedBy } = kpi;
  if (!('standsFrom' in datedBy)) {
    const until = sql`day <= (${at.now.toString()}::timestamptz at time zone ${at.timezone})::date`;
    const spans = [
      sql`select min(day) as first, max(day) as last from ${raw(datedBy.table)}
        where tenant_id = ${at.tenantId} ${ownRows(kpi)} and ${until} and day > ${addDays(unknownSince, 1)}::date
          ${ownRowsOf(datedBy, at)}`,
      ...(kpi.alsoDatedBy ?? []).map(
        (rollup) => sql`select min(day), max(day) from ${raw(rollup.table)}
          where tenant_id = ${at.tenantId} and ${until} ${ownRowsOf(rollup, at)}`,
      ),
    ];
    const [span] = await reader.query<{ first: string | null; last: string | null }>(sql`
      select min(first)::date as first, max(last)::date as last from (${join(spans, ' union all ')}) as spans`);
    return span?.first && span.last ? { from: span.first, to: addDays(span.last, 1) } : null;
  }
  // A date of the contract is as it is; a time is on a local date.
  const [span] = await reader.query<{ first: string | Temporal.Instant | null; records: boolean }>(sql`
    select min(${raw(datedBy.standsFrom)}) as first, count(*) > 0 as records
    from ${raw(datedBy.table)} where tenant_id = ${at.tenantId}`);
  const [stream] = await reader.query<{ read: Temporal.Instant | null }>(sql`
    select min(first_complete_at) as read from ops.streams
    where tenant_id = ${at.tenantId} and stream = any (${kpi.streams as string[]}::text[])`);
  const first = span?.first ?? stream?.read;
  if (!span?.records || !first || !asOf) return null;
  const dateOf = (moment: Temporal.Instant) => moment.toZonedDateTimeISO(at.timezone).toPlainDate().toString();
  const from = typeof first === 'string' ? first : dateOf(first);
  const until = dateOf(asOf);
  return from <= until ? { from, to: addDays(until, 1) } : null;
}

async function daysToMature(reader: Queryable, kpi: Kpi, tenantId: number): Promise<number> {
  if (typeof kpi.maturesAfterDays === 'number') return kpi.maturesAfterDays;
  const [known] = await reader.query<{ first_response_days: number; longest_days: number }>(sql`
    select first_response_days, longest_days from ops.sla_policies where tenant_id = ${tenantId}`);
  return (kpi.maturesAfterDays === 'longest-target' ? known?.longest_days : known?.first_response_days) ?? 0;
}

function earlier(a: Temporal.Instant | null, b: Temporal.Instant): Temporal.Instant | null {
  if (!a) return null;
  return Temporal.Instant.compare(a, b) <= 0 ? a : b;
}
