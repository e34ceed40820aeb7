import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CremaError, messageOf, usageError } from '../../lib/errors.ts';

/** Bytes per read; what is held of a file at any moment is a few of these. */
const chunkBytes = 256 * 1024;

export interface TextFile {
  /** Size on disk in bytes; undefined for a pipe. */
  sizeBytes: number | undefined;
  /** Bytes read from disk so far. */
  bytesRead(): number;
  /** The file's text, unpacked and decoded; to be read once. Leaving the loop early closes the file. */
  chunks: AsyncGenerator<string>;
}

/** Opens a UTF-8 file, plain or gzip, told apart by content. Nothing is read of a missing one. */
export async function openText(file: string): Promise<TextFile> {
  const found = await stat(file).catch((error: unknown) => {
    throw usageError('FILE_MISSING', `cannot read ${file}: ${messageOf(error)}`);
  });
  if (found.isDirectory()) throw usageError('FILE_MISSING', `${file} is a folder, not a file`);
  const raw = createReadStream(file, { highWaterMark: chunkBytes });
  return {
    sizeBytes: found.isFile() ? found.size : undefined,
    bytesRead: () => raw.bytesRead,
    chunks: decodeText(raw, file),
  };
}

/** Bytes to text: unpacks gzip, drops a byte order mark, refuses UTF-16. Errors name `file` and how far it was read. */
export async function* decodeText(bytes: Readable, file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let characters = 0;
  try {
    const { first, rest } = await peel(bytes);
    const packed = first[0] === 0x1f && first[1] === 0x8b;
    let tail: Buffer = Buffer.alloc(0);
    for await (const chunk of packed ? gunzip(rest) : rest) {
      if (characters === 0) refuseUtf16(chunk as Buffer, file);
      // Cut behind a line end where there is one: what the splitters then get is mostly whole rows in one flat string,
      // which reads twice as fast as one glued together of two.
      const bytesSoFar: Buffer = tail.length === 0 ? (chunk as Buffer) : Buffer.concat([tail, chunk as Buffer]);
      const cut = bytesSoFar.lastIndexOf(10) + 1 || bytesSoFar.length;
      const text = decoder.decode(bytesSoFar.subarray(0, cut), { stream: true });
      tail = bytesSoFar.subarray(cut);
      characters += text.length;
      if (text !== '') yield text;
    }
    const text = decoder.decode(tail);
    if (text !== '') yield text;
  } catch (error) {
    throw unreadable(error, file, characters);
  } finally {
    bytes.destroy();
  }
}

/** The first chunk, to see what the file is, and a stream of everything. */
async function peel(bytes: Readable): Promise<{ first: Buffer; rest: Readable }> {
  const chunks = bytes.iterator({ destroyOnReturn: false });
  const head = await chunks.next();
  const first: Buffer = head.done ? Buffer.alloc(0) : (head.value as Buffer);
  async function* all() {
    yield first;
    yield* chunks;
  }
  return { first, rest: Readable.from(all(), { objectMode: false, highWaterMark: chunkBytes }) };
}

function gunzip(packed: Readable): Readable {
  // pipeline hands an error of the packed side on; whoever reads the unpacked one gets it.
  return pipeline(packed, createGunzip({ chunkSize: chunkBytes }), () => undefined);
}

function refuseUtf16(first: Buffer, file: string): void {
  if ((first[0] === 0xff && first[1] === 0xfe) || (first[0] === 0xfe && first[1] === 0xff)) {
    throw new CremaError('FILE_ENCODING', `${file} is UTF-16`, { remedy: 'Save it as UTF-8, then import it again.' });
  }
}

function unreadable(error: unknown, file: string, characters: number): CremaError {
  if (error instanceof CremaError) return error;
  const read = `after ${characters.toLocaleString('en')} characters of text`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') {
    return new CremaError('FILE_TRUNCATED', `${file} is cut short: its gzip data ends ${read}`, {
      remedy: 'Fetch the file again; nothing of it was loaded.',
      cause: error,
    });
  }
  return new CremaError('FILE_UNREADABLE', `cannot read ${file} on ${read}: ${messageOf(error)}`, {
    remedy: 'Check the file; nothing of it was loaded.',
    cause: error,
  });
}
