import { describe, expect, test } from 'vitest';
import { minorDigits } from '../../src/domain/money.ts';
import { dimensionOf } from '../../src/kpis/dimensions.ts';
import { byGroup, groups } from '../../src/kpis/groups.ts';
import { kpis } from '../../src/kpis/index.ts';

/* What a declaration refers to is there: for every KPI, without a database. */

test('ids are unique, and every group comes once, in its order', () => {
  expect(new Set(kpis.map(({ id }) => id)).size).toBe(kpis.length);
  const shown = byGroup(kpis);
  expect(shown.flatMap(({ of }) => of)).toHaveLength(kpis.length);
  const order = groups.map(({ id }) => id);
  expect(shown.map(({ id }) => order.indexOf(id))).toEqual(
    shown.map(({ id }) => order.indexOf(id)).toSorted((a, b) => a - b),
  );
});

/** Aggregates of the company that one part of a KPI for everybody is told from, and told to nobody else. */
const companyParts = [['conversations', 'chat-daily']] as const;

describe.each(kpis.map((kpi) => [kpi.id, kpi] as const))('%s', (_, kpi) => {
  const { chart } = kpi;

  test('draws parts that it has', () => {
    if (!chart) return;
    const parts = Object.keys(kpi.parts);
    for (const part of chart.stack ?? []) expect(parts).toContain(part);
    for (const part of chart.lines ?? []) expect([...parts, 'value']).toContain(part);
    if (chart.reference) expect(parts).toContain(chart.reference.part);
    expect((chart.lines ?? []).length).toBeLessThanOrEqual(6);
    expect((chart.stack ?? []).length).toBeLessThanOrEqual(6);
    if (chart.series === 'stacked') expect(chart.stack).toBeDefined();
  });

  test('draws lines of one unit, and stacks counts only', () => {
    const unitOf = (part: string) => (part === 'value' ? kpi.unit : kpi.parts[part]?.unit);
    expect(new Set((chart?.lines ?? []).map(unitOf)).size).toBeLessThanOrEqual(1);
    for (const part of chart?.stack ?? []) expect(unitOf(part)).toBe('count');
  });

  test('has what its chart prefers', () => {
    if (chart?.prefer === 'distribution') expect(kpi.distribution).toBeDefined();
    if (chart?.prefer === 'funnel') expect(kpi.funnel).toBeDefined();
    if (chart?.prefer === 'matrix') expect(kpi.matrix).toBeDefined();
    if (chart?.prefer === 'breakdown') expect(kpi.defaultBy ?? kpi.board?.by).toBeDefined();
    if (chart?.rows === 'doughnut' && chart.prefer !== 'distribution') {
      expect(['count', 'money']).toContain(kpi.unit);
      expect(kpi.additive).not.toBe(false);
    }
  });

  test('is broken down, and has values of its own, by dimensions it has', () => {
    for (const by of [kpi.defaultBy, kpi.board?.by]) if (by) expect(kpi.dimensions).toContain(by);
    for (const by of Object.keys(kpi.values ?? {})) {
      expect(kpi.dimensions).toContain(by);
      expect(dimensionOf(by).entity).toBeNull();
    }
    expect(Boolean(kpi.defaultBy && kpi.board)).toBe(false);
  });

  test('has scenarios that a question can name', () => {
    const names = (kpi.scenarios ?? []).map((name) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
  });

  test('is for supervisors where an aggregate of it carries neither operator nor team', () => {
    if (kpi.audience === 'supervisors') return;
    for (const { id, key } of kpi.rollups) {
      if (companyParts.some(([kpiId, rollup]) => kpiId === kpi.id && rollup === id)) continue;
      const owned = key.some((column) => column === 'operator_id' || column === 'team_id');
      expect(owned, `${id} has no operator and no team in its key`).toBe(true);
    }
  });

  test('has a currency only with money', () => {
    if (kpi.currency === undefined) return;
    expect([kpi.unit, ...Object.values(kpi.parts).map(({ unit }) => unit)]).toContain('money');
    expect(minorDigits(kpi.currency)).toBeGreaterThanOrEqual(0);
  });
});
