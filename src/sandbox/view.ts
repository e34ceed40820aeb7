import type { Block } from './message.ts';

/** A modal or an App Home as Slack keeps it. */
export interface View {
  id: string;
  type: 'modal' | 'home';
  /** The person who sees it. */
  user: string;
  /** Changes with every update; a stale one is refused with `hash_conflict`. */
  hash: string;
  externalId: string;
  callbackId: string;
  privateMetadata: string;
  title: string;
  blocks: Block[];
  /** The payload as sent, with generated ids filled in. */
  payload: Record<string, unknown>;
}
