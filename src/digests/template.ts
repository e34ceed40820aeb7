import { kpiOf } from '../kpis/index.ts';
import type { Kpi } from '../kpis/kpi.ts';

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

const builtIn = new Map([['morning-coffee', 'Morning coffee']]);
const mostFindings = 3;

/** All digests there are: those built in first, then those the configuration adds. */
export function templatesOf(digests: Readonly<Record<string, DigestSetting>>): DigestTemplate[] {
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

/** The digest of that name; undefined when there is none. */
export function templateOf(digests: Readonly<Record<string, DigestSetting>>, name: string): DigestTemplate | undefined {
  return templatesOf(digests).find((template) => template.name === name);
}

function kpisOf(ids: readonly string[]): Kpi[] {
  return [...new Set(ids)].flatMap((id) => kpiOf(id) ?? []);
}

/** `sales-weekly` as `Sales weekly`. */
function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
