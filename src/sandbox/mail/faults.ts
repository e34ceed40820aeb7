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

/** Whether a fault is for this moment, and for mail to this address. */
export function appliesTo(fault: MailFault, moment: MailMoment, to?: string): boolean {
  return momentOf(fault) === moment && (fault.to === undefined || fault.to === to);
}

function momentOf(fault: MailFault): MailMoment {
  if (fault.kind === 'answer') return fault.at;
  return fault.kind === 'slow-greeting' ? 'greeting' : 'message';
}
