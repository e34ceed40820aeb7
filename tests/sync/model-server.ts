import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * The list of contacts of a CRM that a test changes between two answers, in any order it likes. `before` is told of every
 * call, and may change the list or fail.
 */
export interface ModelServer {
  url: string;
  /** Ids in the order of the list. */
  contacts: string[];
  /** Pages asked for. */
  calls: string[];
  before: (
    path: string,
    call: number,
  ) => undefined | { status: number; body: string; headers?: Record<string, string> };
}

export async function startModel(contacts: readonly string[]): Promise<ModelServer> {
  const model: ModelServer = { url: '', contacts: [...contacts], calls: [], before: () => undefined };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    model.calls.push(`${url.pathname}${url.search}`);
    const odd = model.before(url.pathname, model.calls.length);
    const send = (status: number, body: string, headers: Record<string, string> = {}) => {
      response.sendDate = false;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body);
    };
    if (odd) return send(odd.status, odd.body, odd.headers);
    const [, id] = /^\/crm\/chat\/setting\/([^/]+)\/custom-field$/.exec(url.pathname) ?? [];
    if (id !== undefined) {
      if (!model.contacts.includes(decodeURIComponent(id)))
        return send(404, '{"success":false,"developer_message":"nothing under this identifier"}');
      return send(200, '{"success":true,"data":[]}');
    }
    const page = Number(url.searchParams.get('page'));
    const limit = Number(url.searchParams.get('limit'));
    const data = model.contacts
      .slice((page - 1) * limit, page * limit)
      .map((chat_id) => ({ chat_id, name: `Name ${chat_id}` }));
    send(200, JSON.stringify({ success: true, data, pagination: { page, limit, total: model.contacts.length } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  model.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return model;
}
