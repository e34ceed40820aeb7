import type { FieldMapping } from './mapping.ts';

/** Says which field of a row is out of its range, and why; its values as COPY text, in the order of the fields. */
type RangeCheck = (values: readonly string[]) => { field: string; reason: string } | undefined;

/** The check of the ranges that these fields declare; undefined where none does, so that most files pay nothing for it. */
export function createRangeCheck(fields: readonly FieldMapping[]): RangeCheck | undefined {
  const checks = fields.flatMap(({ name, field: { rangeBy } }, slot) =>
    rangeBy ? [{ name, slot, ...rangeBy, bySlot: fields.findIndex((other) => other.name === rangeBy.field) }] : [],
  );
  if (checks.length === 0) return undefined;
  return (values) => {
    for (const { name, slot, ranges, bySlot } of checks) {
      const [value, decider] = [values[slot]!, values[bySlot]!];
      const range = ranges[decider];
      if (!range || (Number(value) >= range.from && Number(value) <= range.to)) continue;
      const allowed = `${name} of ${decider} is from ${range.from} to ${range.to}`;
      return { field: name, reason: `"${value}" is out of range: ${allowed} (say values: to translate another scale)` };
    }
    return undefined;
  };
}
