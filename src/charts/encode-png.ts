import { constants, crc32, deflateSync } from 'node:zlib';
import type { Canvas } from 'canvas';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** 8 bits of red, green and blue; deflate; filters by row; not interlaced. */
const header = { depth: 8, rgb: 2, deflate: 0, filters: 0, interlaced: 0 };
const noFilter = 0;
const deflating = { level: 3, memLevel: 9, strategy: constants.Z_DEFAULT_STRATEGY };

/** Rows of the picture that is being encoded: fresh memory of this size costs more than packing into it. */
let rows = new Uint8Array(0);

/**
 * The pixels of a canvas without transparent ones as PNG, without loss. Canvas's own encoder tries every filter on every
 * row, which is for photographs: a chart is flat, and without filters it is a fifth smaller in a third of the time. Null
 * where a pixel is transparent.
 */
export function encodeOpaquePng(canvas: Canvas): Buffer | null {
  const { width, height } = canvas;
  const data = canvas.data();
  const pixels = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const size = (3 * width + 1) * height;
  if (rows.length !== size) rows = new Uint8Array(size);
  let from = 0;
  let to = 0;
  let everyBit = -1;
  for (let y = 0; y < height; y++) {
    rows[to++] = noFilter;
    for (const end = from + width; from < end; from++) {
      // Red is the lowest byte: all machines that this runs on are little-endian.
      const pixel = pixels[from]!;
      everyBit &= pixel;
      rows[to++] = pixel;
      rows[to++] = pixel >>> 8;
      rows[to++] = pixel >>> 16;
    }
  }
  if (everyBit >>> 24 !== 0xff) return null;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([header.depth, header.rgb, header.deflate, header.filters, header.interlaced], 8);
  const parts = [
    signature,
    ...chunk('IHDR', head),
    ...chunk('IDAT', deflateSync(rows, deflating)),
    ...chunk('IEND', Buffer.alloc(0)),
  ];
  // `concat` would take small ones from Node's pool, which then travels along with the picture.
  const png = Buffer.alloc(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) at += part.copy(png, at);
  return png;
}

/** Length, type, body, checksum. */
function chunk(type: string, body: Buffer): Buffer[] {
  const name = Buffer.from(type, 'latin1');
  return [bytesOf(body.length), name, body, bytesOf(crc32(body, crc32(name)))];
}

function bytesOf(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
