import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { messageOf, usageError } from '../lib/errors.ts';

const roles = ['agent', 'supervisor', 'admin', 'owner', 'executive'] as const;

const timezone = z.string().refine(isTimezone, { error: 'is not an IANA time zone such as Asia/Jakarta' });
const locale = z.string().refine(isLocale, { error: 'is not a language tag such as en or id-ID' });

const tenantSchema = z.strictObject({
  name: z.string().optional(),
  timezone: timezone.default('UTC'),
  week_start: z.enum(['monday', 'sunday', 'saturday']).default('monday'),
  locale: locale.default('en'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'is not a currency code such as EUR')
    .default('USD'),
  demo_accounts: z.array(z.string()).default([]),
});

const personSchema = z
  .strictObject({
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

const kpiSchema = z.strictObject({
  target: z.number().optional(),
  owner: z.string().optional(),
  criticality: z.enum(['low', 'medium', 'high', 'critical']).optional(),
});

const configSchema = z.strictObject({
  tenants: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'is not a slug of lower-case letters, digits and dashes'),
      tenantSchema,
    )
    .default({}),
  people: z.array(personSchema).default([]),
  kpis: z.record(z.string(), kpiSchema).default({}),
});

export type Config = z.output<typeof configSchema>;
export type TenantConfig = z.output<typeof tenantSchema>;
export type PersonConfig = z.output<typeof personSchema>;

/**
 * Checks the text of a crema.yaml. All problems are reported at once as `file:line path: problem` (exit code 2). The
 * tenant `default` always exists; `knownKpis` refuses targets for KPIs there are none of.
 */
export function parseConfig(text: string, file: string, knownKpis?: readonly string[]): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    throw usageError('CONFIG_SYNTAX', document.errors.map((error) => `${file}: ${error.message}`).join('\n'));
  }
  const placeOf = (path: PropertyKey[]): string => {
    for (let depth = path.length; depth > 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true);
      const offset =
        node && typeof node === 'object' && 'range' in node ? (node.range as [number] | undefined)?.[0] : undefined;
      if (offset !== undefined) return `${file}:${lines.linePos(offset).line}`;
    }
    return file;
  };

  const parsed = configSchema.safeParse(document.toJS() ?? {});
  const problems = (parsed.error?.issues ?? []).map(
    (issue) => `${placeOf(issue.path)} ${issue.path.join('.') || 'file'}: ${issue.message}`,
  );
  if (parsed.success) {
    for (const [index, person] of parsed.data.people.entries()) {
      if (person.tenant !== 'default' && !(person.tenant in parsed.data.tenants)) {
        problems.push(
          `${placeOf(['people', index, 'tenant'])} people.${index}.tenant: no tenant "${person.tenant}" under tenants:`,
        );
      }
    }
    for (const [index, by] of repeated(parsed.data.people)) {
      problems.push(`${placeOf(['people', index, by])} people.${index}.${by}: somebody above has the same`);
    }
    for (const id of Object.keys(parsed.data.kpis)) {
      if (knownKpis && !knownKpis.includes(id)) {
        problems.push(`${placeOf(['kpis', id])} kpis.${id}: no such KPI; known: ${knownKpis.join(', ')}`);
      }
    }
  }
  if (!parsed.success || problems.length > 0) {
    throw usageError('CONFIG_INVALID', problems.join('\n'), `Mend ${file}; crema.example.yaml shows every setting.`);
  }
  const config = parsed.data;
  config.tenants.default ??= tenantSchema.parse({});
  return config;
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

/** Reads and checks the file; a missing one means all defaults, unless it was named on purpose. `present` says which. */
export async function loadConfig(
  file: string,
  options: { named: boolean; knownKpis?: readonly string[] },
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
  return { config: parseConfig(text, file, options.knownKpis), present: true };
}

function isTimezone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

function isLocale(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
