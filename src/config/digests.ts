import { z } from 'zod';
import { settings } from './settings.ts';

const ids = (most: number) => z.array(z.string()).min(1, 'names no KPI').max(most, `names more than ${most} KPIs`);

/** Digests by name; what is left out is as built in. */
export const digestsSchema = z
  .record(
    z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'is not a name of lower-case letters, digits and dashes'),
    settings({
      title: z.string().min(1).max(60).optional(),
      /** Five to eight are read on a phone without scrolling twice. */
      headlines: ids(8).optional(),
      findings: z.int().min(0).max(5).optional(),
      chart: ids(8).optional(),
    }),
  )
  .default({});
