import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { entities, type Field } from '../../../src/domain/entities.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/importing.md'), 'utf8');

test.each(Object.values(entities).map((entity) => [entity.id, entity] as const))(
  'the page on importing lists every field of %s and every value of its closed sets',
  (id, entity) => {
    const row = page.split('\n').find((line) => line.startsWith(`| ${id} |`));
    const fields = Object.entries(entity.fields).map(
      ([name, field]) =>
        `${name}${field.required ? '*' : ''}${field.values ? ` (${field.values.join(', ')})` : ''}${rangesOf(field)}`,
    );
    expect(row).toBe(`| ${id} | ${fields.join(' ')} |`);
  },
);

function rangesOf({ ranges }: Field): string {
  if (!ranges) return '';
  return ` (${Object.entries(ranges.of)
    .map(([value, { from, to }]) => `${value} ${from} to ${to}`)
    .join(', ')})`;
}
