import { createPlannedFaults, type Planned } from './planned-faults.ts';

/**
 * What can be made to go wrong. `method` is a Web API method, `*` for all of them, `upload` for the upload URL,
 * `response_url`, or several of these, whichever comes first. `times` is 1 unless given; `Infinity` holds until `clear`.
 *
 * `lost-answer` executes the call and then drops the connection; `hang` executes nothing and never answers;
 * `invalid-slack-file` waits for a call whose blocks show a `slack_file`; `slow-file` makes the files that
 * `files.completeUploadExternal` completes ready only after `readyMs` of real time; `no-email` takes the address out of
 * what `users.info` says.
 */
export type Fault = { method: string | readonly string[]; times?: number; channel?: string; user?: string } & (
  | { kind: 'rate-limited'; retryAfterSeconds: number }
  | { kind: 'http'; status: number }
  | { kind: 'error'; error: string }
  | { kind: 'invalid-slack-file' }
  | { kind: 'slow-file'; readyMs: number }
  | { kind: 'no-email' }
  | { kind: 'hang' }
  | { kind: 'lost-answer' }
);

export type PendingFault = Planned<Fault>;

/** What is known of a call before it is executed. */
export interface Attempt {
  method: string;
  /** Whether its blocks show a `slack_file`. */
  showsFile: boolean;
  /** The arguments of these names, where given. */
  channel?: unknown;
  user?: unknown;
}

export interface Faults {
  /** The next `times` calls of the method (naming that channel or person, where given) fail so, in the order planned. */
  failNext(fault: Fault): void;
  /** Takes the fault that applies to this call, if any. */
  take(attempt: Attempt): Fault | undefined;
  /** What is still to come, oldest first. */
  pending(): readonly PendingFault[];
  /** Drops all, or those of one kind of trouble: everything that `which` says. */
  clear(which?: (fault: Fault) => boolean): void;
}

const outsideTheApi = new Set(['upload', 'response_url']);

function applies(fault: Fault, attempt: Attempt): boolean {
  const methods = typeof fault.method === 'string' ? [fault.method] : fault.method;
  const everyMethod = methods.includes('*') && !outsideTheApi.has(attempt.method);
  if (!methods.includes(attempt.method) && !everyMethod) return false;
  if (fault.kind === 'invalid-slack-file' && !attempt.showsFile) return false;
  if (fault.channel !== undefined && fault.channel !== attempt.channel) return false;
  return fault.user === undefined || fault.user === attempt.user;
}

export function createFaults(changed: () => void = () => {}): Faults {
  const planned = createPlannedFaults<Fault>(changed);
  return { ...planned, take: (attempt) => planned.take((fault) => applies(fault, attempt)) };
}
