import type { Json } from './json.ts';

/** How long Slack waits for an acknowledgement. */
export const ackTimeoutMs = 3_000;

export type RequestKind = 'command' | 'block_actions';

/** What became of a request to the bot; `body` is what the bot put into its acknowledgement. */
export type Ack =
  | { outcome: 'acknowledged'; body: unknown; detail: string }
  | { outcome: 'operation_timeout' | 'dispatch_failed'; detail: string };

/** A way to the bot. Never rejects. */
export interface Transport {
  via: 'http' | 'socket';
  send(kind: RequestKind, payload: Json): Promise<Ack>;
}
