/**
 * What can be made to go wrong. `method` is a Web API method, `upload` for the upload URL, or `response_url`.
 * `lost-answer` executes the call and then drops the connection; `hang` executes nothing and never answers;
 * `invalid-slack-file` waits for a call whose blocks show a `slack_file`.
 */
export type Fault = { method: string; times?: number } & (
  | { kind: 'rate-limited'; retryAfterSeconds: number }
  | { kind: 'http'; status: number }
  | { kind: 'error'; error: string }
  | { kind: 'invalid-slack-file' }
  | { kind: 'hang' }
  | { kind: 'lost-answer' }
);

export interface Faults {
  /** The next `times` (1) calls of the method fail so; faults of one method apply in the order given. */
  failNext(fault: Fault): void;
  /** Takes the fault that applies to this call, if any. `showsFile` tells whether it shows a `slack_file`. */
  take(method: string, showsFile: boolean): Fault | undefined;
  clear(): void;
}

export function createFaults(): Faults {
  let pending: { fault: Fault; left: number }[] = [];
  return {
    failNext: (fault) => void pending.push({ fault, left: fault.times ?? 1 }),
    take(method, showsFile) {
      const entry = pending.find(
        ({ fault, left }) => left > 0 && fault.method === method && (fault.kind !== 'invalid-slack-file' || showsFile),
      );
      if (entry === undefined) return undefined;
      entry.left -= 1;
      pending = pending.filter(({ left }) => left > 0);
      return entry.fault;
    },
    clear() {
      pending = [];
    },
  };
}
