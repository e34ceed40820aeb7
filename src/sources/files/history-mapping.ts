import type { Entity } from '../../domain/entity.ts';
import type { FieldMapping, HistoryMapping } from './mapping.ts';
import { type CheckedYaml, didYouMean, type Entry, itemsOf, textOf } from './yaml.ts';

/** Reads `history:`, the fields of a log's rows whose changes become ticket events. */
export function readHistory(
  yaml: CheckedYaml,
  entry: Entry,
  path: string,
  block: { entity: Entity; fields: readonly FieldMapping[]; rows: string | undefined; order: string | undefined },
): HistoryMapping | undefined {
  const { entity, fields, rows, order } = block;
  const known = Object.keys(entity.changeKinds ?? {});
  if (known.length === 0) {
    yaml.problem(entry.key, path, `does not go with ${entity.id}: only a ticket's changes are events`);
    return undefined;
  }
  if (rows !== 'last') yaml.problem(entry.key, path, 'needs rows: last, a file with a row for every state');
  if (order === undefined) yaml.problem(entry.key, path, 'needs order:, a column with the time of each row');
  const named = new Set<string>();
  for (const node of itemsOf(yaml, entry.value, path)) {
    const name = textOf(node) ?? '';
    if (!known.includes(name)) {
      yaml.problem(node, path, `"${name}" has no history${didYouMean(name, known)}; known: ${known.join(', ')}`);
    } else if (!fields.some((field) => field.name === name)) {
      yaml.problem(node, path, `"${name}" is not mapped in fields:`);
    }
    named.add(name);
  }
  if (named.size === 0) yaml.problem(entry.value ?? entry.key, path, `is empty; known: ${known.join(', ')}`);
  return { fields: [...named], place: yaml.place(entry.value ?? entry.key, path) };
}
