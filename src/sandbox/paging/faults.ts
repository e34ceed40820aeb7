/**
 * What can be made to go wrong with pages and hooks; `times` is 1 unless given. `too-many` answers 429, with `Retry-After`
 * where seconds are given; `status` answers with it; `hang` keeps nothing and never answers; `drop` breaks the connection
 * off and keeps nothing; `lost-answer` keeps what came and then breaks the connection off.
 */
export type PagingFault = { times?: number; to?: 'pagerduty' | 'hooks' } & (
  | { kind: 'too-many'; retryAfterSeconds?: number }
  | { kind: 'status'; status: number; text?: string }
  | { kind: 'hang' }
  | { kind: 'drop' }
  | { kind: 'lost-answer' }
);

/** Planned faults, taken in the order they were planned. */
export interface PagingFaults {
  failNext(fault: PagingFault): void;
  take(of: 'pagerduty' | 'hooks'): PagingFault | undefined;
  pending(): readonly PagingFault[];
  clear(): void;
}

export function createPagingFaults(changed: () => void): PagingFaults {
  let planned: { fault: PagingFault; left: number }[] = [];
  return {
    failNext(fault) {
      planned.push({ fault, left: fault.times ?? 1 });
      changed();
    },
    take(of) {
      const entry = planned.find(({ fault }) => fault.to === undefined || fault.to === of);
      if (!entry) return undefined;
      entry.left -= 1;
      planned = planned.filter(({ left }) => left > 0);
      changed();
      return entry.fault;
    },
    pending: () => planned.map(({ fault }) => fault),
    clear() {
      planned = [];
      changed();
    },
  };
}
