import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeText, openText } from '../../../src/sources/files/text-file.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'crema-text-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function read(name: string, content: Buffer | string): Promise<string> {
  const file = path.join(dir, name);
  await writeFile(file, content);
  let text = '';
  for await (const chunk of (await openText(file)).chunks) text += chunk;
  return text;
}

describe('a text file', () => {
  test('is unpacked by what it holds, not by its name', async () => {
    expect(await read('a.csv', gzipSync('a,b\n1,é'))).toBe('a,b\n1,é');
    expect(await read('a.csv.gz', 'a,b\n1,é')).toBe('a,b\n1,é');
    expect(await read('two.gz', Buffer.concat([gzipSync('a\n'), gzipSync('b\n')]))).toBe('a\nb\n');
    expect(await read('empty', '')).toBe('');
  });

  test('loses its byte order mark', async () => {
    expect(await read('bom', '\uFEFFa,b')).toBe('a,b');
  });

  test('is whole when characters are cut between pieces', async () => {
    const text = 'ключ,漢字,😀\n'.repeat(3) + 'é'.repeat(10);
    const bytes = Buffer.from(text);
    const pieces = Array.from({ length: bytes.length }, (_, index) => bytes.subarray(index, index + 1));
    let decoded = '';
    for await (const chunk of decodeText(Readable.from(pieces), 'x')) decoded += chunk;
    expect(decoded).toBe(text);
  });

  test('cut short in its gzip names itself and how far it got', async () => {
    const lines = Array.from({ length: 200_000 }, (_, index) => `${index},${(index * 7919) % 10_007}`).join('\n');
    const packed = gzipSync(lines);
    await expect(read('cut.gz', packed.subarray(0, packed.length >> 1))).rejects.toMatchObject({
      code: 'FILE_TRUNCATED',
      message: expect.stringMatching(/cut\.gz is cut short: its gzip data ends after [\d,]{6,} characters of text/),
    });
  });

  test('damaged in its gzip is named', async () => {
    const packed = gzipSync('a,b\n'.repeat(100_000));
    packed.fill(0xff, packed.length - 40, packed.length - 20);
    await expect(read('bad.gz', packed)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('bad.gz'),
    });
  });

  test('that is missing, a folder or UTF-16 is refused', async () => {
    await expect(openText(path.join(dir, 'none'))).rejects.toMatchObject({ code: 'FILE_MISSING', usage: true });
    await expect(openText(dir)).rejects.toMatchObject({ code: 'FILE_MISSING' });
    await expect(read('wide', Buffer.from('\uFEFFa,b', 'utf16le'))).rejects.toMatchObject({ code: 'FILE_ENCODING' });
  });

  test('is read no faster than it is used: memory stays flat', async () => {
    let given = 0;
    async function* endless() {
      for (;;) {
        given++;
        yield Buffer.alloc(65_536, 'a,b,c,d,e,f\n');
      }
    }
    let taken = 0;
    let ahead = 0;
    for await (const chunk of decodeText(Readable.from(endless()), 'endless')) {
      taken += chunk.length;
      ahead = Math.max(ahead, given - taken / 65_536);
      if (taken > 200 * 65_536) break;
    }
    expect(ahead).toBeLessThan(40);
  });

  test('is closed when its reader leaves early', async () => {
    const bytes = Readable.from([Buffer.from('a\n'), Buffer.from('b\n'), Buffer.from('c\n')]);
    for await (const _ of decodeText(bytes, 'x')) break;
    expect(bytes.destroyed).toBe(true);
  });
});
