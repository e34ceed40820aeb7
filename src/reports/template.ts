import { type ReportSettings, sectionIds } from '../config/reports.ts';
import { closest } from '../lib/closest.ts';
import { usageError } from '../lib/errors.ts';
import type { Span } from './period.ts';
import { builtInSection, type SectionPlan } from './sections.ts';

export type Paper = 'A4' | 'Letter';

/** What a report consists of. */
export interface ReportTemplate {
  name: string;
  title: string;
  span: Span;
  paper: Paper;
  /** KPIs of the strip, by id. Five at most are shown: the first that have data. */
  strip: readonly string[];
  /** Whether a KPI of the strip without data is worth a word: somebody asked for it. */
  stripChosen: boolean;
  sections: readonly SectionPlan[];
}

export type ReportsSettings = Readonly<Record<string, ReportSettings>>;

/** What leads a report that nobody has configured: of every group what is asked first; the first five with data. */
const firstNumbers = [
  'sla',
  'response-time',
  'conversations',
  'revenue-won',
  'reply-rate',
  'csat',
  'tickets',
  'reach',
  'leads',
  'active-users',
];

const builtIn = ['weekly', 'monthly'];

/** Names of all templates: the built-in ones, and those of the configuration. */
export function templateNames(reports: ReportsSettings): string[] {
  return [...new Set([...builtIn, ...Object.keys(reports)])];
}

/** A template by its name, the configuration's settings over the defaults. Throws a usage error for an unknown name. */
export function templateOf(reports: ReportsSettings, name: string): ReportTemplate {
  const names = templateNames(reports);
  if (!names.includes(name)) {
    const near = closest(name, names, 1)[0];
    throw usageError(
      'REPORT_UNKNOWN',
      `there is no report "${name}"${near ? `; did you mean ${near}?` : ''}`,
      `Reports are: ${names.join(', ')}. More can be set up under reports: in crema.yaml.`,
    );
  }
  const given = reports[name];
  const span = given?.period ?? (name === 'monthly' ? 'month' : 'week');
  return {
    name,
    title: given?.title ?? (span === 'week' ? 'Weekly report' : 'Monthly report'),
    span,
    paper: given?.paper ?? 'A4',
    strip: given?.strip ?? firstNumbers,
    stripChosen: given?.strip !== undefined,
    sections: (given?.sections ?? sectionIds).map((section, index) =>
      typeof section === 'string' ? builtInSection(section, span) : { id: `own-${index + 1}`, ...section },
    ),
  };
}
