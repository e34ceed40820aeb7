import type { ServerResponse } from 'node:http';
import type { Store } from '../store.ts';
import type { Person } from '../workspace.ts';
import { channelsOf } from './place.ts';

const coalesceMs = 20;
const heartbeatMs = 15_000;

/** Server-sent events: after a change every console learns the newest entry of each channel of its person, and how much has come elsewhere. */
export function createLive(
  store: Store,
  elsewhere: () => { mail: number; pages: number },
): { attach(person: Person, response: ServerResponse): void; stop(): void } {
  const attached = new Map<ServerResponse, Person>();
  let told = store.revision();
  let timer: NodeJS.Timeout | undefined;

  function newest(person: Person): Record<string, number> {
    const entries = channelsOf(person, store.directory).map(({ id }) => [
      id,
      store.visible(id, person.id).at(-1)?.order ?? 0,
    ]);
    return { ...Object.fromEntries(entries), ...elsewhere() };
  }

  function tell(response: ServerResponse, person: Person): void {
    response.write(`data: ${JSON.stringify({ newest: newest(person) })}\n\n`);
  }

  const unsubscribe = store.signal.subscribe(() => {
    if (store.revision() === told || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      told = store.revision();
      for (const [response, person] of attached) tell(response, person);
    }, coalesceMs);
  });
  const heartbeat = setInterval(() => {
    for (const response of attached.keys()) response.write(': still here\n\n');
  }, heartbeatMs).unref();

  return {
    attach(person, response) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      attached.set(response, person);
      response.once('close', () => attached.delete(response));
      tell(response, person);
    },
    stop() {
      unsubscribe();
      clearInterval(heartbeat);
      clearTimeout(timer);
      for (const response of attached.keys()) response.end();
    },
  };
}
