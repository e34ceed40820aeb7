import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLines } from '../../../src/sources/singer/lines.ts';

const all = (chunks: readonly Uint8Array[]) => Array.fromAsync(readLines(Readable.from(chunks)));

test('lines are the same however the bytes are cut', async () => {
  const text = fc.array(
    fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', ' ')),
    { minLength: 1 },
  );
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.integer({ min: 1, max: 7 })), async (lines, cuts) => {
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      const chunks: Uint8Array[] = [];
      let at = 0;
      for (const cut of cuts) {
        if (at + cut >= bytes.length) break;
        chunks.push(bytes.subarray(at, at + cut));
        at += cut;
      }
      chunks.push(bytes.subarray(at));
      // A byte order mark is none of the text.
      expect(await all(chunks)).toEqual(lines.map((line, index) => (index === 0 ? line.replace(/^\uFEFF/, '') : line)));
    }),
    { seed: 4 },
  );
});

test('a last line without an end is a line, and an empty input has none', async () => {
  expect(await all([Buffer.from('a\nb')])).toEqual(['a', 'b']);
  expect(await all([])).toEqual([]);
});

test('nothing is read ahead of what is asked for', async () => {
  let read = 0;
  const source = new Readable({
    highWaterMark: 1,
    read() {
      read++;
      this.push(read > 100 ? null : Buffer.from(`${read}\n`));
    },
  });
  const lines = readLines(source);
  await lines.next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(read).toBeLessThan(5);
  await lines.return(undefined);
});

test('a line longer than 16 MB is named', async () => {
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  await expect(all([Buffer.from('a\n'), ...Array<Buffer>(17).fill(chunk)])).rejects.toThrow(
    'line 2 is longer than 16 MB',
  );
});
