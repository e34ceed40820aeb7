import { beforeAll, expect, test } from 'vitest';
import { makeBusyCompany } from '../../src/bench/busy-company.ts';
import { now, viewers } from '../../src/bench/company.ts';
import { everything } from '../../src/db/viewer.ts';
import { parsePeriod } from '../../src/domain/period.ts';
import type { Tenant } from '../../src/domain/tenant.ts';
import { askKpi } from '../../src/kpis/ask.ts';
import { kpis } from '../../src/kpis/index.ts';
import { attentionOfKpi, measureKpi, measureValues, seriesOfKpi } from '../../src/kpis/measure.ts';
import { useDatabase } from '../database.ts';

const database = useDatabase();

let tenant: Tenant;

beforeAll(async () => {
  tenant = await makeBusyCompany(database.db, {
    ...{ messages: 4_000, days: 40, operators: 12, present: 8, tickets: 600, leads: 200, campaigns: 12 },
  });
});

test('a measured number is exactly the one that is answered, alone, by rows, and read for many values at once', async () => {
  const context = { db: database.db, tenant, viewer: everything, now };
  let compared = 0;
  let apart = 0;
  for (const kpi of kpis) {
    for (const period of ['7d', 'all']) {
      const plain = {
        period: parsePeriod(period),
        by: null,
        filters: [],
        versus: { kind: 'none' },
        grain: null,
      } as const;
      const answered = await askKpi(context, kpi, plain);
      const measured = await measureKpi(context, kpi, plain);
      if (answered.kind !== 'answered' || measured.kind !== 'measured') {
        expect(measured.kind).toBe(answered.kind);
        continue;
      }
      const { value, numerator, denominator } = answered.result;
      expect({ kpi: kpi.id, ...numbersOf(measured.measurement) }).toEqual({
        kpi: kpi.id,
        value,
        numerator,
        denominator,
      });
      for (const by of kpi.dimensions) {
        const rows = await measureKpi(context, kpi, { ...plain, by });
        if (rows.kind !== 'measured') continue;
        const shared = await measureValues(context, kpi, plain, by);
        const texts = [
          'none',
          'nobody knows this',
          ...(rows.measurement.breakdown?.rows ?? []).slice(0, 2).map(({ key }) => key || 'none'),
        ];
        for (const text of texts) {
          const alone = await askKpi(context, kpi, { ...plain, filters: [{ dimension: by, value: text }] });
          const outcome = shared.outcomeOf(text);
          const where = { kpi: kpi.id, by, text, period };
          if (outcome === 'apart') apart++;
          else if (alone.kind === 'answered') {
            const numbers = outcome.kind === 'measured' ? numbersOf(outcome.measurement) : outcome.kind;
            expect({ ...where, numbers }).toEqual({ ...where, numbers: numbersOf(alone.result) });
            compared++;
          } else expect({ ...where, kind: outcome.kind }).toEqual({ ...where, kind: alone.kind });
        }
      }
    }
  }
  console.log({ compared, apart });
  expect(compared).toBeGreaterThan(500);
}, 300_000);

test('points asked for alone, and what needs a person now, are those of the whole answer', async () => {
  let answers = 0;
  for (const viewer of [everything, viewers.supervisor, viewers.agent])
    for (const kpi of kpis) {
      const context = { db: database.db, tenant, viewer, now };
      const question = {
        ...{ period: parsePeriod('14d'), by: null, filters: [] },
        versus: null,
        grain: 'day',
      } as const;
      const answered = await askKpi(context, kpi, question);
      const points = await seriesOfKpi(context, kpi, question);
      const urgent = await attentionOfKpi(context, kpi, question);
      if (answered.kind !== 'answered') {
        expect([points.kind, urgent.kind]).toEqual([answered.kind, answered.kind]);
        continue;
      }
      const { series, attention, freshness } = answered.result;
      expect(points, `${kpi.id} for ${viewer}`).toEqual({ kind: 'series', series });
      expect(urgent, `${kpi.id} for ${viewer}`).toEqual({ kind: 'attention', attention, freshness });
      answers++;
    }
  expect(answers).toBeGreaterThan(2 * kpis.length);
}, 300_000);

function numbersOf({ value, numerator, denominator }: { value: unknown; numerator?: number; denominator?: number }) {
  return { value, numerator, denominator };
}
