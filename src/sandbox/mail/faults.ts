/** The moments of a conversation at which a server can refuse. */
export type MailMoment = 'greeting' | 'login' | 'sender' | 'recipient' | 'message';

/**
 * What can be made to go wrong with mail; `times` is 1 unless given, `to` limits it to mail for one address (from the
 * recipient's moment on).
 *
 * `answer` refuses with a code at a moment; `slow-greeting` greets later by so many milliseconds of real time; `hang` takes
 * the message, keeps nothing and never answers; `drop` breaks the connection off once the message has come, and keeps
 * nothing; `lost-answer` keeps the message and then breaks the connection off.
 */
export type MailFault = { times?: number; to?: string } & (
  | { kind: 'answer'; at: MailMoment; code: number; text?: string }
  | { kind: 'slow-greeting'; ms: number }
  | { kind: 'hang' }
  | { kind: 'drop' }
  | { kind: 'lost-answer' }
);

/** Planned faults, taken in the order they were planned. */
export interface MailFaults {
  failNext(fault: MailFault): void;
  /** The fault for this moment, if one is planned. */
  take(moment: MailMoment, to?: string): MailFault | undefined;
  pending(): readonly MailFault[];
  clear(): void;
}

export function createMailFaults(changed: () => void): MailFaults {
  let planned: { fault: MailFault; left: number }[] = [];
  return {
    failNext(fault) {
      planned.push({ fault, left: fault.times ?? 1 });
      changed();
    },
    take(moment, to) {
      const entry = planned.find(
        ({ fault }) => momentOf(fault) === moment && (fault.to === undefined || fault.to === to),
      );
      if (entry === undefined) return undefined;
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

function momentOf(fault: MailFault): MailMoment {
  if (fault.kind === 'answer') return fault.at;
  return fault.kind === 'slow-greeting' ? 'greeting' : 'message';
}
