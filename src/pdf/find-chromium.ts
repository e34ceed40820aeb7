import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { access, chmod, constants, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { CremaError, messageOf } from '../lib/errors.ts';

/** Where Chrome and Chromium put themselves, by platform. */
const usualPlaces: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: [
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

const remedy = 'install Chrome or Chromium, or name one in PUPPETEER_EXECUTABLE_PATH';

export interface ChromiumSearch {
  /** What PUPPETEER_EXECUTABLE_PATH says; then nothing else is tried. */
  executablePath?: string | undefined;
  /** Folder under which the Chromium of the npm package is unpacked, once per version (about 200 MB). */
  home: string;
  platform?: NodeJS.Platform;
  arch?: string;
  /** Instead of the usual places of the platform. */
  places?: readonly string[];
}

/**
 * The browser to print with: the named one, else an installed Chrome or Chromium, else the one inside an npm package.
 * @throws CremaError PDF_NO_BROWSER with what was tried
 */
export async function findChromium(search: ChromiumSearch): Promise<string> {
  const { executablePath, home, platform = process.platform, arch = process.arch } = search;
  if (executablePath) {
    if (await canRun(executablePath)) return executablePath;
    throw new CremaError('PDF_NO_BROWSER', `PUPPETEER_EXECUTABLE_PATH names ${executablePath}, which cannot be run`, {
      remedy: 'name an installed Chrome or Chromium there, or unset it',
      usage: true,
    });
  }
  const places = search.places ?? usualPlaces[platform] ?? [];
  for (const place of places) if (await canRun(place)) return place;
  const tried = places.length > 0 ? places.join(', ') : 'no usual places are known';
  if (platform !== 'linux' || arch !== 'x64') {
    throw new CremaError(
      'PDF_NO_BROWSER',
      `no browser to print with: none installed (tried ${tried}), and the bundled one is for linux x64, not ${platform} ${arch}`,
      { remedy },
    );
  }
  try {
    return await unpack(home);
  } catch (error) {
    throw new CremaError(
      'PDF_NO_BROWSER',
      `no browser to print with: none installed (tried ${tried}), and the bundled one could not be unpacked under ${home}: ${messageOf(error)}`,
      { remedy: `${remedy}, or make ${home} writable`, cause: error },
    );
  }
}

async function canRun(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Unpacks the package's Chromium under a name of its own and then renames it: whoever finds the file finds all of it.
 * The package's own way puts it into the shared temporary folder, where anybody may have put another one before.
 */
async function unpack(home: string): Promise<string> {
  const packageFolder = path.join(path.dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..');
  const { version } = JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const folder = path.join(home, 'chromium');
  const file = path.join(folder, `chromium-${version}`);
  if (await canRun(file)) return file;
  await mkdir(folder, { recursive: true });
  const part = `${file}.${process.pid}.part`;
  try {
    await pipeline(
      createReadStream(path.join(packageFolder, 'bin', 'chromium.br')),
      createBrotliDecompress({ chunkSize: 2 ** 20 }),
      createWriteStream(part, { flush: true }),
    );
    await chmod(part, 0o755);
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
  return file;
}
