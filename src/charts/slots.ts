/** A fixed number of places, handed out in the order they were asked for. */
export interface Slots {
  /** Resolves when a place is this caller's; rejects with the signal's reason if that comes first. */
  take(signal: AbortSignal): Promise<void>;
  /** Gives a place back, to be called once for each one taken. */
  release(): void;
}

export function createSlots(count: number): Slots {
  let free = count;
  const waiting = new Set<() => void>();

  return {
    take(signal) {
      if (free > 0) {
        free--;
        return Promise.resolve();
      }
      return new Promise((resolve, reject) => {
        const giveUp = () => {
          waiting.delete(accept);
          reject(signal.reason);
        };
        const accept = () => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        };
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.add(accept);
      });
    },
    release() {
      const [next] = waiting;
      if (!next) {
        free++;
        return;
      }
      waiting.delete(next);
      next();
    },
  };
}
