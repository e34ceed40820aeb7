/** Handlers under way: Bolt's stop waits for none of them, so they are counted here. */
export interface Running {
  /** Counts `work` until it settles. */
  track<T>(work: Promise<T>): Promise<T>;
  count(): number;
  /** Resolves when none is under way, or after `deadlineMs`; with how many are left. */
  drain(deadlineMs: number): Promise<number>;
}

export function createRunning(): Running {
  const underWay = new Set<Promise<unknown>>();

  async function emptied(): Promise<void> {
    while (underWay.size > 0) await Promise.allSettled(underWay);
  }

  return {
    track(work) {
      const settled = work.finally(() => underWay.delete(settled));
      underWay.add(settled);
      return settled;
    },
    count: () => underWay.size,
    async drain(deadlineMs) {
      const deadline = Promise.withResolvers<void>();
      const timer = setTimeout(deadline.resolve, deadlineMs);
      await Promise.race([emptied(), deadline.promise]);
      clearTimeout(timer);
      return underWay.size;
    },
  };
}
