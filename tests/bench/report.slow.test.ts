import { expect, test } from 'vitest';
import { benchReport } from '../../src/bench/report/bench.ts';
import { sampleDocument } from '../../src/bench/report/document.ts';
import { sharedHome } from '../pdf/printing.ts';

test('the report benchmark prints the document it is given, both ways, and its ratios are those of its times', async () => {
  const lines: string[] = [];
  const printed: number[] = [];
  const { memory, ratios, ...figures } = await benchReport({
    line: (line) => void lines.push(line),
    quick: true,
    executablePath: process.env.PUPPETEER_EXECUTABLE_PATH,
    home: sharedHome,
    document: (number, charts) => {
      printed.push(number);
      return sampleDocument(number, charts);
    },
  });
  // One to start the chart workers, one cold, five for the warm ones to take turns, one warm-up and four with charts.
  expect(printed).toEqual([-1, 0, 0, 1, 2, 3, 4, -2, 1000, 1001, 1002, 1003]);
  expect(Math.min(figures.coldMs, figures.warmMs, figures.withChartsMs, figures.simpleMs)).toBeGreaterThan(0);
  expect(figures.kilobytesPerPdf).toBeGreaterThan(20);
  expect(ratios.warm).toBeCloseTo(figures.simpleMs / figures.warmMs, 1);
  if (process.platform === 'linux') expect(memory!.peakMb).toBeGreaterThan(100);
  expect(lines.join('\n')).toContain('faster than the simple way');
});
