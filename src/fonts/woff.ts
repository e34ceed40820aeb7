import { inflateSync } from 'node:zlib';

/** Bytes of a WOFF header, of its entry for a table, and of a plain font's: https://www.w3.org/TR/WOFF/. */
const woffHeader = 44;
const woffEntry = 20;
const plainHeader = 12;
const plainEntry = 16;

/** The font of a WOFF file as TrueType or OpenType, for what reads only those. @throws Error when it is no WOFF file */
export function unpackWoff(woff: Buffer): Buffer {
  if (woff.toString('latin1', 0, 4) !== 'wOFF') throw new Error('not a WOFF file');
  const count = woff.readUInt16BE(12);
  const header = Buffer.alloc(plainHeader + plainEntry * count);
  const power = Math.floor(Math.log2(count));
  header.writeUInt32BE(woff.readUInt32BE(4), 0);
  header.writeUInt16BE(count, 4);
  header.writeUInt16BE(plainEntry * 2 ** power, 6);
  header.writeUInt16BE(power, 8);
  header.writeUInt16BE(plainEntry * (count - 2 ** power), 10);
  const parts: Buffer[] = [header];
  let offset = header.length;
  for (let index = 0; index < count; index++) {
    const from = woffHeader + woffEntry * index;
    const [start, packed, length] = [4, 8, 12].map((at) => woff.readUInt32BE(from + at)) as [number, number, number];
    const stored = woff.subarray(start, start + packed);
    const table = packed < length ? inflateSync(stored) : stored;
    const to = plainHeader + plainEntry * index;
    // Name, checksum, place, length; tables begin at multiples of four bytes.
    woff.copy(header, to, from, from + 4);
    woff.copy(header, to + 4, from + 16, from + 20);
    header.writeUInt32BE(offset, to + 8);
    header.writeUInt32BE(length, to + 12);
    parts.push(table, Buffer.alloc(-length & 3));
    offset += length + (-length & 3);
  }
  return Buffer.concat(parts);
}
