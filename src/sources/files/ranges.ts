import type { FieldMapping } from './mapping.ts';

/** Says which field of a row is out of its range, and why; its values as COPY text, in the order of the fields. */
type RangeCheck = (values: readonly string[]) => { field: string; reason: string } | undefined;

/** The check of the ranges that these fields declare; undefined where none does, so that most files pay nothing for it. */
export function createRangeCheck(fields: readonly FieldMapping[]): RangeCheck | undefined {
  const checks = fields.flatMap(({ name, field: { range, rangeBy } }, slot) => {
    if (range) return [{ name, slot, rangeOf: () => range, decider: () => '' }];
    if (!rangeBy) return [];
    const bySlot = fields.findIndex((other) => other.name === rangeBy.field);
    const decider = (values: readonly string[]) => values[bySlot]!;
    return [
      {
        ...{ name, slot, rangeOf: (values: readonly string[]) => rangeBy.ranges[decider(values)] },
        decider: (values: readonly string[]) => ` of ${decider(values)}`,
      },
    ];
  });
  if (checks.length === 0) return undefined;
  return (values) => {
    for (const { name, slot, rangeOf, decider } of checks) {
      const value = values[slot]!;
      const range = rangeOf(values);
      if (!range || value === '\\N' || (Number(value) >= range.from && Number(value) <= range.to)) continue;
      const allowed = `${name}${decider(values)} is from ${range.from} to ${range.to}`;
      return { field: name, reason: `"${value}" is out of range: ${allowed} (say values: to translate another scale)` };
    }
    return undefined;
  };
}
