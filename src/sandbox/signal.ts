/** "Something changed": listeners are told, in order of subscription, and look for themselves. */
export interface Signal {
  emit(): void;
  /** Returns the unsubscribe function. */
  subscribe(listener: () => void): () => void;
}

export function createSignal(): Signal {
  const listeners = new Set<() => void>();
  return {
    emit() {
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/**
 * Resolves with the first value other than `undefined` and `false` that `probe` gives, asked now and after every change.
 * Rejects after `timeoutMs` with a message that names `what`.
 */
export function waitFor<T>(
  signal: Signal,
  what: string,
  probe: () => T | undefined | false,
  timeoutMs: number,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let unsubscribe = (): void => {};
    const timer = setTimeout(() => {
      unsubscribe();
      reject(new Error(`${what} did not happen within ${timeoutMs} ms`));
    }, timeoutMs);
    const look = (): void => {
      try {
        const found = probe();
        if (found === undefined || found === false) return;
        resolve(found);
      } catch (error) {
        reject(error);
      }
      unsubscribe();
      clearTimeout(timer);
    };
    unsubscribe = signal.subscribe(look);
    look();
  });
}
