import type { Sql } from 'sql-template-tag';
import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { formatValue } from '../../domain/format.ts';
import type { RecordList } from '../../domain/kpi-result.ts';
import { addDays } from '../../domain/period.ts';
import { type ReadAt, today } from '../../rollups/read.ts';
import type { Group, Grouping, Scope } from '../kpi.ts';
import { type GroupRow, groupColumns, scopeConditions, toGroup } from '../scope.ts';

/**
 * Every stream with the seconds since the moment its data reaches to (null: nothing was ever complete), its limit and
 * whether it is late: older than that, or without data though some was promised. A stream without a limit is never late.
 */
function ages({ tenantId, now }: ReadAt): Sql {
  const moment = sql`${now.toString()}::timestamptz`;
  return sql`(
    select
      tenant_id, source, origin, stream, as_of, refresh_sla_minutes, ''::text as account_id, null::date as day,
      case when as_of is not null then greatest(floor(extract(epoch from ${moment} - as_of)), 0)::bigint end as age,
      case
        when refresh_sla_minutes is null then 'no limit'
        when as_of is null or as_of < ${moment} - refresh_sla_minutes * interval '1 minute' then 'late'
        else 'in time'
      end as state
    from ops.stream_ages where tenant_id = ${tenantId}
  )`;
}

/** Whether the state at the end of a day is known: of the present only, how late a stream once was is not kept. */
export async function isNow(_reader: Queryable, at: ReadAt, day: string): Promise<boolean> {
  return day >= today(at);
}

/** Streams, the late ones and those without a limit; the bins named `age` and `limit` count them by seconds. */
export async function streamStates(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const current = today(scope.at);
  const isPresent = scope.period.from <= current && addDays(scope.period.to, -1) >= current;
  if (!isPresent) {
    const unknown: Group = { bucket: null, key: null, source: null, sums: { counts: { past: 1 }, bins: {} } };
    return grouping.kind === 'total' ? [unknown] : [];
  }
  if (grouping.kind === 'series') {
    const [total] = await streamStates(reader, scope, { kind: 'total' });
    const bucket = grouping.buckets.findLast((one) => one <= current);
    return total && bucket !== undefined ? [{ ...total, bucket }] : [];
  }
  const rows = await reader.query<GroupRow>(sql`
    select
      ${groupColumns(grouping, scope, 'f')},
      count(*)::bigint as streams,
      count(*) filter (where f.state = 'late')::bigint as late,
      count(*) filter (where f.state = 'no limit')::bigint as without_limit,
      count(*) filter (where f.age is null)::bigint as without_data,
      jsonb_build_object(
        'age', jsonb_object_agg(f.age, 1) filter (where f.age is not null),
        'limit', jsonb_object_agg(f.refresh_sla_minutes * 60, 1) filter (where f.refresh_sla_minutes is not null)
      ) as bins
    from ${ages(scope.at)} f
    where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
    group by 1, 2, 3`);
  return rows.map(toGroup);
}

/** What is said beside a stream's name: the worst of what it is in any source. */
export async function streamVerdicts(reader: Queryable, scope: Scope): Promise<ReadonlyMap<string, string>> {
  const rows = await reader.query<{ stream: string; state: string }>(sql`
    select f.stream, case when bool_or(f.state = 'late') then 'late' when bool_or(f.state = 'in time') then 'in time' else 'no limit' end as state
    from ${ages(scope.at)} f
    where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
    group by 1`);
  return new Map(rows.map(({ stream, state }) => [`null/${stream}`, state]));
}

/** Every stream of every source, the late ones first, then the oldest. */
export async function streamList(reader: Queryable, scope: Scope): Promise<RecordList> {
  const rows = await reader.query<{
    source: string;
    stream: string;
    reached: string | null;
    age: number | null;
    minutes: number | null;
    state: string;
  }>(sql`
    select
      f.source, f.stream, to_char(f.as_of at time zone ${scope.at.timezone}, 'YYYY-MM-DD HH24:MI') as reached, f.age,
      f.refresh_sla_minutes as minutes, f.state
    from ${ages(scope.at)} f
    where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(scope, 'f')}
    order by f.state <> 'late', f.age desc nulls first, f.source, f.stream`);
  const time = (seconds: number | null) => formatValue(seconds, 'duration');
  return {
    title: 'Streams by source',
    header: ['Source', 'Stream', 'Data as of', 'Age', 'Limit', 'Verdict'],
    rows: rows.map(({ source, stream, reached, age, minutes, state }) => [
      ...[source, stream, reached ?? 'never', age === null ? '' : time(age)],
      ...[minutes === null ? 'none' : time(minutes * 60), state],
    ]),
    total: rows.length,
  };
}
