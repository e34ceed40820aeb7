import { z } from 'zod';
import { leadStages } from '../domain/entities/sales.ts';
import { settings } from './settings.ts';

/** A factor is kept exactly: no more than 6 digits behind the point. */
const factor = z
  .number()
  .min(0)
  .max(1)
  .refine((value) => Number.isInteger(Number((value * 1e6).toFixed(3))), {
    error: 'has more than 6 digits behind the point',
  });

const byStage = settings(
  Object.fromEntries(leadStages.map((stage) => [stage, factor.optional()])) as Record<
    (typeof leadStages)[number],
    z.ZodOptional<typeof factor>
  >,
).optional();

const scenario = settings({ probability: byStage, weight: byStage });

/** What a scenario of the pipeline says otherwise than the default one, by stage. */
export type PipelineScenario = z.output<typeof scenario>;

/** Named sets of assumptions; one called `weighted` or `unweighted` changes that one. */
export const pipelineScenarios = z.record(z.string(), scenario).superRefine((scenarios, context) => {
  for (const name of Object.keys(scenarios))
    if (!/^[a-z0-9][a-z0-9-]*$/.test(name))
      context.addIssue({
        code: 'custom',
        path: [name],
        message: 'is not a name of lower-case letters, digits and dashes',
      });
});
