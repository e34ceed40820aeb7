import type { Node } from 'yaml';
import { type Entity, type Field, unmapped } from '../../domain/entity.ts';
import { type Encode, encodeMajor, encoderOf } from './encode.ts';
import type { FieldMapping, FileFormat } from './mapping.ts';
import { type CheckedYaml, didYouMean, type Entry, entriesOf, itemsOf, textAt, textOf } from './yaml.ts';

const fieldKeys = ['column', 'columns', 'value', 'plus', 'values', 'keep'];

const secondsOf: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3600 };

/**
 * Reads one line of `fields:`: `field: column`, `field: {column, values, keep}`, with `columns` several whose texts are
 * joined, with `value` a constant.
 */
export function readFieldMapping(
  yaml: CheckedYaml,
  entry: Entry,
  entity: Entity,
  path: string,
  options: { keepsLastRow: boolean; readMoment: FileFormat['readMoment'] },
): FieldMapping | undefined {
  const here = `${path}.${entry.name}`;
  const major = majorOf(entity, entry.name);
  const name = entity.aliases?.[entry.name] ?? major ?? entry.name;
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
      ...(major === undefined ? {} : { major: true }),
    };
  }
  if (short !== undefined) {
    yaml.problem(entry.key, here, 'needs a column');
    return undefined;
  }
  const entries = entriesOf(yaml, entry.value, here, fieldKeys);
  const origin = entries && readOrigin(yaml, entries, entry, here);
  const valuesEntry = entries?.get('values');
  // Translated amounts are in major units too.
  const encode = major === undefined ? encoderOf(field, options.readMoment) : (raw: string) => encodeMajor(raw, 'USD');
  const values = valuesEntry ? readValues(yaml, valuesEntry, field, `${here}.values`, encode) : undefined;
  const keepEntry = entries?.get('keep');
  if (keepEntry) checkKeep(yaml, keepEntry, field, `${here}.keep`, options.keepsLastRow);
  if (!origin) return undefined;
  const plusEntry = entries.get('plus');
  const plus = plusEntry && readPlus(yaml, plusEntry, { field, origin, values }, `${here}.plus`);
  if (origin.constant != null) checkConstant(yaml, entries.get('value')!, field, encode, `${here}.value`);
  const last = keepEntry !== undefined;
  return {
    ...{ name, field, ...origin, values, keepLastKnown: last },
    ...(plus ? { plus } : {}),
    ...(major === undefined ? {} : { major: true }),
  };
}

/** Reads `plus: {minutes: column}`, a span of time to add to the one in `column:`. */
function readPlus(
  yaml: CheckedYaml,
  entry: Entry,
  { field, origin, values }: { field: Field; origin: Origin; values: unknown },
  path: string,
): FieldMapping['plus'] {
  const units = [...(entriesOf(yaml, entry.value, path, Object.keys(secondsOf))?.values() ?? [])];
  const [unit] = units;
  if (field.type !== 'timestamp' || origin.constant !== undefined || origin.more || values)
    yaml.problem(entry.key, path, 'goes only with a time in column:, without values:');
  if (!unit || units.length > 1) {
    yaml.problem(entry.value ?? entry.key, path, `needs one of ${Object.keys(secondsOf).join(', ')} with its column`);
    return undefined;
  }
  const column = textAt(yaml, unit, `${path}.${unit.name}`);
  return column === undefined ? undefined : { column, seconds: secondsOf[unit.name]! };
}

/** The field in minor units of a currency that a name stands for in major ones: `amount` for `amount_minor`. */
function majorOf(entity: Entity, name: string): string | undefined {
  const minor = `${name}_minor`;
  return entity.fields[minor]?.type === 'amount' ? minor : undefined;
}

type Origin = Pick<FieldMapping, 'column' | 'place' | 'more' | 'constant'>;

/** Where the raw text comes from: one of `column`, `columns` and `value`. */
function readOrigin(
  yaml: CheckedYaml,
  entries: ReadonlyMap<string, Entry>,
  { key }: Entry,
  here: string,
): Origin | undefined {
  const given = [...entries.values()].filter(({ name }) => name === 'column' || name === 'columns' || name === 'value');
  const [entry] = given;
  if (!entry || given.length > 1) {
    yaml.problem(key, here, entry ? 'needs only one of column:, columns: and value:' : 'needs column:');
    return undefined;
  }
  const place = yaml.place(entry.value, here);
  if (entry.name === 'columns') {
    const columns = itemsOf(yaml, entry.value, `${here}.columns`).map(textOf);
    const [column, ...more] = columns.filter((text) => typeof text === 'string' && text !== '') as string[];
    if (column !== undefined && more.length === columns.length - 1) return { column, place, more };
    yaml.problem(entry.value, `${here}.columns`, 'has to be a list of columns');
    return undefined;
  }
  if (entry.name === 'value' && textOf(entry.value) === null) return { column: '', place, constant: null };
  const text = textAt(yaml, entry, `${here}.${entry.name}`);
  if (text === undefined) return undefined;
  return entry.name === 'value' ? { column: '', place, constant: text } : { column: text, place };
}

function checkConstant(yaml: CheckedYaml, entry: Entry, field: Field, encode: Encode, path: string): void {
  const text = textOf(entry.value) ?? '';
  const read = encode(text);
  if (field.values && !field.values.includes(text)) {
    const hint = `${didYouMean(text, field.values)}; one of ${field.values.join(', ')}`;
    yaml.problem(entry.value, path, `"${text}" is not a value of this field${hint}`);
  } else if (typeof read !== 'string') yaml.problem(entry.value, path, `"${text}" ${read.reason}`);
}

function readValues(
  yaml: CheckedYaml,
  entry: Entry,
  field: Field,
  path: string,
  encode: Encode,
): Map<string, string | null> | undefined {
  const entries = entriesOf(yaml, entry.value, path);
  if (!entries) return undefined;
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
