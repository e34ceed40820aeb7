import { entityIds } from '../../domain/entity.ts';
import type { Bins } from '../../domain/histogram.ts';
import type { Kpi } from '../kpi.ts';
import { isNow, streamList, streamStates, streamVerdicts } from './query.ts';

export const freshness: Kpi = {
  id: 'freshness',
  version: 1,
  group: 'business',
  title: 'Streams that are late',
  question: 'How old is the data of each source, and which of it is later than promised?',
  formula:
    'Streams whose data is older than their refresh limit, now. Age: from the moment a stream is known to be complete until, to the moment of the question. The limit is what the source’s configuration promises; a stream without one is never late.',
  kind: 'stock',
  unit: 'count',
  better: 'down',
  dimensions: ['stream', 'source'],
  parts: {
    streams: { title: 'Streams', unit: 'count' },
    age: { title: 'Oldest data', column: 'Age', unit: 'duration', additive: false },
    limit: { title: 'Tightest limit', column: 'Limit', unit: 'duration', additive: false },
    without_limit: { title: 'Without a limit', unit: 'count' },
    without_data: { title: 'Never complete', unit: 'count' },
  },
  streams: entityIds,
  // Of what Crema itself knows of its sources: there is nothing to aggregate.
  rollups: [],
  datedBy: { table: 'ops.stream_ages', standsFrom: 'day' },
  needs: 'streams',
  maturesAfterDays: 0,
  target: null,
  owner: 'Operations',
  criticality: 'medium',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: null,
  board: {
    by: 'stream',
    value: 'Late',
    columns: ['age', 'limit', 'value', 'streams'],
    narrow: [
      ['age', 'Age'],
      ['limit', 'Limit'],
      ['value', 'Late'],
    ],
    status: streamVerdicts,
  },
  caveats: [
    'Of the present only: how late a stream once was is not kept.',
    'A stream that several sources deliver is one row: its oldest data, its tightest limit. `table` lists every source and stream.',
    'A file that was imported once goes on ageing; it has no limit unless one is set.',
  ],
  examples: ['freshness', 'freshness by source', 'freshness source:import table'],
  query: streamStates,
  isKnownOn: isNow,
  lacks: ({ counts }) => counts.past === undefined && !counts.streams,
  measure({ counts, bins }) {
    const streams = counts.streams ?? 0;
    const late = streams === 0 ? null : (counts.late ?? 0);
    const age = endOf(bins.age, Math.max);
    const isKnown = counts.past === undefined;
    return {
      value: late,
      // The oldest come first.
      weight: streams === 0 ? 0 : 1 + (age ?? Number.MAX_SAFE_INTEGER / 2),
      parts: {
        streams: isKnown ? streams : null,
        age,
        limit: endOf(bins.limit, Math.min),
        without_limit: isKnown ? (counts.without_limit ?? 0) : null,
        without_data: isKnown ? (counts.without_data ?? 0) : null,
      },
      evidence: { kind: 'count', count: late ?? 0, exposure: 1 },
    };
  },
  notes: (_measured, { counts }) =>
    counts.past === 1 ? ['How late a stream was on an earlier day is not kept: `freshness today` is known.'] : [],
  records: streamList,
};

/** The largest or smallest of counted numbers; null where there are none. */
function endOf(bins: Bins | undefined, pick: (...values: number[]) => number): number | null {
  return bins && bins.size > 0 ? pick(...bins.keys()) : null;
}
