import { addUnits } from '../domain/period.ts';
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
  if (kpi.kind === 'stock' || kpi.totalHasMore === true || kpi.additive === false) return kpi;
  const known = new Map<string, Known>();
  return {
    ...kpi,
    async query(reader, scope, grouping) {
      const key = JSON.stringify([scope.filters, scope.scenario ?? null, scope.asOfDate ?? null]);
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

function answeredBy(known: Known | undefined, { period }: Scope, grouping: Grouping): Group[] | undefined {
  if (!known || period.from < known.from || period.to > known.to) return undefined;
  if (grouping.kind === 'breakdown' || (grouping.kind === 'series' && grouping.grain !== 'day')) return undefined;
  const within = [...known.groups].filter(([day]) => period.from <= day && day < period.to).map(([, group]) => group);
  if (grouping.kind === 'series' || within.length === 0) return within;
  return [{ bucket: null, key: null, source: null, sums: sumOf(within) }];
}
