import type { Queryable } from '../db/db.ts';
import type { KpiResult, SeriesPoint } from '../domain/kpi-result.ts';
import { addUnits, bucketsOf, type DateRange, type Grain, grainFor } from '../domain/period.ts';
import { today } from '../rollups/read.ts';
import { isCovered, isMature } from './coverage.ts';
import type { Reach } from './freshness.ts';
import { type Group, type Kpi, noSums, type Scope } from './kpi.ts';
import { measureCovered, shownMeasure } from './measures.ts';
import type { KpiQuestion } from './question.ts';

/** The period by buckets of a grain, as far as they have begun. `groups` hold the whole period. */
export interface SeriesGroups {
  grain: Exclude<Grain, 'hour'>;
  buckets: readonly string[];
  groups: readonly Group[];
}

export async function seriesGroups(
  reader: Queryable,
  kpi: Kpi,
  scope: Scope,
  question: KpiQuestion,
): Promise<SeriesGroups> {
  const chosen = question.grain ?? grainFor(scope.period);
  const grain = chosen === 'hour' ? 'day' : chosen;
  const current = today(scope.at);
  const buckets = bucketsOf(scope.period, grain, scope).filter((bucket) => bucket <= current);
  return { grain, buckets, groups: await kpi.query(reader, scope, { kind: 'series', grain, buckets }) };
}

/** A point for every bucket, also for those without data; with the parts that the KPI's chart draws. */
export function seriesOf(
  kpi: Kpi,
  scope: Scope,
  { question, reach, currency }: { question: KpiQuestion; reach: Reach; currency: string | undefined },
  { grain, buckets, groups }: SeriesGroups,
): KpiResult['series'] {
  const current = today(scope.at);
  const byBucket = new Map(groups.map((group) => [group.bucket, group]));
  const isAll = question.period?.kind === 'all';
  const drawsParts = kpi.chart?.stack !== undefined || kpi.chart?.lines !== undefined;
  const points = buckets.map((bucket): SeriesPoint => {
    const end = addUnits(bucket, grain, 1);
    const clipped: DateRange = {
      from: bucket > scope.period.from ? bucket : scope.period.from,
      to: end < scope.period.to ? end : scope.period.to,
    };
    const whole = isAll || (clipped.from === bucket && clipped.to === end);
    const sums = byBucket.get(bucket)?.sums ?? noSums;
    const { parts, ...measure } = shownMeasure(
      kpi,
      measureCovered(kpi, sums, { ...scope, period: clipped }, reach),
      currency,
    );
    return {
      at: bucket,
      ...measure,
      ...(drawsParts ? { parts } : {}),
      complete: whole && clipped.to <= current && (isAll || isCovered(clipped.to, reach, scope.at.timezone)),
      ...(reach.maturesAfterDays > 0 && { mature: isMature(clipped, reach, scope.at) }),
    };
  });
  return { grain, points };
}
