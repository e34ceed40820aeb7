import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PlanStream, planCalls } from '../../src/sync/plan.ts';
import { planWords, shortStreams } from '../../src/sync/plan-words.ts';

const day = 24 * 60;
/** The chat CRM's streams for a company of 5,000 contacts with three campaigns running. */
const streams: PlanStream[] = [
  { id: 'campaigns', what: 'all campaigns', calls: 1, everyMinutes: 5, atLeastMinutes: 60, share: 'first' },
  {
    id: 'reports',
    what: 'the report of every active campaign',
    calls: 3,
    everyMinutes: 60,
    atLeastMinutes: 360,
    share: 'first',
  },
  { id: 'contacts', what: 'all contacts', calls: 50, everyMinutes: 15, atLeastMinutes: day, share: 1 },
  {
    id: 'messages',
    what: 'the messages of every chat',
    calls: 5_000,
    everyMinutes: 60,
    atLeastMinutes: 7 * day,
    share: 2,
  },
];
const free = { perMinute: 60, perDay: 1_000 };
const pro = { perMinute: 300, perDay: 10_000 };
const perDay = (quota: typeof free | { perMinute: number; perDay: undefined }) =>
  Object.fromEntries(planCalls(quota, streams).streams.map(({ id, callsPerDay }) => [id, callsPerDay]));

describe('the calls of a day', () => {
  test('of the smallest plan: first what everybody needs at least, in order, then nothing is left', () => {
    // 950 to give. At least: campaigns 24, reports 12, contacts 50, messages 714.3: 800.3. Of the 149.7 left campaigns want 264.
    expect(perDay(free)).toEqual({ campaigns: 173, reports: 12, contacts: 50, messages: 714 });
  });

  test('of a larger plan: the cheap ones in full, the rest shared by the others', () => {
    // 9,500 to give. At least 800.3; campaigns to 288 and reports to 72: 8,375.7 left, one part to contacts, two to messages.
    expect(perDay(pro)).toEqual({ campaigns: 288, reports: 72, contacts: 2_841, messages: 6_298 });
  });

  test('without a daily limit: as the minute allows, and nobody more than it wants', () => {
    const plan = planCalls({ perMinute: 1_000, perDay: undefined }, streams);
    expect(plan.callsPerDay).toBe(1_368_000);
    expect(plan.streams.map(({ callsPerDay }) => callsPerDay)).toEqual([288, 72, 4_800, 120_000]);
    expect(plan.spare).toBe(1_368_000 - 125_160);
  });

  test('are told in words, with what can be reached', () => {
    expect(planWords('crm', planCalls(pro, streams))).toEqual([
      'crm: 9,499 of 9,500 calls a day are planned',
      '  campaigns: all campaigns every 5 min (1 call a time, 288 a day)',
      '  reports: the report of every active campaign every 1 h (3 calls a time, 72 a day)',
      '  contacts: all contacts every 26 min (15 min wanted; 50 calls a time, 2,841 a day)',
      '  messages: the messages of every chat every 19 h 4 min (1 h wanted; 5,000 calls a time, 6,298 a day)',
    ]);
  });

  test('that do not reach leave the last streams with nothing, and say so', () => {
    const plan = planCalls({ perMinute: 1, perDay: 60 }, streams);
    expect(planWords('crm', plan).at(-1)).toBe(
      '  messages: the messages of every chat never: the quota leaves no calls for it (5,000 calls a time)',
    );
    expect(shortStreams(plan).map(({ id }) => id)).toEqual(['contacts', 'messages']);
  });

  test('are never more than there are, nor more than wanted, whatever the sizes', () => {
    const stream = fc.record({
      id: fc.constant('s'),
      what: fc.constant('x'),
      calls: fc.integer({ min: 0, max: 200_000 }),
      everyMinutes: fc.integer({ min: 1, max: day }),
      atLeastMinutes: fc.integer({ min: day, max: 30 * day }),
      share: fc.oneof(fc.constant('first' as const), fc.integer({ min: 1, max: 5 })),
    });
    const limits = fc.record({
      perMinute: fc.integer({ min: 1, max: 2_000 }),
      perDay: fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(limits, fc.array(stream, { maxLength: 7 }), (quota, list) => {
        const plan = planCalls(quota, list);
        const given = plan.streams.reduce((sum, { callsPerDay }) => sum + callsPerDay, 0);
        expect(given).toBeLessThanOrEqual(plan.callsPerDay);
        expect(plan.callsPerDay).toBeLessThanOrEqual(quota.perDay ?? Number.POSITIVE_INFINITY);
        for (const { callsPerDay, calls, everyMinutes } of plan.streams)
          expect(callsPerDay).toBeLessThanOrEqual((calls * day) / everyMinutes + 1e-6);
        // What is left over is left because nobody wants it.
        const isSated = plan.streams.every((one) => one.callsPerDay + 1 >= (one.calls * day) / one.everyMinutes);
        if (plan.spare > list.length) expect(isSated).toBe(true);
      }),
      { seed: 20261121, numRuns: 500 },
    );
  });
});
