import { messageOf } from './errors.ts';

/** Named stop functions, run last in, first out, once; a failing or slow one never keeps the others from running. */
export interface Stops {
  onStop(name: string, stop: () => Promise<void> | void): void;
  /** Runs every registered stop. Concurrent callers get the same promise. Rejects with all failures joined. */
  stop(): Promise<void>;
}

export interface StopsOptions {
  /** Longest wait for one step, in milliseconds. */
  stepTimeoutMs?: number;
  onStep?: (name: string) => void;
}

export function createStops(options: StopsOptions = {}): Stops {
  const { stepTimeoutMs = 10_000, onStep } = options;
  const steps: { name: string; stop: () => Promise<void> | void }[] = [];
  let running: Promise<void> | undefined;

  async function runAll(): Promise<void> {
    const failures: Error[] = [];
    for (let step = steps.pop(); step; step = steps.pop()) {
      onStep?.(step.name);
      try {
        await withDeadline(Promise.resolve(step.stop()), stepTimeoutMs, step.name);
      } catch (error) {
        failures.push(new Error(`stopping ${step.name}: ${messageOf(error)}`, { cause: error }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map((failure) => failure.message).join('; '));
  }

  return {
    onStop: (name, stop) => void steps.push({ name, stop }),
    stop: () => {
      running ??= runAll();
      return running;
    },
  };
}

/** Rejects when `work` has not settled within `timeoutMs`; `work` itself goes on. */
export function withDeadline<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} took more than ${timeoutMs} ms`)), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
