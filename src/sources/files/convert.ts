import type { Entity } from '../../domain/entity.ts';
import { placeholderVersion, type VersionKind } from '../../ingest/batch.ts';
import { type ConverterOptions, createCell, isMissing, rawReader, type UnmappedValues } from './cells.ts';
import type { Moment, ReadMoment } from './dates.ts';
import type { EntityMapping, FileFormat } from './mapping.ts';
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
  /** The row's own id, as it is stored, and version; each undefined where the row has none that can be taken. */
  identify(row: Row): { id: string | undefined; version: number | undefined };
  unmapped: UnmappedValues;
  versionKind(): VersionKind;
  /** The largest `order` so far, when that is a time. */
  latest(): Temporal.Instant | undefined;
}

export function createEntityConverter(mapping: EntityMapping, options: ConverterOptions): EntityConverter {
  const { entity } = mapping;
  const unmappedValues: UnmappedValues = new Map();
  const keeps = mapping.fields.filter((field) => field.keepLastKnown);
  const cells = mapping.fields.map((field) => ({
    name: field.name,
    required: field.field.required === true,
    rawOf: rawReader(field, options.slotOf),
    traced: field.name === 'id' || mapping.history?.fields.includes(field.name) === true,
    knownBit: keeps.includes(field) ? 1 << keeps.indexOf(field) : 0,
    read: createCell(field, mapping, options, unmappedValues),
  }));
  // Without these a row says nothing of this entity.
  const identity = cells.filter(({ name, required }) => (entity.derivedId ? required : name === 'id'));
  const outOfRange = createRangeCheck(mapping.fields);
  const versions = createVersions(mapping, options);
  const conditions = (mapping.where ?? []).map((one) => ({ ...one, slot: options.slotOf(one.column) }));

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
    identify(row) {
      const cell = cells.find(({ name }) => name === 'id');
      const id = cell?.read(cell.rawOf(row), row);
      const version = versions.of(row);
      return {
        id: typeof id === 'string' && id !== '' && id !== '\\N' ? unescaped(id) : undefined,
        version: typeof version === 'number' ? version : undefined,
      };
    },
    convert(row) {
      for (const { slot, texts, not } of conditions) if (texts.has(row.values[slot] ?? '') === not) return undefined;
      if (options.shared && identity.some(({ rawOf }) => isMissing(rawOf(row), options.format))) return undefined;
      let text = '';
      let traces = '';
      let id: string | undefined;
      let known = 0;
      const values: string[] | undefined = outOfRange && [];
      for (const { name, required, rawOf, traced, knownBit, read } of cells) {
        const raw = rawOf(row);
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
    const rawOf = rawReader(field, options.slotOf);
    return (row: Row) => {
      const raw = rawOf(row);
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

/** A COPY text as it is stored. */
function unescaped(text: string): string {
  const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return text.replace(/\\(.)/gs, (_all, char: string) => escapes[char] ?? char);
}

function shown(raw: string | null): string {
  return JSON.stringify(raw !== null && raw.length > 60 ? `${raw.slice(0, 60)}...` : raw);
}
