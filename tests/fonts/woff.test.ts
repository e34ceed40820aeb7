import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { slicesFor } from '../../src/fonts/slices.ts';
import { unpackWoff } from '../../src/fonts/woff.ts';

const [latin] = slicesFor('a', 'en').keys();

/** The checksum of a font table: its 32-bit words added up. */
function checksum(table: Buffer): number {
  const padded = Buffer.concat([table, Buffer.alloc(-table.length & 3)]);
  let sum = 0;
  for (let at = 0; at < padded.length; at += 4) sum = (sum + padded.readUInt32BE(at)) >>> 0;
  return sum;
}

test('an unpacked WOFF font is a TrueType font whose tables have the checksums it states', () => {
  const font = unpackWoff(readFileSync(latin!.file(400, 'woff')));
  expect(font.readUInt32BE(0)).toBe(0x00010000);
  const count = font.readUInt16BE(4);
  const names: string[] = [];
  for (let index = 0; index < count; index++) {
    const entry = 12 + 16 * index;
    const name = font.toString('latin1', entry, entry + 4);
    const [stated, offset, length] = [4, 8, 12].map((at) => font.readUInt32BE(entry + at)) as [number, number, number];
    names.push(name);
    expect(offset % 4).toBe(0);
    const table = Buffer.from(font.subarray(offset, offset + length));
    // The head table holds a sum over the whole file, which counts as zero for its own.
    if (name === 'head') table.writeUInt32BE(0, 8);
    expect([name, checksum(table)]).toEqual([name, stated]);
  }
  expect(names).toEqual(expect.arrayContaining(['cmap', 'glyf', 'head', 'hhea', 'hmtx', 'maxp']));
});

test('what is no WOFF file is refused', () => {
  expect(() => unpackWoff(Buffer.from('wOF2 and more'))).toThrow('not a WOFF file');
});
