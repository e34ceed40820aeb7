import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { createChartRenderer } from '../../src/charts/renderer.ts';
import { decode } from '../charts/pixels.ts';
import { namesOfTheWorld, pictures } from '../charts/specs.ts';
import { expectPicture } from './expect-picture.ts';
import { aDocument, testPrinter } from './printing.ts';
import { readPdf } from './read-pdf.ts';

const charts = createChartRenderer();
const printer = testPrinter();
afterAll(() => Promise.all([charts.close(), printer.close()]));

/** Two pages with all that a page may hold. */
async function sample(): Promise<string> {
  const rows = namesOfTheWorld.map((name, index) => `<tr><td>${name}</td><td>${(index * 7919) % 1000}</td></tr>`);
  return [
    '<style>table{border-collapse:collapse}td,th{border:0.5pt solid #999;padding:2pt 6pt;text-align:left}</style>',
    '<h1>Weekly report</h1><p>Plain, <b>bold</b>, <span style="font-weight:600">half bold</span>, missing: \u05d0.</p>',
    await charts.svg(pictures.line!),
    `<table><thead><tr><th>Account</th><th>Tickets</th></tr></thead><tbody>${rows.join('')}</tbody></table>`,
    '<h2 style="break-before:page">Second page</h2>',
    await charts.svg(pictures['bar-names']!),
    await charts.svg(pictures['doughnut-one']!),
  ].join('\n');
}

describe('a page looks as it was approved', () => {
  test.each(['A4', 'Letter'] as const)('on %s', async (paper) => {
    const footer = '9–15 Nov 2026, Asia/Jakarta · as of 16 Nov 2026, 07:00 · 北京\nReport R-4711';
    const pdf = await printer.print(aDocument({ html: await sample(), paper, footer }));
    const { pages } = await readPdf(pdf);
    expect(pages).toHaveLength(2);
    for (const [index, page] of pages.entries()) {
      const file = fileURLToPath(new URL(`./expected/${paper.toLowerCase()}-${index + 1}.png`, import.meta.url));
      expectPicture(await page.image(), file);
    }
  });
});

test('a page is read as a picture in the size asked for', async () => {
  const { pages } = await readPdf(await printer.print(aDocument()));
  const [small, large] = [decode(await pages[0]!.image()), decode(await pages[0]!.image(2))];
  expect([small.width, small.height]).toEqual([595, 842]);
  expect([large.width, large.height]).toEqual([1190, 1684]);
});
