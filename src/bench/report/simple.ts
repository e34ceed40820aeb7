import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { simpleDocument } from './document.ts';

export interface SimpleWay {
  /** Prints the report of a number; `beforeEnd` is called while its browser still runs. */
  print(number: number, beforeEnd?: () => void): Promise<Uint8Array>;
}

/** What one would write first, and what is compared with: a browser per report, and Chart.js run in its page. */
export function simpleWay(executablePath: string): SimpleWay {
  const chartJs = readFileSync(fileURLToPath(new URL('./chart.umd.min.js', import.meta.resolve('chart.js'))), 'utf8');
  return {
    async print(number, beforeEnd) {
      const browser = await puppeteer.launch({
        executablePath,
        headless: true,
        args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
      });
      try {
        const page = await browser.newPage();
        await page.setContent(simpleDocument(number, chartJs));
        const pdf = await page.pdf({ format: 'a4', printBackground: true });
        beforeEnd?.();
        return pdf;
      } finally {
        await browser.close();
      }
    },
  };
}
