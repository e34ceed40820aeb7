import { type Entity, unmapped } from '../../domain/entity.ts';
import { placeholderVersion, type VersionKind } from '../../ingest/batch.ts';
import type { Moment, ReadMoment } from './dates.ts';
import { encoderOf, type Refusal } from './encode.ts';
import type { EntityMapping, FieldMapping, FileFormat } from './mapping.ts';
import { createRangeCheck } from './ranges.ts';
import type { Row } from './rows.ts';

/** A row, or one entity's part of it, that is not loaded. */
export interface Rejection {
  line: number;
  entity: Entity['id'];
  /** Field of the entity; undefined when it is the whole row. */
  field: string | undefined;
  reason: string;
}

/** Values of closed sets that nothing maps: by field, then by raw text, how many rows have it. */
export type UnmappedValues = Map<string, Map<string, number>>;

/** At most so many different raw texts are counted by name per field; free text mapped to a closed set has no end. */
const mostUnmappedTexts = 1000;

/** A row's part for one entity. */
export interface Converted {
  /** Undefined when it has none of its own: the stage derives it. */
  id: string | undefined;
  version: number;
  /** A bit per `keep: last-known` field, set where the row has a value. */
  known: number;
  /** Version and fields as COPY text, tab between. */
  text: string;
  /** The same with no more than its history needs (`history:`), for a row that says nothing else. */
  traces: string | undefined;
}

export interface EntityConverter {
  mapping: EntityMapping;
  /** The row's part for this entity, undefined when it has none, or why it is rejected. */
  convert(row: Row): Converted | Rejection | undefined;
  unmapped: UnmappedValues;
  versionKind(): VersionKind;
  /** The largest `order` so far, when that is a time. */
  latest(): Temporal.Instant | undefined;
}

export interface ConverterOptions {
  format: FileFormat;
  /** Where a column's value stands in a row. */
  slotOf(column: string): number;
  /** Version of records that have none of their own. */
  runVersion: number;
  /** Whether the file feeds other entities too: then a row without this one's id just has none of it. */
  shared: boolean;
}

export function createEntityConverter(mapping: EntityMapping, options: ConverterOptions): EntityConverter {
  const { entity } = mapping;
  const unmappedValues: UnmappedValues = new Map();
  const keeps = mapping.fields.filter((field) => field.keepLastKnown);
  const cells = mapping.fields.map((field) => ({
    name: field.name,
    required: field.field.required === true,
    slot: options.slotOf(field.column),
    traced: field.name === 'id' || mapping.history?.fields.includes(field.name) === true,
    knownBit: keeps.includes(field) ? 1 << keeps.indexOf(field) : 0,
    read: createCell(field, mapping, options, unmappedValues),
  }));
  // Without these a row says nothing of this entity.
  const identity = cells.filter(({ name, required }) => (entity.derivedId ? required : name === 'id'));
  const outOfRange = createRangeCheck(mapping.fields);
  const versions = createVersions(mapping, options);

  const reject = (line: number, field: string, reason: string): Rejection => ({
    line,
    entity: entity.id,
    field,
    reason,
  });

  return {
    mapping,
    unmapped: unmappedValues,
    versionKind: versions.kind,
    latest: versions.latest,
    convert(row) {
      if (options.shared && identity.some(({ slot }) => isMissing(row.values[slot], options.format))) return undefined;
      let text = '';
      let traces = '';
      let id: string | undefined;
      let known = 0;
      const values: string[] | undefined = outOfRange && [];
      for (const { name, required, slot, traced, knownBit, read } of cells) {
        const raw = row.values[slot] ?? null;
        const cell = read(raw, row);
        const value = name === 'id' && cell === '' ? '\\N' : cell;
        if (typeof value !== 'string') return reject(row.line, name, `${shown(raw)} ${value.reason}`);
        if (required && (value === '\\N' || value === '')) return reject(row.line, name, 'is missing');
        if (name === 'id' && value !== '\\N') id = value;
        if (knownBit !== 0 && value !== '\\N') known |= knownBit;
        values?.push(value);
        text += `\t${value}`;
        if (mapping.history) traces += traced ? `\t${value}` : '\t\\N';
      }
      const wrong = values && outOfRange?.(values);
      if (wrong) return reject(row.line, wrong.field, wrong.reason);
      const version = versions.of(row);
      if (typeof version === 'string') return reject(row.line, versions.field, version);
      return { id, version, known, text: version + text, traces: mapping.history && version + traces };
    },
  };
}

