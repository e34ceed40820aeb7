import { usageError } from '../../lib/errors.ts';
import type { ColumnUse, FileMapping } from './mapping.ts';
import { didYouMean } from './yaml.ts';

/** What blocks of a mapping say about columns. */
type Blocks = Pick<FileMapping, 'entities'>;

/** The columns a mapping reads, each once. */
export function columnsOf(mapping: Blocks): string[] {
  return [...new Set(usesOf(mapping).map((use) => use.column))];
}

/** Refuses a file whose header lacks a mapped column or has it twice; names every such column and what there is. */
export function checkColumns(mapping: Blocks, header: readonly string[], file: string): void {
  const problems = usesOf(mapping).flatMap(({ column, place }) => {
    const found = header.filter((name) => name === column).length;
    if (found === 1) return [];
    if (found > 1) return [`${place}: ${file} has ${found} columns named "${column}"`];
    return [`${place}: ${file} has no column "${column}"${didYouMean(column, header)}`];
  });
  if (problems.length === 0) return;
  throw usageError(
    'MAP_COLUMNS',
    problems.join('\n'),
    `Columns of ${file}: ${header.map((name) => `"${name}"`).join(', ')}.`,
  );
}

function usesOf(mapping: Blocks): ColumnUse[] {
  return mapping.entities.flatMap(({ fields, order, where }) => [
    ...fields.flatMap((field) => {
      if (field.constant !== undefined) return [];
      const further = [...(field.more ?? []), ...(field.plus ? [field.plus.column] : [])];
      return [field, ...further.map((column) => ({ column, place: field.place }))];
    }),
    ...(order ? [order] : []),
    ...(where ?? []),
  ]);
}
