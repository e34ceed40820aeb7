import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../src/pdf/find-chromium.ts';

const home = mkdtempSync(path.join(os.tmpdir(), 'crema-find-'));
afterAll(() => rmSync(home, { recursive: true }));

const program = (name: string, mode = 0o755) => {
  const file = path.join(home, name);
  writeFileSync(file, '');
  chmodSync(file, mode);
  return file;
};

describe('the browser to print with', () => {
  test('is the one that is named', async () => {
    const named = program('named');
    expect(await findChromium({ executablePath: named, home, places: [program('installed')] })).toBe(named);
  });

  test('is not another one when the named one is not there', async () => {
    const search = { executablePath: '/nowhere/chrome', home, places: [program('installed')] };
    await expect(findChromium(search)).rejects.toMatchObject({
      code: 'PDF_NO_BROWSER',
      message: 'PUPPETEER_EXECUTABLE_PATH names /nowhere/chrome, which cannot be run',
      usage: true,
    });
  });

  test('is else the first that is installed', async () => {
    const second = program('second');
    expect(await findChromium({ home, places: ['/nowhere/chrome', second, program('third')] })).toBe(second);
  });

  test.each([
    ['darwin', 'arm64'],
    ['win32', 'x64'],
    ['linux', 'arm64'],
  ] as const)('is none on %s %s when none is installed, and what was tried is said', async (platform, arch) => {
    const search = { home, platform, arch, places: ['/nowhere/one', '/nowhere/two'] };
    await expect(findChromium(search)).rejects.toMatchObject({
      code: 'PDF_NO_BROWSER',
      message: `no browser to print with: none installed (tried /nowhere/one, /nowhere/two), and the bundled one is for linux x64, not ${platform} ${arch}`,
      remedy: 'install Chrome or Chromium, or name one in PUPPETEER_EXECUTABLE_PATH',
    });
  });

  test('is none when there is no place to unpack the bundled one', async () => {
    const search = { home: path.join(program('a-file'), 'home'), platform: 'linux', arch: 'x64', places: [] } as const;
    await expect(findChromium(search)).rejects.toMatchObject({
      code: 'PDF_NO_BROWSER',
      message: expect.stringContaining('could not be unpacked under'),
      remedy: expect.stringContaining('writable'),
    });
  });
});
