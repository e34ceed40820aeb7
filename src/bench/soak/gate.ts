import { createServer, type IncomingMessage, request as requestTo, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Gate {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The one address in front of all replicas, which takes each request to the next one. A replica that is dead or dies
 * meanwhile makes a 502: whoever asked has to ask again, as behind any load balancer.
 */
export async function createGate(urls: () => readonly string[]): Promise<Gate> {
  let turn = 0;
  const server = createServer((request, response) => {
    const behind = urls();
    const url = behind[turn++ % Math.max(1, behind.length)];
    if (url === undefined) return fail(request, response);
    const onward = requestTo(
      new URL(request.url ?? '/', url),
      { method: request.method, headers: { ...request.headers, connection: 'close' }, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.on('error', () => response.destroy());
        answer.pipe(response);
      },
    );
    onward.on('error', () => (response.headersSent ? response.destroy() : fail(request, response)));
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function fail(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(502).end();
}
