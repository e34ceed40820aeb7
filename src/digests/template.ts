import { kpiOf } from '../kpis/index.ts';
import type { Kpi } from '../kpis/kpi.ts';
import { closest } from '../lib/closest.ts';
import { usageError } from '../lib/errors.ts';

/** What a digest tells. */
export interface DigestTemplate {
  name: string;
  title: string;
  /** Null: the headline numbers that there is data for. */
  headlines: readonly Kpi[] | null;
  /** Most findings under "Worth a look". */
  findings: number;
  /** What is drawn; null: the first headlines. */
  chart: readonly Kpi[] | null;
}

/** As it stands in the configuration; what is left out is as built in. */
interface DigestSetting {
  title?: string | undefined;
  headlines?: readonly string[] | undefined;
  findings?: number | undefined;
  chart?: readonly string[] | undefined;
}

/** Of one tenant, by name. */
export type DigestsSettings = Readonly<Record<string, DigestSetting>>;

const builtIn = new Map([['morning-coffee', 'Morning coffee']]);
const mostFindings = 3;

/** All digests there are: those built in first, then those the configuration adds. */
export function templatesOf(digests: DigestsSettings): DigestTemplate[] {
  return [...new Set([...builtIn.keys(), ...Object.keys(digests)])].map((name) => {
    const { title, headlines, findings, chart } = digests[name] ?? {};
    return {
      name,
      title: title ?? builtIn.get(name) ?? titleOf(name),
      headlines: headlines ? kpisOf(headlines) : null,
      findings: findings ?? mostFindings,
      chart: chart ? kpisOf(chart) : null,
    };
  });
}

/** A digest by its name. Throws a usage error for an unknown one. */
export function templateOf(digests: DigestsSettings, name: string): DigestTemplate {
  const templates = templatesOf(digests);
  const found = templates.find((template) => template.name === name);
  if (found) return found;
  const names = templates.map((template) => template.name);
  const [near] = closest(name, names, 1);
  throw usageError(
    'DIGEST_UNKNOWN',
    `there is no digest "${name}"${near ? `; did you mean ${near}?` : ''}`,
    `Digests are: ${names.join(', ')}. More can be set up under digests: of the tenant in crema.yaml.`,
  );
}

function kpisOf(ids: readonly string[]): Kpi[] {
  return [...new Set(ids)].flatMap((id) => kpiOf(id) ?? []);
}

/** `sales-weekly` as `Sales weekly`. */
function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
