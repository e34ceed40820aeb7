import { addUnits } from '../domain/period.ts';
import { today } from '../rollups/read.ts';
import type { Group, Grouping, Kpi, Scope } from './kpi.ts';
import { sumOf } from './measures.ts';

/** Days of one KPI that have been read, for one choice of values. */
interface Known {
  from: string;
  to: string;
  /** By day; a day without a group has nothing. */
  groups: ReadonlyMap<string, Group>;
}

/**
 * The KPI with a memory of its days: what has been read by days answers for every stretch within them. For one snapshot of
 * one viewer only. Where days do not add up to the whole it is the KPI as it is.
 */
export function rememberingDays(kpi: Kpi): Kpi {
  if (kpi.dailyLevels) return rememberingLevels(kpi);
  if (kpi.kind === 'stock' || kpi.totalHasMore === true || kpi.additive === false) return kpi;
  const known = new Map<string, Known>();
  return {
    ...kpi,
    async query(reader, scope, grouping) {
      const key = keyOf(scope);
      const groups = answeredBy(known.get(key), scope, grouping);
      if (groups) return groups;
      const read = await kpi.query(reader, scope, grouping);
      // Buckets stop at today, and so does what is known of the days.
      const last = grouping.kind === 'series' && grouping.grain === 'day' ? grouping.buckets.at(-1) : undefined;
      if (last !== undefined)
        known.set(key, {
          from: scope.period.from,
          to: addUnits(last, 'day', 1),
          groups: new Map(read.map((group) => [group.bucket ?? '', group])),
        });
      return read;
    },
  };
}

/** The same of a level: that of a period is that of its last day. */
function rememberingLevels(kpi: Kpi): Kpi {
  /** What was read of a day, by choice of values and day. */
  const known = new Map<string, Group | undefined>();
  return {
    ...kpi,
    async query(reader, scope, grouping) {
      const key = keyOf(scope);
      const days = daysAsked(scope, grouping);
      if (days?.every((day) => known.has(`${key} ${day}`))) {
        const groups = days.flatMap((day) => known.get(`${key} ${day}`) ?? []);
        return grouping.kind === 'series' ? groups : groups.map((group) => ({ ...group, bucket: null }));
      }
      const read = await kpi.query(reader, scope, grouping);
      if (grouping.kind === 'series' && days) {
        const groups = new Map(read.map((group) => [group.bucket, group]));
        for (const day of days) known.set(`${key} ${day}`, groups.get(day));
      }
      return read;
    },
  };
}

/** The days at whose ends the levels are; undefined where they are not of single days that have begun. */
function daysAsked({ at, period }: Scope, grouping: Grouping): readonly string[] | undefined {
  const current = today(at);
  if (grouping.kind === 'breakdown' || period.from > current) return undefined;
  if (grouping.kind === 'series') return grouping.grain === 'day' ? grouping.buckets : undefined;
  const last = addUnits(period.to, 'day', -1);
  return [last < current ? last : current];
}

function keyOf({ filters, scenario, asOfDate }: Scope): string {
  return JSON.stringify([filters, scenario ?? null, asOfDate ?? null]);
}

function answeredBy(known: Known | undefined, { period }: Scope, grouping: Grouping): Group[] | undefined {
  if (!known || period.from < known.from || period.to > known.to) return undefined;
  if (grouping.kind === 'breakdown' || (grouping.kind === 'series' && grouping.grain !== 'day')) return undefined;
  const within = [...known.groups].filter(([day]) => period.from <= day && day < period.to).map(([, group]) => group);
  if (grouping.kind === 'series' || within.length === 0) return within;
  return [{ bucket: null, key: null, source: null, sums: sumOf(within) }];
}
