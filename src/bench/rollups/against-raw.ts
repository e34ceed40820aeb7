import type { Sql } from 'sql-template-tag';
import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { everything, readAs } from '../../db/viewer.ts';
import { quantile } from '../../domain/histogram.ts';
import { addDays, type DateRange, daysBetween } from '../../domain/period.ts';
import { activeUsers } from '../../kpis/active-users/kpi.ts';
import { conversations } from '../../kpis/conversations/kpi.ts';
import type { Group, Kpi, Scope } from '../../kpis/kpi.ts';
import { messages } from '../../kpis/messages/kpi.ts';
import { responseTime } from '../../kpis/response-time/kpi.ts';
import { unsettledDays } from '../../rollups/read.ts';
import { now } from '../company.ts';
import { median, rounded, timed } from '../spread.ts';
import type { History } from './current.ts';

/** Relative error that percentiles of a histogram may have. */
const percentileError = 0.011;

/** Local dates of the last `days` finished days. */
function lastDays({ tenant }: History, days: number): DateRange {
  const to = now.toZonedDateTimeISO(tenant.timezone).toPlainDate().toString();
  return { from: addDays(to, -days), to };
}

async function scopeOf(reader: Queryable, { tenant }: History, kpi: Kpi, period: DateRange): Promise<Scope> {
  const { tenantId, timezone, weekStart } = tenant;
  const unsettled = await unsettledDays(reader, kpi.rollups, tenant, now);
  return { at: { tenantId, timezone, now, unsettled }, weekStart, period, filters: [] };
}

/** A KPI's numbers two ways: by its own query, and from the records. Both with the rights and the memory of a question. */
interface Pair {
  name: string;
  kpi: Kpi;
  sums(groups: readonly Group[]): Record<string, number>;
  raw(history: History, period: DateRange): Sql;
  /** Numbers that may differ by the error of a histogram. */
  about?: readonly string[];
}

const pairs: readonly Pair[] = [
  {
    name: 'messages',
    kpi: messages,
    sums: ([group]) => ({ inbound: group!.sums.counts.inbound!, outbound: group!.sums.counts.outbound! }),
    raw: (history, period) => sql`
      select count(*) filter (where direction = 'inbound')::int as inbound,
        count(*) filter (where direction = 'outbound')::int as outbound
      from (${messagesOf(history, period)}) as m`,
  },
  {
    name: 'conversations',
    kpi: conversations,
    sums: ([group]) => ({ conversations: group!.sums.counts.conversations! }),
    // A silence of more than 24 hours is seen in a day before the period.
    raw: (history, period) => sql`
      select (
        (select count(*) from (
          select sent_at, sent_at > lag(sent_at, 1, '-infinity') over (partition by chat order by sent_at) + interval '24 hours' as begins
          from (${messagesOf(history, { from: addDays(period.from, -2), to: period.to })}) as m
          where conversation_id is null and contact_id is not null
        ) as chats where begins and sent_at >= ${startOf(history, period.from)})
        + (select count(*) from crm.conversations c
          where tenant_id = ${history.tenant.tenantId} and deleted_at is null
            and started_at >= ${startOf(history, period.from)} and started_at < ${startOf(history, period.to)}
            and ${noDemo(history, sql`c.account_id`)})
      )::int as conversations`,
  },
  {
    name: 'response-time',
    kpi: responseTime,
    sums: ([group]) => ({
      answers: group!.sums.counts.answers!,
      seconds: Math.round(group!.sums.counts.seconds!),
      median: quantile(group!.sums.bins.calendar!, 0.5)!,
    }),
    about: ['median'],
    // A chat is read from a week before, so that whatever waits for its reply at the beginning is seen.
    raw: (history, period) => sql`
      select count(*)::int as answers, round(sum(seconds))::float8 as seconds,
        percentile_cont(0.5) within group (order by seconds) as median
      from (
        select extract(epoch from
          min(sent_at) filter (where is_reply) - min(sent_at) filter (where direction = 'inbound')) as seconds,
          min(sent_at) filter (where is_reply) as answered_at
        from (
          select *, count(*) filter (where is_reply) over (
            partition by chat, part order by sent_at, direction, id rows between unbounded preceding and 1 preceding) as replies
          from (
            select *, case when conversation_id is null
              then count(*) filter (where begins) over (partition by chat order by sent_at, direction, id) end as part
            from (
              select *, direction = 'outbound' and (sender_kind = 'operator' or sender_kind is null and campaign_id is null) as is_reply,
                sent_at > lag(sent_at) over (partition by chat order by sent_at, direction, id) + interval '24 hours' as begins
              from (${messagesOf(history, { from: addDays(period.from, -7), to: addDays(period.to, 1) })}) as m
              where chat is not null
            ) as t
          ) as p
        ) as r
        group by chat, part, replies
      ) as replied
      where answered_at >= ${startOf(history, period.from)} and answered_at < ${startOf(history, period.to)}
        and seconds is not null`,
  },
];

function startOf({ tenant }: History, date: string): Sql {
  return sql`(${date}::date::timestamp at time zone ${tenant.timezone})`;
}

function noDemo({ tenant }: History, account: Sql): Sql {
  return sql`coalesce(${account}, '') not in (select id from crm.accounts where tenant_id = ${tenant.tenantId} and demo)`;
}

function messagesOf(history: History, { from, to }: DateRange): Sql {
  return sql`
    select * from crm.counted_messages
    where tenant_id = ${history.tenant.tenantId} and deleted_at is null
      and sent_at >= ${startOf(history, from)} and sent_at < ${startOf(history, to)} and ${noDemo(history, sql`account_id`)}`;
}

