import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { entities } from '../../../src/domain/entities.ts';
import type { Field } from '../../../src/domain/entity.ts';
import { parseMapping } from '../../../src/sources/files/read-mapping.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const page = readFileSync(path.join(root, 'docs/importing.md'), 'utf8');

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

test.each(readdirSync(path.join(root, 'examples/maps')))(
  'the example %s is a mapping, and the page names it',
  (name) => {
    const text = readFileSync(path.join(root, 'examples/maps', name), 'utf8');
    expect(() => parseMapping(text, name)).not.toThrow();
    expect(page).toContain(`examples/maps/${name}`);
  },
);

function rangesOf({ range, rangeBy }: Field): string {
  if (range) return ` (${range.from} to ${range.to})`;
  if (!rangeBy) return '';
  return ` (${Object.entries(rangeBy.ranges)
    .map(([value, { from, to }]) => `${value} ${from} to ${to}`)
    .join(', ')})`;
}
