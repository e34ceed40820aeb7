export interface Planned<Fault> {
  fault: Fault;
  /** How often it will still happen. */
  left: number;
}

/** What is to go wrong, in the order it was planned. */
export interface PlannedFaults<Fault extends { times?: number }> {
  /** It happens the next `times` times that it applies; 1 unless given, `Infinity` until it is cleared. */
  failNext(fault: Fault): void;
  /** Takes the first one that applies, if any. */
  take(applies: (fault: Fault) => boolean): Fault | undefined;
  /** What is still to come, oldest first. */
  pending(): readonly Planned<Fault>[];
  /** Drops all, or those of one kind. */
  clear(which?: (fault: Fault) => boolean): void;
}

export function createPlannedFaults<Fault extends { times?: number }>(changed: () => void): PlannedFaults<Fault> {
  let planned: Planned<Fault>[] = [];
  return {
    failNext(fault) {
      planned.push({ fault, left: fault.times ?? 1 });
      changed();
    },
    take(applies) {
      const entry = planned.find(({ fault }) => applies(fault));
      if (entry === undefined) return undefined;
      entry.left -= 1;
      planned = planned.filter(({ left }) => left > 0);
      changed();
      return entry.fault;
    },
    pending: () => planned,
    clear(which = () => true) {
      planned = planned.filter(({ fault }) => !which(fault));
      changed();
    },
  };
}
