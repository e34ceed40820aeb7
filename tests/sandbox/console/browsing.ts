import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { launchBrowser } from '../browser.ts';

export interface Browsing {
  /** A page of the console; the test fails when the page itself has errors. `more` goes behind the address. */
  open(sandbox: Sandbox, as: string, channel: string, phone?: boolean, more?: string): Promise<Page>;
  /** A picture of what the test saw; CONSOLE_SHOTS names a folder to keep them in. */
  shot(page: Page, name: string): Promise<unknown>;
  browser(): Browser;
}

/** One browser for the tests of a file. */
export function useBrowser(): Browsing {
  let browser: Browser;
  let shots: string;
  beforeAll(async () => {
    browser = await launchBrowser();
    shots = process.env.CONSOLE_SHOTS ?? (await mkdtemp(join(tmpdir(), 'crema-console-')));
  }, 60_000);
  afterAll(() => browser?.close());

  async function open(sandbox: Sandbox, as: string, channel: string, phone = false, more = ''): Promise<Page> {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    onTestFinished(() => expect(problems).toEqual([]));
    await page.setViewport(
      phone ? { width: 390, height: 844, isMobile: true, hasTouch: true } : { width: 1280, height: 860 },
    );
    await page.goto(`${sandbox.url}?as=${as}&c=${channel}${more}`);
    await page.waitForSelector('html.script');
    return page;
  }

  return { open, shot: (page, name) => page.screenshot({ path: join(shots, `${name}.png`) }), browser: () => browser };
}

export const textOf = (page: Page, selector: string) =>
  page.$eval(selector, (element) => (element as unknown as { innerText: string }).innerText);
export const shows = (page: Page, text: string) =>
  page.waitForFunction(
    (wanted: string) =>
      (globalThis as never as { document: { body: { innerText: string } } }).document.body.innerText.includes(wanted),
    { timeout: 5_000 },
    text,
  );
