import type { PipelineScenario } from '../../config/pipeline-scenarios.ts';
import { leadStages } from '../../domain/entities/sales.ts';
import type { Scenario } from '../kpi.ts';

export type LeadStage = (typeof leadStages)[number];
type Factors = Readonly<Record<LeadStage, number>>;

/** How likely a lead of a stage is won, and how much its stage counts; the configuration may say otherwise. */
const probability: Factors = { lead: 0.15, sql: 0.3, opportunity: 0.5, won: 1, lost: 0 };
const weight: Factors = { lead: 0.1, sql: 0.25, opportunity: 0.5, won: 1, lost: 0 };
const even: Factors = { lead: 1, sql: 1, opportunity: 1, won: 1, lost: 1 };

/** Factors are whole millionths, so a product of two of them is in 10^-12. */
const scale = 1_000_000;
const unit = BigInt(scale) ** 2n;

/** What the amounts of a stage are multiplied with, in 10^-12. */
function factorsOf(scenario: Scenario | undefined): Record<LeadStage, bigint> {
  const settings = (scenario?.settings ?? {}) as PipelineScenario;
  const weights = scenario?.name === 'unweighted' ? even : weight;
  const exact = (value: number) => BigInt(Math.round(value * scale));
  return Object.fromEntries(
    leadStages.map((stage) => [
      stage,
      exact(settings.probability?.[stage] ?? probability[stage]) * exact(settings.weight?.[stage] ?? weights[stage]),
    ]),
  ) as Record<LeadStage, bigint>;
}

/**
 * Amounts by stage (minor units, whole) as what they are worth: each amount x win probability x stage weight, added up
 * exactly and rounded once, to the nearest minor unit, halves away from zero.
 */
export function worthOf(
  amounts: Readonly<Record<LeadStage, number>>,
  scenario: Scenario | undefined,
  stages: readonly LeadStage[] = leadStages,
): number {
  const factors = factorsOf(scenario);
  const exact = stages.reduce((sum, stage) => sum + BigInt(amounts[stage]) * factors[stage], 0n);
  const magnitude = exact < 0n ? -exact : exact;
  const rounded = Number((magnitude + unit / 2n) / unit);
  return exact < 0n ? -rounded : rounded;
}