function isMissing(raw: string | null | undefined, format: FileFormat): boolean {
  // Most values are longer than any mark for "missing": no need to hash those.
  return raw === null || raw === undefined || (raw.length <= format.longestNull && format.nulls.has(raw));
}

type Cell = (raw: string | null, row: Row) => string | Refusal;

/** The cell of a field; where another field says which closed set it belongs to, there is one for each. */
function createCell(
  mapping: FieldMapping,
  { fields }: EntityMapping,
  { format, slotOf }: ConverterOptions,
  counts: UnmappedValues,
): Cell {
  const { valuesBy } = mapping.field;
  const plain = createPlainCell(mapping, mapping.field.values, format, counts);
  const by = fields.find((field) => field.name === valuesBy?.field);
  if (!valuesBy || !by) return plain;
  const slot = slotOf(by.column);
  const readBy = createPlainCell(by, by.field.values, format, new Map());
  const cells = new Map<unknown, Cell>(
    Object.entries(valuesBy.sets).map(([value, set]) => [value, createPlainCell(mapping, set, format, counts)]),
  );
  return (raw, row) => (cells.get(readBy(row.values[slot] ?? null, row)) ?? plain)(raw, row);
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

interface Versions {
  /** What a rejection for want of a version is about. */
  field: string;
  of(row: Row): number | string;
  kind(): VersionKind;
  latest(): Temporal.Instant | undefined;
}

function createVersions(mapping: EntityMapping, options: ConverterOptions): Versions {
  if (mapping.order) return orderVersions(options.slotOf(mapping.order.column), options.format);
  const stamps = ['updated_at', 'created_at'].flatMap((name) => mapping.fields.filter((field) => field.name === name));
  if (stamps[0]?.name !== 'updated_at') {
    return { field: 'id', of: () => options.runVersion, kind: () => 'run', latest: () => undefined };
  }
  // A record that was never updated is as old as its creation.
  const readers = stamps.map((field) => {
    const slot = options.slotOf(field.column);
    return (row: Row) => {
      const raw = row.values[slot] ?? null;
      const text = raw === null || isMissing(raw, options.format) ? null : (field.values?.get(raw) ?? raw);
      const moment =
        text === null || field.values?.get(raw ?? '') === null ? undefined : options.format.readMoment(text);
      return typeof moment === 'object' ? moment.micros : undefined;
    };
  });
  return {
    field: 'updated_at',
    of: (row) => {
      const version = readers[0]?.(row) ?? readers[1]?.(row) ?? options.runVersion;
      return isVersion(version) ? version : 'is too far from today to order by';
    },
    kind: () => 'time',
    latest: () => undefined,
  };
}

/** The `order` column holds times or whole numbers; the first value that is either decides for the file. */
function orderVersions(slot: number, format: FileFormat): Versions {
  let kind: 'time' | 'counter' | undefined;
  let largest = Number.NEGATIVE_INFINITY;
  const readMoment = rememberedMoment(format.readMoment);
  const read = (raw: string): number | string => {
    if (kind !== 'counter') {
      const moment = readMoment(raw);
      if (typeof moment === 'object') {
        kind = 'time';
        return moment.micros;
      }
      if (kind === 'time') return `${shown(raw)} ${moment}`;
    }
    if (!/^-?\d+$/.test(raw)) return `${shown(raw)} is neither a time nor a whole number`;
    kind = 'counter';
    return Number(raw);
  };
  return {
    field: 'order',
    of(row) {
      const raw = row.values[slot] ?? null;
      if (raw === null || isMissing(raw, format)) return 'is missing';
      const version = read(raw);
      if (typeof version === 'string') return version;
      if (!isVersion(version)) return `${shown(raw)} is too large to order by`;
      if (version > largest) largest = version;
      return version;
    },
    kind: () => kind ?? 'time',
    latest: () => (kind === 'time' ? Temporal.Instant.fromEpochNanoseconds(BigInt(largest) * 1000n) : undefined),
  };
}

function rememberedMoment(read: ReadMoment): ReadMoment {
  let lastRaw: string | undefined;
  let last: Moment | string = '';
  return (raw) => {
    if (raw !== lastRaw) {
      last = read(raw);
      lastRaw = raw;
    }
    return last;
  };
}

function isVersion(version: number): boolean {
  return Number.isSafeInteger(version) && version > placeholderVersion;
}

function shown(raw: string | null): string {
  return JSON.stringify(raw !== null && raw.length > 60 ? `${raw.slice(0, 60)}...` : raw);
}
