import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CremaError, messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { Checks } from './readiness.ts';
import { secure, sendJson } from './respond.ts';
import { createRoutes, findRoute, type Route } from './routes.ts';

export interface WebServerOptions {
  /** 0: any free port. */
  port: number;
  /** Address to listen on; all of them when not given. */
  host?: string;
  log: Log;
  /** What takes requests under our paths; a path without its listener is not there. */
  /** Takes events under /webhooks/:source. */
  webhooks?: Route;
  /** The links of mails, under /unsubscribe/:key. */
  unsubscribe?: Route;
  listeners: { slack?: RequestListener; cron?: RequestListener };
  ready: () => Promise<Checks>;
  metrics?: Metrics;
  /** Longest wait for `ready`, in milliseconds: whoever asks gives up soon, too. */
  readyTimeoutMs?: number;
  /** Longest wait for running requests when closing, in milliseconds. */
  closeTimeoutMs?: number;
}

export interface WebServer {
  readonly port: number;
  /** Address on this machine, without a slash at the end. */
  readonly url: string;
  /** Takes nothing new and lets running requests end. */
  close(): Promise<void>;
}

/** The one HTTP server. Rejects with a CremaError `PORT_IN_USE` or `PORT_DENIED` when it cannot listen. */
export async function createWebServer(options: WebServerOptions): Promise<WebServer> {
  const { log, host, readyTimeoutMs = 3_000, closeTimeoutMs = 8_000 } = options;
  const metrics = options.metrics ?? createMetrics();
  let closing = false;
  const routes = createRoutes({
    ...{ slack: options.listeners.slack, cron: options.listeners.cron, webhooks: options.webhooks },
    unsubscribe: options.unsubscribe,
    ...{ ready: options.ready, metrics, readyTimeoutMs },
    isClosing: () => closing,
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const path = pathOf(request);
    const found = findRoute(routes, path);
    const method = request.method ?? 'GET';
    response.once('close', () => {
      const seconds = (performance.now() - startedAt) / 1000;
      metrics.request({ route: found?.pattern ?? 'other', method, status: response.statusCode, seconds });
      // A connection that was busy when the server closed would be kept alive.
      if (closing) setImmediate(() => server.closeIdleConnections());
    });
    secure(response);
    if (closing) response.setHeader('connection', 'close');
    if (!found) return sendJson(response, 404, { error: 'not_found', message: 'There is nothing here.' });
    const { route, params } = found;
    if (!route.methods.includes(method)) {
      response.setHeader('allow', route.methods.join(', '));
      return sendJson(response, 405, { error: 'method_not_allowed', message: `Use ${route.methods.join(' or ')}.` });
    }
    try {
      await route.handle(request, response, params);
    } catch (error) {
      log.error({ err: error, path }, 'http request failed');
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: 'internal', message: 'Something went wrong; the log says what.' });
    }
  }

  const server = createServer(
    {
      // Slow senders are cut off; connections of a load balancer outlive its own 60 s, or it meets a closed one.
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
    },
    (request, response) => void answer(request, response),
  );
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    else socket.destroy();
  });
  const port = await listen(server, options.port, host);
  log.info({ port, host }, 'http server listens');

  return {
    port,
    url: `http://${host === undefined || host.includes(':') ? 'localhost' : host}:${port}`,
    async close() {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => {
        log.warn('http requests were cut off');
        server.closeAllConnections();
      }, closeTimeoutMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

function pathOf(request: IncomingMessage): string {
  return URL.parse(request.url ?? '/', 'http://localhost')?.pathname ?? '';
}

function listen(server: Server, port: number, host: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, port)));
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.removeAllListeners('error');
      server.on('error', () => {});
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function explained(error: NodeJS.ErrnoException, port: number): CremaError {
  if (error.code === 'EADDRINUSE') {
    return new CremaError('PORT_IN_USE', `port ${port} is already in use`, {
      remedy: `Stop what listens there, or choose another port: PORT=${port + 1}`,
      cause: error,
    });
  }
  if (error.code === 'EACCES') {
    return new CremaError('PORT_DENIED', `this user may not listen on port ${port}`, {
      remedy: 'Choose a port above 1023: PORT=3000',
      cause: error,
    });
  }
  return new CremaError('PORT_FAILED', `cannot listen on port ${port}: ${messageOf(error)}`, {
    remedy: 'Check PORT and the address to listen on.',
    cause: error,
  });
}
