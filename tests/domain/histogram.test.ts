import fc from 'fast-check';
import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { binOf, binSeconds, countBands, histogram, quantile } from '../../src/domain/histogram.ts';
import { ticketResolvedDaily } from '../../src/rollups/ticket-resolved-daily.ts';
import { useDatabase } from '../database.ts';

const database = useDatabase();

/** Durations from a second to some years, in microseconds, with many equal and round ones. */
const micros = fc.oneof(
  fc.integer({ min: 1_000_000, max: 200_000_000_000_000 }),
  fc.integer({ min: 1, max: 100_000 }).map((seconds) => seconds * 1_000_000),
  fc.constantFrom(1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000),
);
const binsOf = (durations: readonly number[]) => {
  const bins = new Map<number, number>();
  for (const duration of durations) bins.set(binOf(duration / 1e6), (bins.get(binOf(duration / 1e6)) ?? 0) + 1);
  return bins;
};

describe('a quantile', () => {
  test('is within 1 % of the exact one, for any durations', () => {
    fc.assert(
      fc.property(
        fc.array(micros, { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (durations, q) => {
          const sorted = durations.toSorted((a, b) => a - b).map((duration) => duration / 1e6);
          const rank = q * (sorted.length - 1);
          const exact = (sorted[Math.floor(rank)]! + sorted[Math.ceil(rank)]!) / 2;
          expect(Math.abs(quantile(binsOf(durations), q)! / exact - 1)).toBeLessThanOrEqual(0.01 + 1e-9);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('never falls as q rises, and does not depend on the order of the bins', () => {
    fc.assert(
      fc.property(fc.array(micros, { minLength: 1, maxLength: 50 }), (durations) => {
        const bins = binsOf(durations);
        const values = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1].map((q) => quantile(bins, q)!);
        expect(values).toEqual(values.toSorted((a, b) => a - b));
        expect([0, 0.1, 0.25, 0.5, 0.75, 0.9, 1].map((q) => quantile(new Map([...bins].reverse()), q))).toEqual(values);
      }),
    );
  });

  test('of nothing, or of negative durations only, is none', () => {
    expect(quantile(new Map(), 0.5)).toBeNull();
    expect(quantile(new Map([[histogram.negative, 3]]), 0.5)).toBeNull();
  });

  test('counts what is under a second as none, and leaves negative ones out', () => {
    const bins = new Map([
      [histogram.negative, 5],
      [histogram.underOneSecond, 2],
      [binOf(100), 1],
    ]);
    expect(quantile(bins, 0.5)).toBe(0);
    expect(quantile(bins, 1)).toBeCloseTo(100, -1);
  });
});

describe('a bin', () => {
  test.each([
    [-0.000001, histogram.negative],
    [0, histogram.underOneSecond],
    [0.999999, histogram.underOneSecond],
    [1, 0],
    [1.000001, 1],
  ])('of %d s is %i', (seconds, bin) => {
    expect(binOf(seconds)).toBe(bin);
  });

  test('stands for a duration within 1 % of everything in it', () => {
    fc.assert(
      fc.property(micros, (duration) => {
        expect(Math.abs(binSeconds(binOf(duration / 1e6)) / (duration / 1e6) - 1)).toBeLessThanOrEqual(0.01 + 1e-9);
      }),
    );
  });

  test("is the same in the aggregate's SQL", async () => {
    const durations = [
      ...fc.sample(micros, { numRuns: 3000, seed: 7 }),
      ...fc.sample(fc.integer({ min: -5_000_000, max: 1_000_001 }), { numRuns: 200, seed: 7 }),
      0,
      1,
      999_999,
      1_000_000,
    ];
    const rows = sql`(
      select 1::bigint as tenant_id, date '2026-01-01' as day, n::text as source, '' as priority, '' as channel, '' as status,
        '' as team_id, '' as operator_id, '' as account_id, timestamptz '2020-01-01T00:00Z' as created_at,
        timestamptz '2020-01-01T00:00Z' + us * interval '1 microsecond' as resolved_at,
        null::timestamptz as resolution_at, null::bigint as resolution_us, 'pending' as resolution_state
      from unnest(${durations}::bigint[]) with ordinality as d (us, n)
    ) as r`;
    const found = await database.db.query<{ source: string; bin: number; us: number }>(sql`
      select source, bin, duration_us as us from (${ticketResolvedDaily.select(rows, 'UTC')}) as s order by source::int`);
    expect(found.map(({ bin }) => bin)).toEqual(durations.map((us) => binOf(us / 1e6)));
    expect(found.map(({ us }) => us)).toEqual(durations.map((us) => Math.max(us, 0)));
  });
});

test('bands take in what lies below their upper bound, the last one the rest', () => {
  const bands = [
    { label: 'short', upTo: 60 },
    { label: 'middle', upTo: 3600 },
    { label: 'long', upTo: Number.POSITIVE_INFINITY },
  ];
  const bins = new Map([
    [histogram.negative, 9],
    [histogram.underOneSecond, 1],
    [binOf(30), 2],
    [binOf(600), 4],
    [binOf(1e9), 8],
  ]);
  expect(countBands(bins, bands).map(({ count }) => count)).toEqual([3, 4, 8]);
});
