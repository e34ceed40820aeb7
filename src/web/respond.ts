import type { ServerResponse } from 'node:http';

/** No page of ours is to be framed, cached, sniffed or given away by its address. */
const headers: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Set on every answer before anything is written, also on those that others write. */
export function secure(response: ServerResponse): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  send(response, status, `${JSON.stringify(body)}\n`, 'application/json; charset=utf-8');
}

export function send(response: ServerResponse, status: number, body: string, type: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
