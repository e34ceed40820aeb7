import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf, usageError } from '../lib/errors.ts';
import { alertsSchema } from './alerts.ts';
import { digestsSchema } from './digests.ts';
import { readDocument } from './document.ts';
import { locale } from './locale.ts';
import { mailSchema } from './mail.ts';
import { pipelineScenarios } from './pipeline-scenarios.ts';
import { reportsSchema } from './reports.ts';
import { isMap, settings, unknown } from './settings.ts';
import { checkSla, slaSchema } from './sla.ts';
import { sourcesSchema } from './sources.ts';
import { subscriptionsSchema } from './subscriptions.ts';
import { timezone } from './timezone.ts';
import { expandVariables, type Variables } from './variables.ts';

const roles = ['agent', 'supervisor', 'admin', 'owner', 'executive'] as const;

const tenantSchema = settings({
  name: z.string().optional(),
  timezone: timezone.default('UTC'),
  week_start: z.enum(['monday', 'sunday', 'saturday']).default('monday'),
  locale: locale.default('en'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'is not a currency code such as EUR')
    .default('USD'),
  demo_accounts: z.array(z.string()).default([]),
  mail: mailSchema.default(mailSchema.parse({})),
  sla: slaSchema.optional(),
  sources: sourcesSchema,
  digests: digestsSchema,
  subscriptions: subscriptionsSchema,
  alerts: alertsSchema,
}).superRefine(
  (tenant: unknown, context) => {
    if (!isMap(tenant)) return;
    checkSla(tenant.sla, tenant.timezone, (message, ...path) =>
      context.addIssue({ code: 'custom', message, path: ['sla', ...path] }),
    );
  },
  // Also when something else is wrong: all problems are told at once.
  { when: () => true },
);

const personSchema = settings({
  name: z.string().optional(),
  slack: z
    .string()
    .regex(/^[UW][A-Z0-9]+$/, 'is not a Slack user id such as U012AB3CD (profile, More, Copy member ID)')
    .optional(),
  email: z.email().optional(),
  role: z.enum(roles),
  operator: z.string().optional(),
  teams: z.array(z.string()).default([]),
  source: z.string().optional(),
  tenant: z.string().default('default'),
})
  .refine((person) => person.slack ?? person.email, { error: 'needs slack: or email: to be recognised by' })
  .refine((person) => person.role !== 'agent' || person.operator, {
    error: 'has the role agent and needs operator:, the id of their record in the CRM',
  });

const kpiSchema = settings({
  target: z.number().optional(),
  owner: z.string().optional(),
  criticality: z.enum(['low', 'medium', 'high', 'critical']).optional(),
  /** What a delivered number may move by without being restated, in its own unit. */
  tolerance: z.number().nonnegative().optional(),
  scenarios: pipelineScenarios.optional(),
});

const configSchema = settings({
  tenants: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'is not a slug of lower-case letters, digits and dashes'),
      tenantSchema,
    )
    .default({}),
  people: z.array(personSchema).default([]),
  kpis: z.record(z.string(), kpiSchema).default({}),
  reports: reportsSchema,
});

export type Config = z.output<typeof configSchema>;
export type TenantConfig = z.output<typeof tenantSchema>;
export type PersonConfig = z.output<typeof personSchema>;

/**
 * Checks the text of a crema.yaml. All problems are reported at once as `file:line path: problem` (exit code 2). The
 * tenant `default` always exists; `knownKpis` refuses targets for KPIs there are none of. `variables` take the place of
 * `${NAME}` under sources: and alerts.targets:; without them it stays as it stands there, for looking at a file elsewhere than it is used.
 */
