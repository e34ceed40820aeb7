import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Metrics } from './metrics.ts';
import { type Checks, readinessOf } from './readiness.ts';
import { send, sendJson } from './respond.ts';

export interface Route {
  methods: readonly string[];
  handle(request: IncomingMessage, response: ServerResponse): Promise<void> | void;
}

export interface RouteDeps {
  slack: RequestListener | undefined;
  cron: RequestListener | undefined;
  ready: () => Promise<Checks>;
  readyTimeoutMs: number;
  metrics: Metrics;
  isClosing: () => boolean;
}

const readOnly = ['GET', 'HEAD'];

/** Every path there is. */
export function createRoutes({
  slack,
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
  if (slack) routes.set('/slack/events', { methods: ['POST'], handle: slack });
  // It starts work, so a HEAD is not for it.
  if (cron) routes.set('/api/cron/aggregate-metrics', { methods: ['GET'], handle: cron });
  return routes;
}
