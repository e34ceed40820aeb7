/** Lines as they come, with a limit to the wait. */
export interface Pace {
  /**
   * The next line; `late` when the batch that is open has been so for `withinMs` (none: waits as long as it takes),
   * `interrupted` when the run is to end.
   */
  next(withinMs: number | undefined): Promise<{ line: string } | 'late' | 'end' | 'interrupted'>;
  /** A new batch begins: its time counts from its first line. */
  restart(): void;
  close(): void;
}

/** One wait at a time: a race against a signal for every line would leave a handler behind for each of them. */
export function createPace(lines: AsyncIterable<string>, signal: AbortSignal | undefined): Pace {
  const iterator = lines[Symbol.asyncIterator]();
  let coming: Promise<IteratorResult<string>> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  let wake: () => void = () => undefined;
  const onAbort = () => wake();
  signal?.addEventListener('abort', onAbort);

  const restart = () => {
    clearTimeout(timer);
    timer = undefined;
    isLate = false;
  };

  return {
    restart,
    async next(withinMs) {
      if (withinMs !== undefined) {
        timer ??= setTimeout(() => {
          isLate = true;
          wake();
        }, withinMs);
      }
      if (signal?.aborted) return 'interrupted';
      if (isLate) return 'late';
      coming ??= iterator.next();
      const pending = coming;
      const result = await new Promise<IteratorResult<string> | undefined>((resolve, reject) => {
        wake = () => resolve(undefined);
        pending.then(resolve, reject);
      });
      if (result === undefined) return signal?.aborted ? 'interrupted' : 'late';
      coming = undefined;
      return result.done ? 'end' : { line: result.value };
    },
    close() {
      restart();
      signal?.removeEventListener('abort', onAbort);
      // Not waited for: a generator that waits for its input returns only when that comes.
      coming?.catch(() => undefined);
      Promise.resolve(iterator.return?.()).catch(() => undefined);
    },
  };
}
