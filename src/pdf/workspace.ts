import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { slicesFor } from '../fonts/slices.ts';
import { unpackWoff } from '../fonts/woff.ts';
import { escapeHtml } from '../lib/html.ts';

/** `crema-chromium-4711-x7Kd2f`: whose it is can be seen, also after a kill. */
const prefix = 'crema-chromium-';

/** The only places a browser may write to, and all it knows of fonts. */
export interface Workspace {
  profile: string;
  /** The browser's whole environment: none of our variables, among them secrets, are its business. */
  env: Record<string, string> | undefined;
  /** Removes the folder. The browser has to have ended. Never rejects: what remains the next one removes. */
  remove(): Promise<void>;
}

/** A folder in the temporary one, for one browser; folders of processes that were killed are removed first. */
export async function makeWorkspace(): Promise<Workspace> {
  await removeAbandoned();
  const folder = await mkdtemp(path.join(os.tmpdir(), `${prefix}${process.pid}-`));
  const [home, temporary, fonts, fontConfig] = ['home', 'tmp', 'fonts', 'fonts.conf'].map((name) =>
    path.join(folder, name),
  );
  await Promise.all([mkdir(home!), mkdir(temporary!), writeFontConfig(fontConfig!, fonts!)]);
  return {
    profile: path.join(folder, 'profile'),
    env:
      process.platform === 'win32'
        ? undefined
        : { PATH: '/usr/bin:/bin', HOME: home!, TMPDIR: temporary!, LC_ALL: 'C.UTF-8', FONTCONFIG_FILE: fontConfig! },
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }).catch(() => {}),
  };
}

/**
 * Makes one bundled font the only one of the host, as far as the browser can see on Linux: characters no font of the
 * document has become its empty box. With no font at all, Chromium ends (Skia: "Not implemented") or shows nothing.
 */
async function writeFontConfig(file: string, fonts: string): Promise<void> {
  const [latin] = slicesFor('a', 'en').keys();
  await mkdir(fonts);
  await writeFile(path.join(fonts, 'host.ttf'), unpackWoff(await readFile(latin!.file(400, 'woff'))));
  const rules = `<dir>${escapeHtml(fonts)}</dir><cachedir>${escapeHtml(path.join(fonts, 'cache'))}</cachedir>`;
  await writeFile(file, `<?xml version="1.0"?>\n<fontconfig>${rules}</fontconfig>\n`);
}

/** A process that was killed leaves its folder: whoever starts a browser next removes it. */
async function removeAbandoned(): Promise<void> {
  const names = await readdir(os.tmpdir());
  const abandoned = names.filter((name) => {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  });
  // Another user's cannot be removed, and another process may be at it: neither is a reason not to print.
  await Promise.allSettled(abandoned.map((name) => rm(path.join(os.tmpdir(), name), { recursive: true, force: true })));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
