/** Deterministic randomness: the same key gives the same numbers, whatever else is drawn elsewhere. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Whether an event of probability `p` happens. */
  chance(p: number): boolean;
  /** Standard normal. */
  normal(): number;
  pick<T>(items: readonly T[]): T;
  /** An item, each as likely as its weight says. */
  weighted<T>(items: readonly (readonly [T, number])[]): T;
}

export function randomFor(key: string): Random {
  let state = hash(key);
  // mulberry32 (public domain, Tommy Ettinger): small, and good enough for people and parcels.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    chance: (p) => next() < p,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (items) => items[Math.floor(next() * items.length)]!,
    weighted(items) {
      // By index: millions of people and messages are drawn here, and taking pairs apart costs more than all the rest.
      let total = 0;
      for (let index = 0; index < items.length; index++) total += items[index]![1];
      let left = next() * total;
      for (let index = 0; index < items.length; index++) {
        left -= items[index]![1];
        if (left < 0) return items[index]![0];
      }
      return items.at(-1)![0];
    },
  };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value;
}
