import type { Clock } from '../../lib/clock.ts';
import type { Driver } from '../driver.ts';
import type { Route } from '../server.ts';
import type { Store } from '../store.ts';

export interface ConsoleDeps {
  store: Store;
  driver: Driver;
  clock: Clock;
  completions: readonly string[];
}
export function createConsole(_deps: ConsoleDeps): { routes: Route[]; stop(): void } {
  return { routes: [], stop() {} };
}
