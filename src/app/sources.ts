import type { Config } from '../config/config.ts';
import { closest } from '../lib/closest.ts';
import { usageError } from '../lib/errors.ts';
import { openSource } from '../sources/index.ts';
import type { Source } from '../sources/stream.ts';

/** The sources of a tenant, as crema.yaml has them. */
export function sourcesOf(config: Config, tenantSlug: string): Source[] {
  return Object.entries(config.tenants[tenantSlug]?.sources ?? {}).map(([name, source]) => openSource(name, source));
}

/** A stream of a source. */
export interface Target {
  source: Source;
  stream: string;
}

/** What `SOURCE`, `SOURCE:STREAM` or nothing names. Throws a usage error that says what there is. */
export function findTargets(sources: readonly Source[], name: string | undefined): Target[] {
  const all = sources.flatMap((source) => source.streams.map(({ id }) => ({ source, stream: id })));
  if (all.length === 0)
    throw usageError(
      'SYNC_NO_SOURCE',
      'no source is configured',
      'Add one under tenants.NAME.sources in crema.yaml; crema.example.yaml shows how.',
    );
  if (name === undefined) return all;
  const chosen = all.filter(({ source, stream }) => name === source.name || name === `${source.name}:${stream}`);
  if (chosen.length > 0) return chosen;
  const names = [
    ...sources.map((source) => source.name),
    ...all.map(({ source, stream }) => `${source.name}:${stream}`),
  ];
  const [near] = closest(name, names, 1);
  throw usageError(
    'SYNC_UNKNOWN',
    `no source or stream "${name}"${near ? `; did you mean ${near}?` : ''}`,
    `There are: ${names.join(', ')}`,
  );
}
