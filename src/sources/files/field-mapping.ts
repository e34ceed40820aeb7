import type { Node } from 'yaml';
import { type Entity, type Field, unmapped } from '../../domain/entity.ts';
import { encoderOf } from './encode.ts';
import type { FieldMapping, FileFormat } from './mapping.ts';
import { type CheckedYaml, didYouMean, type Entry, entriesOf, textAt, textOf } from './yaml.ts';

const fieldKeys = ['column', 'values', 'keep'];

/** Reads one line of `fields:`, `field: column` or `field: {column, values, keep}`. */
export function readFieldMapping(
  yaml: CheckedYaml,
  entry: Entry,
  entity: Entity,
  path: string,
  options: { keepsLastRow: boolean; readMoment: FileFormat['readMoment'] },
): FieldMapping | undefined {
  const here = `${path}.${entry.name}`;
  const name = entity.aliases?.[entry.name] ?? entry.name;
  const field = entity.fields[name];
  if (!field) {
    const names = Object.keys(entity.fields);
    const hint = `${didYouMean(entry.name, names)}; known: ${names.join(', ')}`;
    yaml.problem(entry.key, here, `${entity.id} has no field "${entry.name}"${hint}`);
    return undefined;
  }
  const short = textOf(entry.value);
  if (typeof short === 'string' && short !== '') {
    return {
      name,
      field,
      column: short,
      place: yaml.place(entry.value, here),
      values: undefined,
      keepLastKnown: false,
    };
  }
  if (short !== undefined) {
    yaml.problem(entry.key, here, 'needs a column');
    return undefined;
  }
  const entries = entriesOf(yaml, entry.value, here, fieldKeys);
  const columnEntry = entries?.get('column');
  if (entries && !columnEntry) yaml.problem(entry.key, here, 'needs column:');
  const column = columnEntry ? textAt(yaml, columnEntry, `${here}.column`) : undefined;
  const valuesEntry = entries?.get('values');
  const values = valuesEntry ? readValues(yaml, valuesEntry, field, `${here}.values`, options.readMoment) : undefined;
  const keepEntry = entries?.get('keep');
  if (keepEntry) checkKeep(yaml, keepEntry, field, `${here}.keep`, options.keepsLastRow);
  if (column === undefined) return undefined;
  const place = yaml.place(columnEntry?.value, here);
  return { name, field, column, place, values, keepLastKnown: keepEntry !== undefined };
}

function readValues(
  yaml: CheckedYaml,
  entry: Entry,
  field: Field,
  path: string,
  readMoment: FileFormat['readMoment'],
): Map<string, string | null> | undefined {
  const entries = entriesOf(yaml, entry.value, path);
  if (!entries) return undefined;
  const encode = encoderOf(field, readMoment);
  const values = new Map<string, string | null>();
  for (const { name, key, value } of entries.values()) {
    const meant = textOf(value);
    if (meant === undefined) {
      yaml.problem(value ?? key, path, `"${name}" needs a single value`);
    } else if (
      meant !== null &&
      field.values &&
      !(meant === unmapped && !field.onlyValues) &&
      !field.values.includes(meant)
    ) {
      const hint = `${didYouMean(meant, field.values)}; one of ${field.values.join(', ')}`;
      yaml.problem(value, path, `"${meant}" is not a value of this field${hint}`);
    } else if (meant !== null && typeof encode(meant) !== 'string') {
      yaml.problem(value, path, `"${meant}" ${(encode(meant) as { reason: string }).reason}`);
    }
    values.set(name, meant ?? null);
  }
  return values;
}

function checkKeep(yaml: CheckedYaml, entry: Entry, field: Field, path: string, keepsLastRow: boolean): void {
  const at: Node | null = entry.value ?? entry.key;
  if (textOf(entry.value) !== 'last-known') yaml.problem(at, path, 'has to be last-known');
  if (!keepsLastRow) yaml.problem(at, path, 'needs rows: last, so that there is an order to keep the last of');
  if (field.required) yaml.problem(at, path, 'does not go with a required field: a row without it is rejected');
}
