import { isMovable } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { type DispatchDeps, dispatchNext } from './dispatch.ts';
import { mendDeliveries } from './mend.ts';

export interface Dispatcher {
  /** Looks at once for what has become ready, or again after the look that runs. */
  wake(): void;
  /** `ok`, or what is wrong. */
  state(): string;
  /** Takes nothing new, lets what is under way end, and asks it to. */
  stop(): Promise<void>;
}

export interface DispatcherOptions extends DispatchDeps {
  /** Deliveries at a time in this process. */
  concurrency?: number;
  /** Called before each look: writes the deliveries that have come due. */
  plan?: () => Promise<void>;
}

/**
 * Sends what is due, again and again. Any number of processes may do so over one database: rows decide who sends what. A
 * failing turn is logged and tried at the next one.
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { clock, log, timing, concurrency = 4 } = options;
  const stopping = new AbortController();
  const busy = new Set<Promise<void>>();
  let woken = false;
  let endPause: () => void = () => undefined;
  let trouble: string | undefined;

  function wake(): void {
    woken = true;
    endPause();
  }

  /** Works until nothing is ready. */
  async function work(): Promise<void> {
    while (!stopping.signal.aborted && (await dispatchNext(options, stopping.signal)));
  }

  async function turn(): Promise<void> {
    await options.plan?.();
    await mendDeliveries(options);
    // Others that are still at long deliveries do not keep this turn from ending.
    while (busy.size < concurrency) {
      const worker = work()
        .catch((error: unknown) =>
          log.warn({ error: messageOf(error) }, 'a delivery was broken off, will be taken back'),
        )
        .finally(() => busy.delete(worker));
      busy.add(worker);
    }
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      woken = false;
      try {
        await turn();
        trouble = undefined;
      } catch (error) {
        trouble = messageOf(error);
        log.warn({ error: trouble }, 'looking for due deliveries failed, will be tried again');
      }
      if (woken || stopping.signal.aborted) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timing.pollMs);
        endPause = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  const unfollow = isMovable(clock) ? clock.onMove(wake) : () => undefined;
  const ended = loop();
  return {
    wake,
    state: () => trouble ?? 'ok',
    async stop() {
      unfollow();
      stopping.abort(new Error('Crema is stopping'));
      endPause();
      await ended;
      await Promise.all(busy);
    },
  };
}
