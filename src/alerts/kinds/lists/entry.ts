/** Somebody on a list: who it is, and why. */
export interface Entry {
  source: string;
  id: string;
  /** By name where there is one. */
  name: string;
  account: string | null;
  /** The larger, the further up. */
  score: number;
  /** Each says one thing that made the score. */
  reasons: readonly string[];
}

/** What one thing about somebody adds to the score, and how it is said. */
export interface Point {
  points: number;
  reason: string;
}

/** The first ones of those that reach the score, the highest first; equal ones in an order that stays. */
export function listed(entries: readonly Entry[], { least, most }: { least: number; most: number }): Entry[] {
  return entries
    .filter(({ score }) => score >= least)
    .toSorted((a, b) => b.score - a.score || (`${a.source}/${a.id}` < `${b.source}/${b.id}` ? -1 : 1))
    .slice(0, most);
}

/** `Noor Haddad (Acme): silent for 24 days, usually writes every 3 days; last rated 1 of 5 on 3 Nov` */
export function entryLine({ name, account, reasons }: Entry): string {
  return `${name}${account === null ? '' : ` (${account})`}: ${reasons.join('; ')}`;
}

/** `1 day`, `3 days` */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