/** Questions about so many days on aggregates against the same numbers from the records; throws where they differ. */
export async function benchAgainstRaw(
  history: History,
  { days, rounds }: { days: number; rounds: number },
  line: (text: string) => void,
) {
  const period = lastDays(history, days);
  const figures = [];
  for (const { name, kpi, sums, raw, about = [] } of pairs) {
    const times = { aggregates: [] as number[], raw: [] as number[] };
    let values: Record<string, number> = {};
    for (let round = -1; round < rounds; round++)
      await asked(history, async (reader) => {
        const scope = await scopeOf(reader, history, kpi, period);
        const told = await timed(() => kpi.query(reader, scope, { kind: 'total' }));
        const counted = await timed(() => reader.query<Record<string, number>>(raw(history, period)));
        values = sums(told.value);
        for (const [part, value] of Object.entries(counted.value[0]!)) {
          const may = about.includes(part) ? percentileError * Number(value) : 0;
          if (!(Math.abs(values[part]! - Number(value)) <= may))
            throw new Error(`${name}: ${part} is ${values[part]} by the aggregates and ${value} by the records`);
        }
        if (round < 0) return;
        times.aggregates.push(told.ms);
        times.raw.push(counted.ms);
      });
    const [aggregatesMs, rawMs] = [median(times.aggregates), median(times.raw)];
    figures.push({
      ...{ kpi: name, days, rounds, aggregatesMs: rounded(aggregatesMs), rawMs: rounded(rawMs) },
      ...{ ratio: rounded(rawMs / aggregatesMs), values },
    });
    line(
      `${name} of ${days} days (n=${rounds}): ${rounded(aggregatesMs)} ms on aggregates, ${rounded(rawMs)} ms on records, ${rounded(rawMs / aggregatesMs)} times; equal`,
    );
  }
  return figures;
}

function asked<T>({ db, tenant }: History, work: (reader: Queryable) => Promise<T>): Promise<T> {
  return readAs(db, { tenantId: tenant.tenantId, viewer: everything }, work);
}

/**
 * Active users of every one of so many days, and of the 7 and 28 days that end with it, against a query with a subquery for
 * each number of each day: over the records, and over the daily aggregate. Throws where they differ.
 */
export async function benchActiveUsers(history: History, days: number, line: (text: string) => void) {
  const period = lastDays(history, days);
  const { tenantId } = history.tenant;
  const dates = Array.from({ length: days }, (_, index) => addDays(period.from, index));
  return asked(history, async (reader) => {
    const scope = await scopeOf(reader, history, activeUsers, period);
    const own = await timed(() => activeUsers.query(reader, scope, { kind: 'series', grain: 'day', buckets: dates }));
    const windows = { dau: 1, wau: 7, mau: 28 };
    const correlated = (of: (length: number) => Sql) => sql`
      select d.day::date::text as day, ${of(windows.dau)} as dau, ${of(windows.wau)} as wau, ${of(windows.mau)} as mau
      from generate_series(${period.from}::timestamp, ${addDays(period.to, -1)}::timestamp, interval '1 day') as d (day)
      order by d.day`;
    const forms = {
      records: correlated(
        (length) => sql`(
          select count(distinct (source, operator_id))::int from crm.activity
          where tenant_id = ${tenantId} and deleted_at is null
            and at >= (d.day - ${length - 1}::int * interval '1 day') at time zone ${history.tenant.timezone}
            and at < (d.day + interval '1 day') at time zone ${history.tenant.timezone})`,
      ),
      aggregate: correlated(
        (length) => sql`(
          select count(distinct (source, operator_id))::int from mart.operator_active_daily
          where tenant_id = ${tenantId} and day > d.day::date - ${length}::int and day <= d.day::date)`,
      ),
    };
    const ms: Record<string, number> = {};
    for (const [form, statement] of Object.entries(forms)) {
      const counted = await timed(() =>
        reader.query<{ day: string; dau: number; wau: number; mau: number }>(statement),
      );
      ms[form] = counted.ms;
      for (const { day, ...numbers } of counted.value) {
        const { counts } = own.value[daysBetween(period.from, day)]!.sums;
        for (const [window, value] of Object.entries(numbers))
          if (counts[window] !== value)
            throw new Error(`${window} of ${day}: ${counts[window]} by the KPI, ${value} by the ${form}`);
      }
    }
    const [size] = await reader.query<{ signs: number; person_days: number }>(sql`
      select sum(signs)::int as signs, count(*)::int as person_days from mart.operator_active_daily
      where tenant_id = ${tenantId} and day >= ${period.from}::date and day < ${period.to}::date`);
    const figures = {
      ...{ days, ...size, kpiMs: rounded(own.ms) },
      ...{ correlatedRecordsMs: rounded(ms.records!), correlatedAggregateMs: rounded(ms.aggregate!) },
      ...{ ratioRecords: rounded(ms.records! / own.ms), ratioAggregate: rounded(ms.aggregate! / own.ms) },
    };
    line(
      `DAU, WAU and MAU of ${days} days, ${size!.person_days.toLocaleString('en')} person-days, ${size!.signs.toLocaleString('en')} signs of life (n=1): ${figures.kpiMs} ms`,
    );
    line(
      `  correlated subqueries: over the records ${figures.correlatedRecordsMs} ms, ${figures.ratioRecords} times; over the daily aggregate ${figures.correlatedAggregateMs} ms, ${figures.ratioAggregate} times; equal`,
    );
    return figures;
  });
}
