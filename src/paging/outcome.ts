/** How a page or a hook ended; one shape with what deliveries call an outcome. */
export type PageOutcome =
  | { kind: 'sent'; proof: Readonly<Record<string, string>> }
  /** Definitely not taken; may be later. */
  | { kind: 'again'; reason: string; afterMs?: number }
  | { kind: 'refused'; reason: string; whose: 'recipient' | 'sender' | 'letter' }
  /** It may have been taken. */
  | { kind: 'unknown'; reason: string };

/** What both ways out share, for whoever hands one over. */
export interface Handover {
  /** Awaited right before the one call that has an effect; where it rejects, nothing is sent. */
  handOver: () => Promise<void>;
  /** Breaks the call off: what became of it is then not known. */
  signal: AbortSignal;
}
