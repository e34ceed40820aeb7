import { setTimeout as sleep } from 'node:timers/promises';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { CremaError, messageOf } from '../lib/errors.ts';
import { documentUrl, type Refusals, refuseRequests } from './refusals.ts';
import { makeWorkspace, type Workspace } from './workspace.ts';

/** A running browser with the one page everything is printed from. */
export interface Chromium {
  /** Documents printed so far. */
  printed(): number;
  /** Whether it can print: false after a crash and once it is being ended. */
  alive(): boolean;
  /**
   * Prints a complete document. One at a time.
   * @throws CremaError PDF_REFUSED when the document asked for anything; any other error is the browser's, which is then of no more use
   */
  print(html: string): Promise<Buffer>;
  /** Kills all of its processes and removes its files: it keeps nothing that would have to be saved. */
  end(): Promise<void>;
}

/**
 * What a browser that prints one document at a time can do without, and what keeps it off the network should a request
 * ever slip by: no name resolves, and what needs none goes to a proxy that is not there (port 9 is `discard`).
 */
const args = [
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--proxy-server=socks5://127.0.0.1:9',
  '--proxy-bypass-list=<-loopback>',
  '--disable-gpu',
  '--font-render-hinting=none',
  '--disable-features=BackForwardCache',
  '--disable-domain-reliability',
  '--no-pings',
];

/** Starts a browser. @throws CremaError PDF_BROWSER_FAILED */
export async function launchChromium(executablePath: string, timeoutMs: number): Promise<Chromium> {
  const workspace = await makeWorkspace();
  let browser: Browser | undefined;
  try {
    browser = await launch(executablePath, workspace, timeoutMs);
    const page = await browser.newPage();
    await page.emulateMediaType('print');
    return drive(browser, page, await refuseRequests(page), workspace);
  } catch (error) {
    if (browser) await end(browser);
    await workspace.remove();
    throw new CremaError('PDF_BROWSER_FAILED', `the browser ${executablePath} does not start: ${messageOf(error)}`, {
      remedy: 'run it by hand with --headless --version: libraries it needs may be missing',
      cause: error,
    });
  }
}

/**
 * With the browser's own sandbox where there is one: as root, and in most containers, there is none. The pipe is the leash:
 * when this process ends, however it ends, the browser reads the end of it and ends as well.
 */
async function launch(executablePath: string, workspace: Workspace, timeout: number): Promise<Browser> {
  const options = {
    executablePath,
    pipe: true,
    headless: true,
    userDataDir: workspace.profile,
    ...(workspace.env && { env: workspace.env }),
    timeout,
    protocolTimeout: 0,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  };
  const withoutSandbox = { ...options, args: [...args, '--no-sandbox'] };
  if (process.getuid?.() === 0) return await puppeteer.launch(withoutSandbox);
  try {
    return await puppeteer.launch({ ...options, args: [...args] });
  } catch (error) {
    if (!/sandbox/i.test(messageOf(error))) throw error;
    return await puppeteer.launch(withoutSandbox);
  }
}

/**
 * Runs in the page. Text whose font is not there is not printed at all, so fonts are waited for and none may fail; those
 * of the footer are asked for here, as it is not laid out before the page is printed.
 */
const loadFonts = `(async () => {
  const faces = [...document.fonts];
  await Promise.all(faces.filter((face) => face.weight === '400').map((face) => face.load()));
  await document.fonts.ready;
  const failed = faces.find((face) => face.status === 'error');
  if (failed) throw new Error('font ' + failed.family + ' ' + failed.weight + ' ' + failed.unicodeRange + ' cannot be used');
})()`;

function drive(browser: Browser, page: Page, refusals: Refusals, workspace: Workspace): Chromium {
  let printed = 0;
  let alive = true;
  let ended: Promise<void> | undefined;
  const lost = new Promise<never>((_, reject) => {
    const fail = (why: string) => {
      alive = false;
      reject(new Error(why));
    };
    browser.on('disconnected', () => fail('the browser ended'));
    page.on('error', (error) => fail(messageOf(error)));
    page.on('close', () => fail('the page was closed'));
  });
  // A browser may be lost while nobody prints.
  lost.catch(() => {});

  async function printOn(html: string): Promise<Buffer> {
    refusals.serve(html);
    try {
      await page.goto(documentUrl, { waitUntil: 'load', timeout: 0 });
      await page.evaluate(loadFonts);
      const bytes = await page.pdf({
        tagged: true,
        outline: true,
        preferCSSPageSize: true,
        printBackground: true,
        timeout: 0,
      });
      checkRefused(refusals.refused());
      if (page.url() !== documentUrl) checkRefused([page.url()]);
      printed++;
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    } catch (error) {
      checkRefused(refusals.refused());
      throw error;
    }
  }

  return {
    printed: () => printed,
    alive: () => alive && browser.connected,
    print: (html) => Promise.race([printOn(html), lost]),
    end() {
      alive = false;
      ended ??= end(browser).then(workspace.remove);
      return ended;
    },
  };
}

function checkRefused(refused: readonly string[]): void {
  if (refused.length === 0) return;
  throw new CremaError('PDF_REFUSED', `the document asked for ${refused.join(', ')}, and was not printed`, {
    remedy: 'a printed document holds all it shows: inline pictures and fonts, escape text that comes from elsewhere',
  });
}

/** Waits at most this long for killed processes to be gone; in milliseconds. */
const goneWithinMs = 5_000;

async function end(browser: Browser): Promise<void> {
  const child = browser.process();
  const { pid } = child ?? {};
  if (child && pid !== undefined) {
    const exited = new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) resolve();
      else child.once('exit', () => resolve());
    });
    // It leads a process group of its own: one signal reaches its helpers too, also when it has ended without them.
    if (process.platform === 'win32') child.kill('SIGKILL');
    else signalGroup(pid);
    const patience = new AbortController();
    await Promise.race([exited, sleep(goneWithinMs, undefined, { signal: patience.signal }).catch(() => {})]);
    patience.abort();
  }
  // After that nothing answers any more; this lets go of what is still held on this side.
  await browser.disconnect();
}

function signalGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
