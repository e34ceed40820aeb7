import { createServer } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { sendJson } from '../http.ts';
import { listen } from '../server.ts';
import { createAnswers } from './answers.ts';
import { handleCall } from './api.ts';
import { type CrmFaults, createCrmFaults } from './faults.ts';
import { createMeter, type Quota } from './quota.ts';
import { createWorld, epochSeconds, type WorldOptions } from './world.ts';

export interface CrmOptions extends WorldOptions {
  /** 0 or absent: any free port of 127.0.0.1. */
  port?: number;
  /** The moment as of which the CRM answers; it may move, also back. Quotas run by it too. */
  clock: Clock;
  log: Log;
  apiKey: string;
  /** No limit unless given. */
  quota?: Quota;
  /** Whether the list of campaigns ends at its `rows` (20), which the CRM's description leaves open. Off unless given. */
  campaignsCutAtRows?: boolean;
}

export interface Crm {
  /** Base address of the API, without a slash at the end. */
  readonly url: string;
  readonly faults: CrmFaults;
  /** The key accepted from now on; undefined revokes it. */
  setApiKey(key: string | undefined): void;
  /** Calls answered so far, oldest first: path with query, and status. The last 10,000 are kept. */
  calls(): readonly { path: string; status: number }[];
  stop(): Promise<void>;
}

const keptCalls = 10_000;

/** A CRM with a company in it that lives as the clock goes. Rejects with a CremaError when the port is taken. */
export async function createCrm(options: CrmOptions): Promise<Crm> {
  const { clock, log } = options;
  const world = createWorld(options);
  const faults = createCrmFaults(options.seed);
  let apiKey: string | undefined = options.apiKey;
  let calls: { path: string; status: number }[] = [];
  const api = {
    answers: createAnswers(world, { campaignsCutAtRows: options.campaignsCutAtRows ?? false }),
    faults,
    meter: createMeter(options.quota ?? {}),
    quota: options.quota ?? {},
    apiKey: () => apiKey,
    now: () => epochSeconds(clock.now()),
    called(path: string, status: number) {
      if (calls.length >= 2 * keptCalls) calls = calls.slice(-keptCalls);
      calls.push({ path, status });
    },
  };
  const server = createServer((request, response) => {
    handleCall(api, request, response).catch((error: unknown) => {
      log.error({ err: error, path: request.url }, 'crm simulator request failed');
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { success: false, developer_message: 'the simulator failed, see its log' });
    });
  });
  const url = await listen(server, options.port ?? 0);
  return {
    url,
    faults,
    setApiKey(key) {
      apiKey = key;
    },
    calls: () => calls.slice(-keptCalls),
    async stop() {
      // Hanging answers would keep the server open for ever.
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
