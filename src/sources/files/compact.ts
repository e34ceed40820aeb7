import type { Converted } from './convert.ts';

/** A converted row with its line. */
export interface Candidate extends Converted {
  line: number;
}

/**
 * Which of two rows need not go on, because the other wins over it in everything: it comes later (or earlier, for
 * `first`) and knows at least the same `keep: last-known` fields. Undefined while either might still have a say. Rows of
 * one record stand together in most event logs, so comparing neighbours spares the database most of such a file; the
 * outcome is the same as if all had been staged.
 */
export function dominated(a: Candidate, b: Candidate, rows: 'last' | 'first'): Candidate | undefined {
  if (a.id === undefined || a.id !== b.id) return undefined;
  const aIsLater = a.version === b.version ? a.line > b.line : a.version > b.version;
  const [winner, loser] = aIsLater === (rows === 'last') ? [a, b] : [b, a];
  return (loser.known & ~winner.known) === 0 ? loser : undefined;
}