export function parseConfig(text: string, file: string, knownKpis?: readonly string[], variables?: Variables): Config {
  const { content: asWritten, lineOf } = readDocument(text, file);
  const problems: { line: number; path: PropertyKey[]; message: string }[] = [];
  const report = (path: PropertyKey[], message: string, at = path) => {
    problems.push({ line: lineOf(at), path, message });
  };
  const content = variables ? withVariables(asWritten, variables, report) : asWritten;
  const parsed = configSchema.safeParse(content);
  for (const issue of parsed.error?.issues ?? []) report(issue.path, issue.message, placeOf(issue));
  if (parsed.success) {
    const { people, tenants, kpis, reports } = parsed.data;
    for (const [index, { tenant }] of people.entries()) {
      if (tenant !== 'default' && !(tenant in tenants))
        report(['people', index, 'tenant'], `no tenant "${tenant}" under tenants:`);
    }
    for (const [index, by] of repeated(people)) report(['people', index, by], 'somebody above has the same');
    for (const [id, { scenarios }] of Object.entries(kpis)) {
      if (scenarios && id !== 'pipeline') report(['kpis', id, 'scenarios'], 'only pipeline has scenarios');
      if (knownKpis && !knownKpis.includes(id)) report(['kpis', id], `no such KPI; known: ${knownKpis.join(', ')}`);
    }
    for (const [name, { strip }] of Object.entries(reports)) {
      for (const [index, id] of (strip ?? []).entries())
        if (knownKpis && !knownKpis.includes(id))
          report(['reports', name, 'strip', index], unknown(id, 'KPI', knownKpis));
    }
  }
  if (parsed.success && knownKpis) {
    for (const [path, id] of digestKpis(parsed.data.tenants)) {
      if (!knownKpis.includes(id)) report(path, unknown(id, 'KPI', knownKpis));
    }
  }
  if (!parsed.success || problems.length > 0) {
    problems.sort((a, b) => a.line - b.line);
    throw usageError(
      'CONFIG_INVALID',
      problems.map(({ line, path, message }) => `${file}:${line} ${path.join('.') || 'file'}: ${message}`).join('\n'),
      `Mend ${file}; crema.example.yaml shows every setting.`,
    );
  }
  const config = parsed.data;
  config.tenants.default ??= tenantSchema.parse({});
  return config;
}

/** The KPIs that digests name, each with where it stands. */
function* digestKpis(tenants: Readonly<Record<string, TenantConfig>>): Generator<[path: PropertyKey[], id: string]> {
  for (const [slug, { digests }] of Object.entries(tenants)) {
    for (const [name, digest] of Object.entries(digests)) {
      for (const list of ['headlines', 'chart'] as const)
        for (const [index, id] of (digest[list] ?? []).entries())
          yield [['tenants', slug, 'digests', name, list, index], id];
    }
  }
}

/** Only sources and targets of alerts name variables: elsewhere `${` is text like any other. */
function withVariables(
  content: unknown,
  variables: Variables,
  report: (path: PropertyKey[], message: string) => void,
): unknown {
  if (!isMap(content) || !isMap(content.tenants)) return content;
  const tenants = Object.entries(content.tenants).map(([slug, tenant]) => {
    if (!isMap(tenant)) return [slug, tenant] as const;
    const expanded = (value: unknown, ...path: string[]) =>
      expandVariables(value, variables, report, ['tenants', slug, ...path]);
    const { sources, alerts } = tenant;
    const own = isMap(alerts) && 'targets' in alerts;
    return [
      slug,
      {
        ...tenant,
        ...('sources' in tenant ? { sources: expanded(sources, 'sources') } : {}),
        ...(own ? { alerts: { ...alerts, targets: expanded(alerts.targets, 'alerts', 'targets') } } : {}),
      },
    ] as const;
  });
  return { ...content, tenants: Object.fromEntries(tenants) };
}

/** People of one tenant whom a Slack id or an address does not tell apart. */
function repeated(people: readonly PersonConfig[]): [index: number, by: 'slack' | 'email'][] {
  const seen = new Set<string>();
  return people.flatMap((person, index) =>
    (['slack', 'email'] as const).flatMap((by): [number, 'slack' | 'email'][] => {
      const key = person[by] === undefined ? '' : `${person.tenant} ${by} ${person[by].toLowerCase()}`;
      if (key === '' || !seen.has(key)) {
        seen.add(key);
        return [];
      }
      return [[index, by]];
    }),
  );
}

/** Where an issue is in the file: a setting there is none of by its own line, not by that of the map it stands in. */
function placeOf(issue: z.core.$ZodIssue): PropertyKey[] {
  return issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
}

/** Reads and checks the file; a missing one means all defaults, unless it was named on purpose. `present` says which. */
export async function loadConfig(
  file: string,
  options: { named: boolean; knownKpis?: readonly string[]; variables?: Variables },
): Promise<{ config: Config; present: boolean }> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (!options.named && error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { config: parseConfig('', file), present: false };
    throw usageError(
      'CONFIG_MISSING',
      `cannot read ${file}: ${messageOf(error)}`,
      'Check --config or CREMA_CONFIG; crema.example.yaml is a start.',
    );
  }
  return { config: parseConfig(text, file, options.knownKpis, options.variables), present: true };
}
