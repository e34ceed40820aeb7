import { messageOf } from '../../lib/errors.ts';
import { compileDates } from './dates.ts';
import type { FileFormat } from './mapping.ts';
import { type CheckedYaml, type Entry, entriesOf, itemsOf, sourceOf, textAt, textOf } from './yaml.ts';

const formatKeys = ['delimiter', 'nulls', 'timezone', 'dates'];

/** Reads `format:`; without one a comma separates, an empty text is missing, and dates are ISO in UTC. */
export function readFormat(yaml: CheckedYaml, entry: Entry | undefined): FileFormat {
  const entries = (entry && entriesOf(yaml, entry.value, 'format', formatKeys)) ?? new Map<string, Entry>();
  const timezone = readTimezone(yaml, entries.get('timezone'));
  const nulls = readNulls(yaml, entries.get('nulls'));
  return {
    delimiter: readDelimiter(yaml, entries.get('delimiter')),
    nulls,
    longestNull: Math.max(0, ...[...nulls].map((text) => text.length)),
    readMoment: readDates(yaml, entries.get('dates'), timezone),
  };
}

function readDelimiter(yaml: CheckedYaml, entry: Entry | undefined): string {
  if (!entry) return ',';
  const delimiter = textOf(entry.value);
  if (typeof delimiter === 'string' && delimiter.length === 1 && !/["\r\n\\]/.test(delimiter)) return delimiter;
  yaml.problem(entry.value ?? entry.key, 'format.delimiter', 'has to be one character, such as ";" or "\\t"');
  return ',';
}

function readNulls(yaml: CheckedYaml, entry: Entry | undefined): Set<string> {
  if (!entry) return new Set(['']);
  return new Set(
    itemsOf(yaml, entry.value, 'format.nulls').map((node) => {
      const text = sourceOf(node);
      if (text === undefined) yaml.problem(node, 'format.nulls', 'has to be a list of texts, such as ["", "NULL"]');
      return text ?? '';
    }),
  );
}

function readTimezone(yaml: CheckedYaml, entry: Entry | undefined): string {
  if (!entry) return 'UTC';
  const zone = textAt(yaml, entry, 'format.timezone');
  try {
    if (zone !== undefined) Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return zone ?? 'UTC';
  } catch {
    yaml.problem(entry.value, 'format.timezone', `"${zone}" is not an IANA time zone such as Asia/Jakarta`);
    return 'UTC';
  }
}

function readDates(yaml: CheckedYaml, entry: Entry | undefined, timezone: string): FileFormat['readMoment'] {
  const patterns: string[] = [];
  const nodes = entry ? itemsOf(yaml, entry.value, 'format.dates') : [];
  for (const node of nodes) {
    const pattern = textOf(node);
    if (typeof pattern !== 'string') {
      yaml.problem(node, 'format.dates', 'has to be a list of patterns, such as ["d/M/yyyy HH:mm", iso]');
      continue;
    }
    try {
      compileDates([pattern], timezone);
      patterns.push(pattern);
    } catch (error) {
      yaml.problem(node, 'format.dates', `the pattern "${pattern}" ${messageOf(error)}`);
    }
  }
  return compileDates(patterns.length > 0 ? patterns : ['iso'], timezone);
}
