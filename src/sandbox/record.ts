import type { Json } from './json.ts';
import type { RequestKind, Retry } from './transport.ts';

/** One call of the bot: to the Web API, the upload URL (`upload`) or a response URL (`response_url`). */
export interface ApiCall {
  method: string;
  args: Json;
  ok: boolean;
  /** Slack's error code, or the HTTP status where there is none. */
  error: string | undefined;
  /** Milliseconds since the Unix epoch, real time. */
  at: number;
  durationMs: number;
}

/** One request of the sandbox to the bot. */
export interface Dispatch {
  kind: RequestKind;
  payload: Json;
  via: 'http' | 'socket';
  /** Set where an event was sent again. */
  retry: Retry | undefined;
  /** Milliseconds since the Unix epoch, real time. */
  at: number;
  /** Time to the acknowledgement; `undefined` when there was none. */
  ackMs: number | undefined;
  outcome: 'acknowledged' | 'operation_timeout' | 'dispatch_failed';
  /** HTTP status, or why there is none. */
  detail: string;
}

/** What went over the wire, oldest first; only the latest `limit` of each kind are kept. */
export interface Recorder {
  calls: ApiCall[];
  dispatches: Dispatch[];
  call(entry: ApiCall): void;
  dispatch(entry: Dispatch): void;
}

export function createRecorder(limit = 2_000): Recorder {
  const recorder: Recorder = {
    calls: [],
    dispatches: [],
    call: (entry) => keep(recorder.calls, entry),
    dispatch: (entry) => keep(recorder.dispatches, entry),
  };
  function keep<T>(list: T[], entry: T): void {
    list.push(entry);
    if (list.length > limit) list.splice(0, list.length - limit);
  }
  return recorder;
}
