import { z } from 'zod';
import { settings, unknown, written } from './settings.ts';

/** The built-in sections, in the order of a report; src/reports/sections.ts says what is in them. */
export const sectionIds = ['support', 'conversations', 'campaigns', 'growth', 'sales', 'adoption'] as const;
export type SectionId = (typeof sectionIds)[number];

/** KPIs in the strip on top: as many as are read at a glance, and fit side by side on paper. */
const mostInStrip = 5;

const ownSection = settings({
  title: z.string().min(1),
  /** In the words of /kpi, without a period but for `8w` and the like: those end with the report. */
  questions: z.array(z.string().min(1)).min(1),
});

export type OwnSection = z.output<typeof ownSection>;

/** A built-in section by its id, or one of one's own. */
const section = written((value, problem): SectionId | OwnSection => {
  if (typeof value === 'string') {
    const id = sectionIds.find((known) => known === value);
    if (!id) problem(unknown(value, 'section', sectionIds));
    return id ?? 'support';
  }
  const own = ownSection.safeParse(value);
  for (const { message, path } of own.error?.issues ?? []) problem(message, ...path.map(String));
  return own.data ?? 'support';
});

const reportSchema = settings({
  title: z.string().min(1).optional(),
  period: z.enum(['week', 'month']).optional(),
  paper: z.enum(['A4', 'Letter']).optional(),
  strip: z.array(z.string()).min(1).max(mostInStrip).optional(),
  sections: z.array(section).min(1).optional(),
});

export const reportsSchema = z
  .record(
    z.string().regex(/^[a-z][a-z0-9-]*$/, 'is not a name of lower-case letters, digits and dashes'),
    z.preprocess((value) => value ?? {}, reportSchema),
  )
  .default({});

export type ReportSettings = z.output<typeof reportSchema>;
