import type { IncomingMessage } from 'node:http';

/**
 * Reads a request's body as the bytes that were sent; undefined, and nothing kept, where it is longer than `limit` bytes. The
 * rest is then let go by as it comes, for a sender whose sending breaks off never reads the answer.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return skip(request);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) return skip(request);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function skip(request: IncomingMessage): undefined {
  request.resume();
}
