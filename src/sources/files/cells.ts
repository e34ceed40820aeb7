import { unmapped } from '../../domain/entity.ts';
import { encodeMajor, encoderOf, type Refusal } from './encode.ts';
import type { EntityMapping, FieldMapping, FileFormat } from './mapping.ts';
import type { Row } from './rows.ts';

/** Values of closed sets that nothing maps: by field, then by raw text, how many rows have it. */
export type UnmappedValues = Map<string, Map<string, number>>;

/** At most so many different raw texts are counted by name per field; free text mapped to a closed set has no end. */
const mostUnmappedTexts = 1000;

export interface ConverterOptions {
  format: FileFormat;
  /** Where a column's value stands in a row. */
  slotOf(column: string): number;
  /** Version of records that have none of their own. */
  runVersion: number;
  /** Whether the file feeds other entities too: then a row without this one's id just has none of it. */
  shared: boolean;
  /** ISO 4217 code of amounts that do not name one. */
  currency?: string | undefined;
}

export function isMissing(raw: string | null | undefined, format: FileFormat): boolean {
  // Most values are longer than any mark for "missing": no need to hash those.
  return raw === null || raw === undefined || (raw.length <= format.longestNull && format.nulls.has(raw));
}

/** Where a field's raw text comes from. */
export function rawReader(
  { column, more, constant }: FieldMapping,
  slotOf: ConverterOptions['slotOf'],
): (row: Row) => string | null {
  if (constant !== undefined) return () => constant;
  const slot = slotOf(column);
  if (!more) return (row) => row.values[slot] ?? null;
  const slots = [slot, ...more.map(slotOf)];
  return (row) => {
    const texts = slots.map((one) => row.values[one]?.trim()).filter((text) => text);
    return texts.length === 0 ? null : texts.join(' ');
  };
}

type Cell = (raw: string | null, row: Row) => string | Refusal;

/** The cell of a field; where another field says which closed set it belongs to, there is one for each. */
export function createCell(
  mapping: FieldMapping,
  { fields }: EntityMapping,
  { format, slotOf, currency }: ConverterOptions,
  counts: UnmappedValues,
): Cell {
  const { valuesBy } = mapping.field;
  if (mapping.major) {
    const named = fields.find(({ name }) => name === 'currency');
    return createAmountCell(mapping, named && rawReader(named, slotOf), { format, currency });
  }
  if (mapping.plus) return createSumCell(mapping.plus.seconds, slotOf(mapping.plus.column), format);
  const plain = createPlainCell(mapping, mapping.field.values, format, counts);
  const by = fields.find((field) => field.name === valuesBy?.field);
  if (!valuesBy || !by) return plain;
  const rawBy = rawReader(by, slotOf);
  const readBy = createPlainCell(by, by.field.values, format, new Map());
  const cells = new Map<unknown, Cell>(
    Object.entries(valuesBy.sets).map(([value, set]) => [value, createPlainCell(mapping, set, format, counts)]),
  );
  return (raw, row) => (cells.get(readBy(rawBy(row), row)) ?? plain)(raw, row);
}

/** An amount in major units, in the currency its row names or in that of the tenant. */
function createAmountCell(
  { values }: FieldMapping,
  named: ((row: Row) => string | null) | undefined,
  { format, currency }: Pick<ConverterOptions, 'format' | 'currency'>,
): Cell {
  return (raw, row) => {
    if (raw === null || isMissing(raw, format)) return '\\N';
    const meant = values?.get(raw);
    if (meant === null) return '\\N';
    const code = named?.(row) ?? null;
    return encodeMajor(meant ?? raw, code === null || isMissing(code, format) ? (currency ?? 'USD') : code);
  };
}

/** A time and a number of seconds (times `unit`) after it. */
function createSumCell(unit: number, slot: number, format: FileFormat): Cell {
  return (raw, row) => {
    const more = row.values[slot] ?? null;
    if (raw === null || isMissing(raw, format) || more === null || isMissing(more, format)) return '\\N';
    const moment = format.readMoment(raw);
    if (typeof moment === 'string') return { reason: moment };
    if (!/^\d{1,9}(\.\d+)?$/.test(more)) return { reason: `and "${more}", to be added, which is not a number` };
    const micros = BigInt(moment.micros) + BigInt(Math.round(Number(more) * unit * 1e6));
    return Temporal.Instant.fromEpochNanoseconds(micros * 1000n).toString();
  };
}

/** Raw text to COPY text for one field: nulls, then `values:`, then the field's type; closed sets keep `unmapped`. */
function createPlainCell(
  mapping: FieldMapping,
  closedSet: readonly string[] | undefined,
  format: FileFormat,
  counts: UnmappedValues,
): Cell {
  const { field, values } = mapping;
  const encode = encoderOf(field, format.readMoment);
  const missing = field.missingAs === undefined ? '\\N' : field.missingAs ? 't' : 'f';
  const read = (raw: string | null) => {
    if (raw === null || isMissing(raw, format)) return missing;
    const meant = mapping.derive ? mapping.derive(raw) : values?.get(raw);
    if (meant === null) return missing;
    const value = meant ?? raw;
    if (!closedSet) return encode(value);
    if (closedSet.includes(value)) return value;
    return field.onlyValues ? { reason: `is none of ${closedSet.join(', ')}` } : unmapped;
  };
  // Rows of one record stand together in most files, so a value is often the one just read.
  let lastRaw: string | null | undefined;
  let last: string | Refusal = '';
  return (raw) => {
    if (raw !== lastRaw) {
      last = read(raw);
      lastRaw = raw;
    }
    if (last === unmapped && closedSet && raw !== null && values?.get(raw) !== unmapped)
      countUnmapped(counts, mapping.name, raw);
    return last;
  };
}

function countUnmapped(counts: UnmappedValues, field: string, raw: string): void {
  const texts = counts.get(field) ?? new Map<string, number>();
  counts.set(field, texts);
  const known = texts.get(raw);
  // The copy lets go of the piece of file that a cut-out text would hold on to.
  if (known !== undefined) texts.set(raw, known + 1);
  else if (texts.size < mostUnmappedTexts) texts.set(Buffer.from(raw).toString(), 1);
  else texts.set('(others)', (texts.get('(others)') ?? 0) + 1);
}
