import { isMap, isScalar } from 'yaml';
import type { Condition, DeletedMapping } from './mapping.ts';
import { type CheckedYaml, type Entry, entriesOf, itemsOf, sourceOf, textAt, textOf } from './yaml.ts';

/** Reads `where:`, columns with the text or texts a row has to have, or `{not: ...}` those it must not have. */
export function readWhere(yaml: CheckedYaml, entry: Entry, path: string): Condition[] {
  const entries = entriesOf(yaml, entry.value, path);
  return [...(entries?.values() ?? [])].map((one) => {
    const here = `${path}.${one.name}`;
    const not = isMap(one.value) ? entriesOf(yaml, one.value, here, ['not'])?.get('not') : undefined;
    const texts = isMap(one.value) && !not ? new Set<string>() : readTexts(yaml, not ?? one, here);
    return { column: one.name, place: yaml.place(one.key, path), texts, not: not !== undefined };
  });
}

/** Reads `deleted: column` or `deleted: {column, values}`. */
export function readDeleted(yaml: CheckedYaml, entry: Entry, path: string): DeletedMapping | undefined {
  const short = textOf(entry.value);
  if (typeof short === 'string' && short !== '') {
    return { column: short, place: yaml.place(entry.value, path), texts: undefined };
  }
  const entries = entriesOf(yaml, entry.value, path, ['column', 'values']);
  const columnEntry = entries?.get('column');
  if (!columnEntry) {
    if (entries) yaml.problem(entry.key, path, 'needs column:');
    return undefined;
  }
  const column = textAt(yaml, columnEntry, `${path}.column`);
  const valuesEntry = entries?.get('values');
  const texts = valuesEntry && readTexts(yaml, valuesEntry, `${path}.values`);
  return column === undefined ? undefined : { column, place: yaml.place(columnEntry.value, path), texts };
}

function readTexts(yaml: CheckedYaml, { key, value }: Entry, path: string): Set<string> {
  if (isScalar(value)) return new Set([sourceOf(value) ?? '']);
  const nodes = itemsOf(yaml, value, path);
  if (nodes.length === 0) yaml.problem(value ?? key, path, 'needs a text or a list of texts');
  return new Set(nodes.map((node) => sourceOf(node) ?? ''));
}
