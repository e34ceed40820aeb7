import type { Answer } from '../../src/answers/answer.ts';
import { parseRequest } from '../../src/answers/parse.ts';
import type { Person } from '../../src/answers/people.ts';
import { splitWords } from '../../src/answers/words.ts';
import type { BreakdownRow, KpiResult } from '../../src/domain/kpi-result.ts';

/** A week of SLA, better than the week before, target met. */
export function aResult(overrides: Partial<KpiResult> = {}): KpiResult {
  return {
    kpi: 'sla-reported',
    version: 1,
    title: 'SLA met, as the CRM reports it',
    kind: 'cohort',
    unit: 'ratio',
    better: 'up',
    period: {
      ...{ from: '2026-11-09', to: '2026-11-16', timezone: 'Asia/Jakarta', label: 'last 7 days' },
      ...{ complete: true, mature: true },
    },
    filters: {},
    scope: 'all',
    value: 0.912,
    numerator: 912,
    denominator: 1000,
    parts: { unflagged: 14 },
    comparison: {
      period: { from: '2026-11-02', to: '2026-11-09', label: 'before' },
      ...{ value: 0.878, change: 0.034, changeRatio: 0.0387, verdict: 'better' },
    },
    target: { value: 0.9, met: true },
    series: {
      grain: 'day',
      points: Array.from({ length: 7 }, (_, day) => ({
        at: `2026-11-${String(9 + day).padStart(2, '0')}`,
        ...{ value: 0.88 + day / 100, numerator: 88 + day, denominator: 100, complete: true },
      })),
    },
    distribution: null,
    attention: null,
    records: null,
    breakdown: null,
    freshness: {
      ...{ asOf: '2026-11-16T01:00:00Z', stale: false, pending: 0 },
      sources: [{ source: 'crm', stream: 'ticket', asOf: '2026-11-16T01:00:00Z' }],
    },
    requires: [],
    notes: [],
    receipt: null,
    ...overrides,
  };
}

export function aRow(label: string, overrides: Partial<BreakdownRow> = {}): BreakdownRow {
  return { key: label, label, value: 0.9, numerator: 90, denominator: 100, share: 0.1, ...overrides };
}

/** Twenty rows and the rest, as much as a breakdown ever has. */
export function aBreakdown(nameOf: (index: number) => string): KpiResult['breakdown'] {
  return {
    by: 'account',
    rows: Array.from({ length: 20 }, (_, index) => aRow(nameOf(index))),
    other: aRow('Other (312)', { key: null }),
  };
}

export function anAnswer(words: string, result: KpiResult = aResult()): Extract<Answer, { kind: 'result' }> {
  const request = parseRequest(splitWords(words));
  if (request.kind !== 'kpi') throw new Error(`"${words}" is no question`);
  return { kind: 'result', request, result };
}

/** Stages as a campaign has them. */
export function aFunnel(
  nameOf: (index: number) => string = (index) => ['Sent', 'Delivered', 'Read'][index]!,
): KpiResult {
  const counts = [1_000, 950, 312];
  return aResult({
    funnel: {
      title: 'From sent to read',
      stages: counts.map((count, index) => ({
        ...{ key: `s${index}`, label: nameOf(index), count, ofFirst: count / 1_000 },
        ofPrevious: index === 0 ? null : count / counts[index - 1]!,
      })),
    },
  });
}

/** A day by hour and weekday, its busiest block said. */
export function aMatrix(nameOf: (index: number) => string = (index) => `Day ${index + 1}`, hours = 24): KpiResult {
  return aResult({
    matrix: {
      ...{ title: 'Messages by weekday and hour', unit: 'count', counts: 'messages' },
      rows: Array.from({ length: 7 }, (_, day) => nameOf(day)),
      columns: Array.from({ length: hours }, (_, hour) => String(hour).padStart(2, '0')),
      cells: Array.from({ length: 7 }, (_, day) =>
        Array.from({ length: hours }, (__, hour) => (hour === 3 ? null : day * 100 + hour)),
      ),
      window: { rows: [4, 6], columns: [10, 20], title: 'Busiest: Fri to Sun 10–20 h, 52.1 %' },
    },
  });
}

/** Two ranked operators and one with too few tickets, as a leaderboard has them. */
export function aLeaderboard(nameOf: (index: number) => string = (index) => `Operator ${index}`): KpiResult {
  const row = (index: number, overrides: Partial<BreakdownRow>): BreakdownRow => {
    const parts = { assigned: 42, resolved: 40, first_response: 5_400, resolution: 93_600, sla: 0.9, csat: 4.25 };
    return { ...aRow(nameOf(index)), value: 40 / 42, numerator: 40, denominator: 42, share: 0.4, parts, ...overrides };
  };
  const few = { assigned: 3, resolved: 3, first_response: null, resolution: null, sla: null, csat: null };
  return aResult({
    kpi: 'leaderboard',
    title: 'Leaderboard by resolution rate',
    ...{ value: 83 / 87, numerator: 83, denominator: 87, target: null },
    parts: { assigned: 87, resolved: 83, first_response: 5_400, resolution: 93_600, sla: 0.9, csat: 4.25 },
    breakdown: {
      by: 'operator',
      rows: [
        row(1, { rank: 1 }),
        row(2, { rank: 1 }),
        row(3, { rank: null, value: 1, numerator: 3, denominator: 3, share: 0.2, parts: few }),
      ],
      other: null,
    },
    notes: ['2 tickets unassigned.'],
  });
}

/** Operators against the median of their team; of the last one's nothing is known. */
export function aWorkload(nameOf: (index: number) => string = (index) => `Operator ${index}`): KpiResult {
  const row = (index: number, open: number, team_median: number | null, status?: string): BreakdownRow => ({
    ...{ key: `op-${index}`, label: nameOf(index), value: open, share: open / 16 },
    parts: { open, team_median, against_median: team_median === null ? null : open - team_median, unassigned: 0 },
    ...(status === undefined ? {} : { status }),
  });
  const { numerator: _, denominator: __, ...result } = aResult();
  return {
    ...result,
    ...{ kpi: 'workload', title: 'Workload in open tickets', kind: 'stock', unit: 'count', better: 'neither' },
    ...{ value: 16, target: null, comparison: null },
    parts: { open: 16, team_median: null, against_median: null, unassigned: 3 },
    breakdown: {
      by: 'operator',
      rows: [row(1, 11, 6.5, 'online'), row(2, 5, 6.5, 'away'), row(3, 0, null)],
      other: null,
    },
  };
}

export function aPerson(name: string): Person {
  const one = { source: 'crm', id: 'op-1', name };
  const rights = { all: false, teams: [{ source: 'crm', id: 'team-1', name }], operators: [one] };
  return { viewer: 'slack:U0SUPV0001', name, role: 'supervisor', configured: false, own: [one], rights };
}
