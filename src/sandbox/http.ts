import type { IncomingMessage, ServerResponse } from 'node:http';
import { isObject, type Json, parseJson } from './json.ts';

const bodyLimitBytes = 64 * 1024 * 1024;

/** The whole body. Rejects when it is larger than 64 MiB or the client goes away. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimitBytes) throw new Error(`request body is larger than ${bodyLimitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function contentType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: Json,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

export function sendText(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` });
  response.end(body);
}

export type Arguments = { ok: true; args: Json } | { ok: false; error: string };

/** Web API arguments: query, then a form or JSON body, as Slack takes them. */
export function parseArguments(type: string, body: Buffer, query: URLSearchParams): Arguments {
  const args: Json = Object.fromEntries(query);
  if (body.length === 0) return { ok: true, args };
  if (type === 'application/x-www-form-urlencoded') {
    return { ok: true, args: { ...args, ...Object.fromEntries(new URLSearchParams(body.toString('utf8'))) } };
  }
  if (type === 'application/json') {
    const parsed = parseJson(body.toString('utf8'));
    return isObject(parsed) ? { ok: true, args: { ...args, ...parsed } } : { ok: false, error: 'invalid_json' };
  }
  return { ok: false, error: type === '' ? 'missing_post_type' : 'invalid_post_type' };
}

/** The bytes of the first file part of a multipart body; `undefined` when it has none. */
export async function filePart(header: string, body: Buffer): Promise<Buffer | undefined> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': header } }).formData();
  for (const value of form.values()) {
    if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer());
  }
  return undefined;
}
