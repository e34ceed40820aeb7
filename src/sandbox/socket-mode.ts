import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { isObject, parseJson } from './json.ts';
import { type Ack, ackTimeoutMs, type RequestKind, type Retry, type Transport } from './transport.ts';
import { appId } from './workspace.ts';

const maxConnections = 10;
const pingEveryMs = 10_000;

/** Commands and interactions take an answer in their acknowledgement; events carry how often they were tried. */
function envelopeFields(kind: RequestKind, retry: Retry | undefined): object {
  if (kind === 'event') {
    const tried = { retry_attempt: retry?.number ?? 0, retry_reason: retry?.reason ?? '' };
    return { type: 'events_api', accepts_response_payload: false, ...tried };
  }
  return { type: kind === 'command' ? 'slash_commands' : 'interactive', accepts_response_payload: true };
}

export interface SocketMode extends Transport {
  /** A websocket address that works once; what `apps.connections.open` gives. */
  ticket(): string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  connections(): number;
  /** Tells every connection to come again, as Slack does every few hours. */
  refresh(): void;
  stop(): void;
}

/** Socket Mode: hello on connect, one envelope per request to one of the connections, acknowledged by its envelope id. */
export function createSocketMode(options: { socketBase: () => string; onChange: () => void }): SocketMode {
  const { socketBase, onChange } = options;
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const waiting = new Map<string, (payload: unknown) => void>();
  const open: WebSocket[] = [];
  let turn = 0;

  const heartbeat = setInterval(() => {
    for (const socket of open) socket.ping(`Ping from ${appId}`);
  }, pingEveryMs).unref();

  function disconnect(socket: WebSocket, reason: string): void {
    socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'sandbox' } }));
    socket.close();
  }

  function accept(socket: WebSocket): void {
    socket.on('error', () => socket.terminate());
    if (open.length >= maxConnections) {
      disconnect(socket, 'too_many_websockets');
      return;
    }
    open.push(socket);
    socket.on('close', () => {
      open.splice(open.indexOf(socket), 1);
      onChange();
    });
    socket.on('message', (data) => {
      const message = parseJson(String(data));
      if (!isObject(message)) return;
      const settle = waiting.get(String(message.envelope_id));
      waiting.delete(String(message.envelope_id));
      settle?.(message.payload);
    });
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: open.length,
        debug_info: { host: 'sandbox', approximate_connection_time: 18_060 },
        connection_info: { app_id: appId },
      }),
    );
    onChange();
  }

  return {
    via: 'socket',
    ticket() {
      const ticket = randomBytes(18).toString('base64url');
      tickets.add(ticket);
      return `${socketBase()}/link?ticket=${ticket}&app_id=${appId}`;
    },
    upgrade(request, socket, head) {
      const address = new URL(request.url ?? '/', 'http://localhost');
      if (address.pathname !== '/link' || !tickets.delete(address.searchParams.get('ticket') ?? '')) {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, accept);
    },
    connections: () => open.length,
    send(kind, payload, retry) {
      const socket = open[turn++ % Math.max(open.length, 1)];
      if (socket === undefined)
        return Promise.resolve({
          outcome: 'dispatch_failed',
          detail: 'no socket connected',
          reason: 'connection_failed',
        });
      const envelope = randomUUID();
      return new Promise<Ack>((resolve) => {
        const timer = setTimeout(() => {
          waiting.delete(envelope);
          const detail = `no answer within ${ackTimeoutMs} ms`;
          resolve({ outcome: 'operation_timeout', detail, reason: 'http_timeout' });
        }, ackTimeoutMs);
        waiting.set(envelope, (body) => {
          clearTimeout(timer);
          resolve({
            outcome: 'acknowledged',
            body: isObject(body) && Object.keys(body).length === 0 ? '' : body,
            detail: 'socket',
          });
        });
        socket.send(JSON.stringify({ envelope_id: envelope, payload, ...envelopeFields(kind, retry) }));
      });
    },
    refresh() {
      for (const socket of [...open]) disconnect(socket, 'refresh_requested');
    },
    stop() {
      clearInterval(heartbeat);
      for (const socket of [...open]) socket.terminate();
      server.close();
    },
  };
}
