import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { type LeadStage, worthOf } from '../../src/kpis/pipeline/worth.ts';

const none: Record<LeadStage, number> = { lead: 0, sql: 0, opportunity: 0, won: 0, lost: 0 };

test('a stage counts by probability and weight, under the scenario asked for', () => {
  const amounts = { lead: 100_000, sql: 100_000, opportunity: 100_000, won: 100_000, lost: 100_000 };
  // 1,500 + 7,500 + 25,000 + 100,000 + 0, and without weights 15,000 + 30,000 + 50,000 + 100,000.
  expect(worthOf(amounts, { name: 'weighted' })).toBe(134_000);
  expect(worthOf(amounts, undefined)).toBe(134_000);
  expect(worthOf(amounts, { name: 'unweighted' })).toBe(195_000);
  const settings = { probability: { won: 0.9 }, weight: { lead: 1, lost: 1 } };
  expect(worthOf(amounts, { name: 'bold', settings })).toBe(15_000 + 7_500 + 25_000 + 90_000);
  expect(worthOf(amounts, { name: 'unweighted', settings: { weight: { sql: 0 } } })).toBe(165_000);
});

test('sums are exact and rounded once, halves away from zero', () => {
  // 33 x 0.015 = 0.495 and 1 x 0.075 = 0.075 make 0.57; rounded one by one they would be 0.
  expect(worthOf({ ...none, lead: 33, sql: 1 }, undefined)).toBe(1);
  expect(worthOf({ ...none, opportunity: 2 }, undefined)).toBe(1);
  expect(worthOf({ ...none, opportunity: -2 }, undefined)).toBe(-1);
  // In binary floating point 0.3 x 0.25 x 1,000,000,000,000,020 is off by more than a minor unit's half.
  expect(worthOf({ ...none, sql: 1_000_000_000_000_020 }, undefined)).toBe(75_000_000_000_002);
});

test('is the same as with fractions of integers', () => {
  const amount = fc.integer({ min: 0, max: 9_000_000_000_000 });
  fc.assert(
    fc.property(fc.record({ lead: amount, sql: amount, opportunity: amount, won: amount, lost: amount }), (amounts) => {
      const exact =
        BigInt(amounts.lead) * 150n +
        BigInt(amounts.sql) * 750n +
        BigInt(amounts.opportunity) * 2_500n +
        BigInt(amounts.won) * 10_000n;
      expect(worthOf(amounts, undefined)).toBe(Number((exact + 5_000n) / 10_000n));
    }),
    { seed: 20_261_121 },
  );
});

test('scenarios of the configuration are checked where they stand', () => {
  const read = (text: string) => () => parseConfig(text, 'crema.yaml', ['pipeline', 'leads']);
  expect(
    read('kpis: {pipeline: {scenarios: {bold: {probability: {sql: 0.333333}}}}}')().kpis.pipeline?.scenarios,
  ).toEqual({
    bold: { probability: { sql: 0.333333 } },
  });
  expect(read('kpis: {pipeline: {scenarios: {bold: {probability: {sqll: 0.3}}}}}')).toThrow(
    'kpis.pipeline.scenarios.bold.probability: "sqll" is no setting here; did you mean sql?',
  );
  expect(read('kpis: {pipeline: {scenarios: {bold: {weight: {sql: 1.5}}}}}')).toThrow(
    'kpis.pipeline.scenarios.bold.weight.sql',
  );
  expect(read('kpis: {pipeline: {scenarios: {bold: {weight: {sql: 0.1234567}}}}}')).toThrow('more than 6 digits');
  expect(read('kpis: {pipeline: {scenarios: {Bold One: {}}}}')).toThrow('is not a name of lower-case letters');
  expect(read('kpis: {leads: {scenarios: {bold: {}}}}')).toThrow('kpis.leads.scenarios: only pipeline has scenarios');
});
