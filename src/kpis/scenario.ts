import type { Kpi, Scenario } from './kpi.ts';
import type { KpiQuestion } from './question.ts';

type ScenarioOutcome =
  | { kind: 'known'; scenario: Scenario | undefined }
  | { kind: 'unknown-scenario'; scenario: string; known: string[] };

/**
 * The assumptions a question is to be answered under, by name without case: the KPI's own, then those `named` in the
 * configuration; the KPI's first where the question names none, and none at all where the KPI has no scenarios.
 */
export function scenarioOf(
  kpi: Kpi,
  { scenario: wanted }: KpiQuestion,
  named: Readonly<Record<string, unknown>>,
): ScenarioOutcome {
  const known = kpi.scenarios ? [...new Set([...kpi.scenarios, ...Object.keys(named)])] : [];
  const name = wanted === undefined ? known[0] : known.find((one) => one.toLowerCase() === wanted.toLowerCase());
  if (name === undefined)
    return wanted === undefined
      ? { kind: 'known', scenario: undefined }
      : { kind: 'unknown-scenario', scenario: wanted, known };
  return { kind: 'known', scenario: Object.hasOwn(named, name) ? { name, settings: named[name] } : { name } };
}
