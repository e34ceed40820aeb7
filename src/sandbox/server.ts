import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CremaError, messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { sendText } from './http.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, rest: string) => Promise<void> | void;

export interface Route {
  method: 'GET' | 'POST';
  /** The path, or its beginning when it ends with `*`; what follows is given to the handler. */
  path: string;
  handle: Handler;
}

function matching(routes: readonly Route[], method: string, path: string): { route: Route; rest: string } | undefined {
  for (const route of routes) {
    const prefix = route.path.endsWith('*') ? route.path.slice(0, -1) : undefined;
    const fits = prefix === undefined ? path === route.path : path.startsWith(prefix);
    if (fits && (route.method === method || (route.path === '/api/*' && method === 'GET'))) {
      return { route, rest: prefix === undefined ? '' : path.slice(prefix.length) };
    }
  }
  return undefined;
}

/** Only names of this machine: a web page elsewhere that points its own name at 127.0.0.1 gets nothing. */
function isLocal(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host ?? '');
}

/** The sandbox's one HTTP server, on loopback. `routes` is asked for each request. */
export function createHttpServer(routes: readonly Route[], log: Log): Server {
  return createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const found = matching(routes, request.method ?? 'GET', path);
    if (!isLocal(request.headers.host)) return sendText(response, 403, 'this server answers on 127.0.0.1 only');
    if (found === undefined) return sendText(response, 404, 'not found');
    Promise.resolve(found.route.handle(request, response, decodeURIComponent(found.rest))).catch((error: unknown) => {
      log.error({ err: error, path }, 'sandbox request failed');
      if (!response.headersSent) sendText(response, 500, 'the sandbox failed, see its log');
      else response.destroy();
    });
  });
}

/** Listens on 127.0.0.1 and resolves with the base address. Rejects with a CremaError when the port is taken or none. */
export function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const refuse = (error: unknown) =>
      reject(
        new CremaError('SANDBOX_PORT', `the sandbox console cannot listen on 127.0.0.1:${port}: ${messageOf(error)}`, {
          remedy: 'Its port is the one after PORT: choose another, PORT=4000 npm run demo.',
          cause: error,
        }),
      );
    server.once('error', refuse);
    try {
      server.listen(port, '127.0.0.1', () => {
        server.off('error', refuse);
        resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      });
    } catch (error) {
      refuse(error);
    }
  });
}
