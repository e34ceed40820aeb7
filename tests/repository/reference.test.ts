import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { referencePages } from '../../src/app/reference.ts';
import { allCommands } from '../../src/commands.ts';
import { variables } from '../../src/config/environment.ts';
import { dimensionOf } from '../../src/kpis/dimensions.ts';
import { kpis } from '../../src/kpis/index.ts';
import { rollups } from '../../src/rollups/index.ts';

const root = path.join(import.meta.dirname, '..', '..');
const read = (...parts: string[]) => readFileSync(path.join(root, ...parts), 'utf8');
const folders = (...parts: string[]) =>
  readdirSync(path.join(root, ...parts), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();

describe('registries, folders and documents agree', () => {
  test('the reference pages are what the code says (npm run docs)', () => {
    const pages = referencePages(allCommands);
    expect(readdirSync(path.join(root, 'docs', 'reference')).sort()).toEqual(Object.keys(pages).sort());
    for (const [name, text] of Object.entries(pages)) expect(read('docs', 'reference', name)).toBe(text);
  });

  test('every KPI room is in the catalogue, under its own name', () => {
    expect(kpis.map((kpi) => kpi.id).sort()).toEqual(folders('src', 'kpis'));
  });

  test('every rollup file is in the registry', () => {
    const files = readdirSync(path.join(root, 'src', 'rollups')).filter((file) =>
      /^export const \w+: Rollup = /m.test(read('src', 'rollups', file)),
    );
    expect(rollups.map((rollup) => `${rollup.id}.ts`).sort()).toEqual(files.sort());
  });

  test('every subcommand file of app is a command', () => {
    const files = readdirSync(path.join(root, 'src', 'app', 'commands')).filter((file) => file !== 'index.ts');
    const names = allCommands.map((command) => `${command.name}.ts`);
    expect(files.filter((file) => !names.includes(file))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  test('every KPI declares dimensions and rollups that exist, an example that starts with its id, and a caveat', () => {
    for (const kpi of kpis) {
      for (const dimension of kpi.dimensions) expect(dimensionOf(dimension).id).toBe(dimension);
      for (const rollup of kpi.rollups) expect(rollups).toContain(rollup);
      if ('select' in kpi.datedBy) expect(kpi.rollups).toContain(kpi.datedBy);
      for (const example of kpi.examples) expect(example.startsWith(kpi.id)).toBe(true);
      expect(kpi.examples.length).toBeGreaterThan(1);
      expect(kpi.caveats.length).toBeGreaterThan(0);
    }
  });

  test('the decisions are listed', () => {
    const files = readdirSync(path.join(root, 'docs', 'decisions')).filter((file) => file !== 'README.md');
    const index = read('docs', 'decisions', 'README.md');
    expect(files.filter((file) => !index.includes(`(${file})`))).toEqual([]);
    expect([...index.matchAll(/\]\(([a-z-]+\.md)\)/g)].map((match) => match[1]).sort()).toEqual(files.sort());
  });

  test('the README names the two commands and the documents it links exist', () => {
    const readme = read('README.md');
    expect(readme.indexOf('npm run demo')).toBeLessThan(readme.indexOf('npm test'));
    for (const [, target] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) expect(() => read(target!)).not.toThrow();
  });

  test('environment variables are read under the names that are documented', () => {
    const used = [...read('src', 'config', 'environment.ts').matchAll(/read\('([A-Z_]+)'\)/g)].map((match) => match[1]);
    expect([...new Set(used)].sort()).toEqual(variables.map((variable) => variable.name).sort());
  });
});
