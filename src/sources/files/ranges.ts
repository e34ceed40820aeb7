import type { FieldMapping } from './mapping.ts';

/** The field that is out of its range, and why. */
export interface OutOfRange {
  field: string;
  reason: string;
}

/**
 * A check of a row's values, in the order of `fields` as COPY text, against the ranges their fields declare; undefined
 * where none of them does, so that most files pay nothing for it.
 */
export function createRangeCheck(
  fields: readonly FieldMapping[],
): ((values: readonly string[]) => OutOfRange | undefined) | undefined {
  const checks = fields.flatMap(({ name, field: { ranges } }, slot) =>
    ranges ? [{ name, slot, ranges, bySlot: fields.findIndex((other) => other.name === ranges.by) }] : [],
  );
  if (checks.length === 0) return undefined;
  return (values) => {
    for (const { name, slot, ranges, bySlot } of checks) {
      const value = values[slot] ?? '\\N';
      const decider = values[bySlot] ?? '';
      const range = ranges.of[decider];
      if (!range || value === '\\N') continue;
      const number = Number(value);
      if (number >= range.from && number <= range.to) continue;
      const allowed = `${name} of ${decider} is from ${range.from} to ${range.to}`;
      return { field: name, reason: `"${value}" is out of range: ${allowed} (say values: to translate another scale)` };
    }
    return undefined;
  };
}
