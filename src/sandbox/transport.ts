import type { Json } from './json.ts';

/** How long Slack waits for an acknowledgement. */
export const ackTimeoutMs = 3_000;

export type RequestKind =
  | 'command'
  | 'block_actions'
  | 'view_submission'
  | 'view_closed'
  | 'event'
  | 'url_verification';

/** Why an event is sent again, in Slack's words. */
export type RetryReason = 'http_timeout' | 'http_error' | 'connection_failed';

/** The how-manieth repetition of an event this is, counted from 1. */
export interface Retry {
  number: number;
  reason: RetryReason;
}

/** What became of a request to the bot; `body` is what the bot put into its acknowledgement. */
export type Ack =
  | { outcome: 'acknowledged'; body: unknown; detail: string }
  | {
      outcome: 'operation_timeout' | 'dispatch_failed';
      detail: string;
      reason: RetryReason;
      /** The bot said `x-slack-no-retry: 1`. */
      final?: boolean;
    };

/** A way to the bot. Never rejects. */
export interface Transport {
  via: 'http' | 'socket';
  send(kind: RequestKind, payload: Json, retry?: Retry): Promise<Ack>;
}
