import type { Json } from './json.ts';
import type { Dispatch, Recorder } from './record.ts';
import type { Signal } from './signal.ts';
import type { Ack, RequestKind, Retry, Transport } from './transport.ts';

/** What became of something a person did. `not_sent`: the bot was never asked, `detail` says why. */
export interface Outcome {
  outcome: Dispatch['outcome'] | 'not_sent';
  /** Milliseconds to the acknowledgement. */
  ackMs: number | undefined;
  detail: string;
}

export interface Dispatcher {
  /** Whether there is a way to the bot at this moment. */
  connected(): boolean;
  /** One request to the bot, recorded. Never rejects; without a way to the bot it is `dispatch_failed`. */
  send(kind: RequestKind, payload: Json, retry?: Retry): Promise<{ ack: Ack; outcome: Outcome }>;
}

/** `transport` gives the way to the bot at this moment, `undefined` when it has none. */
export function createDispatcher(deps: {
  recorder: Recorder;
  signal: Signal;
  transport: () => Transport | undefined;
}): Dispatcher {
  const unreachable: Ack = {
    outcome: 'dispatch_failed',
    detail: 'no bot is connected',
    reason: 'connection_failed',
  };
  return {
    connected: () => deps.transport() !== undefined,
    async send(kind, payload, retry) {
      const transport = deps.transport();
      const [at, started] = [Date.now(), performance.now()];
      const ack = transport === undefined ? unreachable : await transport.send(kind, payload, retry);
      const ackMs = ack.outcome === 'acknowledged' ? performance.now() - started : undefined;
      const result = { outcome: ack.outcome, ackMs, detail: ack.detail };
      deps.recorder.dispatch({ kind, payload, via: transport?.via ?? 'http', retry, at, ...result });
      deps.signal.emit();
      return { ack, outcome: result };
    },
  };
}
