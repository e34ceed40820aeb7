import { access } from 'node:fs/promises';
import chromium from '@sparticuz/chromium';
import puppeteer, { type Browser } from 'puppeteer-core';

const installed = [
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

async function firstInstalled(): Promise<string | undefined> {
  for (const path of installed) {
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

/** A headless browser: PUPPETEER_EXECUTABLE_PATH, else an installed Chrome or Chromium, else the one inside an npm package. */
export async function launchBrowser(): Promise<Browser> {
  const own = process.env.PUPPETEER_EXECUTABLE_PATH ?? (await firstInstalled());
  return puppeteer.launch({
    executablePath: own ?? (await chromium.executablePath()),
    args:
      own === undefined ? await puppeteer.defaultArgs({ args: chromium.args, headless: 'shell' }) : ['--no-sandbox'],
    headless: own === undefined ? 'shell' : true,
    defaultViewport: { width: 1280, height: 860 },
  });
}
