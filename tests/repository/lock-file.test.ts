import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

interface Locked {
  version?: string;
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}

const root = path.join(import.meta.dirname, '..', '..');
const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};

/** Where Node would find a package that `from` asks for. */
function find(from: string, name: string): Locked | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules') - 1))) {
    const found = lock.packages[folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`];
    if (found || folder === '') return found;
  }
}

describe('the lock file', () => {
  test('holds the binaries of every platform, not only of the one it was written on', () => {
    const asked = Object.entries(lock.packages).flatMap(([from, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).map((name) => [from, name] as const),
    );
    expect(asked.length).toBeGreaterThan(30);
    expect(asked.filter(([from, name]) => !find(from, name)).map(([from, name]) => `${from} asks for ${name}`)).toEqual(
      [],
    );
  });

  test('names no download addresses: whoever installs uses their own registry', () => {
    expect(Object.entries(lock.packages).filter(([, { resolved }]) => resolved?.startsWith('http'))).toEqual([]);
  });
});
