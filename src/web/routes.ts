import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Metrics } from './metrics.ts';
import { type Checks, readinessOf } from './readiness.ts';
import { send, sendJson } from './respond.ts';

/** The parts of a path that its route leaves open, by name. */
export type PathParams = Readonly<Record<string, string>>;

export interface Route {
  methods: readonly string[];
  handle(request: IncomingMessage, response: ServerResponse, params: PathParams): Promise<void> | void;
}

export interface RouteDeps {
  slack: RequestListener | undefined;
  webhooks: Route | undefined;
  unsubscribe: Route | undefined;
  cron: RequestListener | undefined;
  ready: () => Promise<Checks>;
  readyTimeoutMs: number;
  metrics: Metrics;
  isClosing: () => boolean;
}

const readOnly = ['GET', 'HEAD'];

/** Every path there is; a part that begins with a colon stands for any one. */
export function createRoutes({
  slack,
  webhooks,
  unsubscribe,
  cron,
  ready,
  readyTimeoutMs,
  metrics,
  isClosing,
}: RouteDeps): ReadonlyMap<string, Route> {
  const routes = new Map<string, Route>([
    ['/healthz', { methods: readOnly, handle: (_request, response) => sendJson(response, 200, { status: 'ok' }) }],
    [
      '/readyz',
      {
        methods: readOnly,
        async handle(_request, response) {
          // A load balancer looks away while running requests end.
          const state = isClosing()
            ? { ready: false, checks: { process: 'stopping' } }
            : await readinessOf(ready, readyTimeoutMs);
          sendJson(response, state.ready ? 200 : 503, {
            status: state.ready ? 'ok' : 'unavailable',
            checks: state.checks,
          });
        },
      },
    ],
    [
      '/metrics',
      {
        methods: readOnly,
        handle: async (_request, response) => send(response, 200, await metrics.text(), metrics.contentType),
      },
    ],
  ]);
  if (slack)
    routes.set('/slack/events', { methods: ['POST'], handle: (request, response) => slack(request, response) });
  if (webhooks) routes.set('/webhooks/:source', webhooks);
  if (unsubscribe) routes.set('/unsubscribe/:key', unsubscribe);
  // It starts work, so a HEAD is not for it.
  if (cron)
    routes.set('/api/cron/aggregate-metrics', {
      methods: ['GET'],
      handle: (request, response) => cron(request, response),
    });
  return routes;
}

/** The route of a path, what its open parts are, and the pattern it is counted by: paths themselves have no end. */
export function findRoute(
  routes: ReadonlyMap<string, Route>,
  path: string,
): { pattern: string; route: Route; params: PathParams } | undefined {
  const parts = path.split('/');
  for (const [pattern, route] of routes) {
    const params = paramsOf(pattern.split('/'), parts);
    if (params) return { pattern, route, params };
  }
  return undefined;
}

function paramsOf(pattern: readonly string[], parts: readonly string[]): PathParams | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index]!;
    if (!expected.startsWith(':')) {
      if (part !== expected) return undefined;
      continue;
    }
    const value = decoded(part);
    if (!value) return undefined;
    params[expected.slice(1)] = value;
  }
  return params;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
