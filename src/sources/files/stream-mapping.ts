import type { Node } from 'yaml';
import type { Entity } from '../../domain/entity.ts';
import { readDeleted } from './conditions.ts';
import type { StreamMapping } from './mapping.ts';
import { type CheckedYaml, type Entry, textAt, textOf } from './yaml.ts';

/** The keys of a block that only a tap's stream has. */
export const streamKeys = ['stream', 'each', 'deleted', 'partial'];

/** Reads what a block says about its stream; undefined for a block of a file. */
export function readStream(
  yaml: CheckedYaml,
  entries: ReadonlyMap<string, Entry>,
  path: string,
  entity: Entity | undefined,
): StreamMapping | undefined {
  const streamEntry = entries.get('stream');
  if (!streamEntry) {
    for (const key of streamKeys) {
      const entry = entries.get(key);
      if (entry) yaml.problem(entry.key, `${path}${key}`, 'needs stream:, it is about the records of a Singer tap');
    }
    return undefined;
  }
  for (const key of ['rows', 'history']) {
    const entry = entries.get(key);
    if (!entry || (key === 'rows' && textOf(entry.value) === 'last')) continue;
    yaml.problem(
      entry.key,
      `${path}${key}`,
      'does not go with stream: of several states of a record the last one counts',
    );
  }
  const name = textAt(yaml, streamEntry, `${path}stream`);
  const eachEntry = entries.get('each');
  const each = eachEntry ? textAt(yaml, eachEntry, `${path}each`) : undefined;
  const deletedEntry = entries.get('deleted');
  const deleted = deletedEntry ? readDeleted(yaml, deletedEntry, `${path}deleted`) : undefined;
  const partialEntry = entries.get('partial');
  const partial = partialEntry ? readYes(yaml, partialEntry, `${path}partial`) : false;
  if (partial && entity && (!entity.partial || entity.partitionedBy)) {
    yaml.problem(partialEntry?.key, `${path}partial`, `${entity.id} cannot be told in parts`);
  }
  return name === undefined ? undefined : { name, each, deleted, partial };
}

function readYes(yaml: CheckedYaml, entry: Entry, path: string): boolean {
  const at: Node | null = entry.value ?? entry.key;
  const text = textOf(entry.value);
  if (text !== 'true' && text !== 'false') yaml.problem(at, path, 'has to be true or false');
  return text === 'true';
}
