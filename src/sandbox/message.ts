import type { Json } from './json.ts';

/** A block that passed the validator: its fields are Slack's, `block_id` is always there. */
export type Block = Json & { type: string; block_id: string };

export interface Attachment {
  color: string | undefined;
  fallback: string;
  text: string;
  blocks: Block[];
}

/** What a message says, without where and to whom. */
export interface MessageContent {
  text: string;
  blocks: Block[];
  attachments: Attachment[];
  metadata: Json | undefined;
}

export interface Message extends MessageContent {
  /** Slack's timestamp, the message's identity in its channel: seconds and microseconds, `1763350000.000100`. */
  ts: string;
  channel: string;
  /** Counts up over the whole workspace: the order in which things appeared, whatever the clock was set to. */
  order: number;
  /** Author: a person, the bot, or Slackbot. */
  user: string;
  /** The one person who sees it; `undefined` when everybody in the channel does. */
  ephemeralTo: string | undefined;
  threadTs: string | undefined;
  /** A reply that is shown in the channel as well. */
  broadcast: boolean;
  /** Ids of files shared with the message (not the images in its blocks). */
  files: string[];
  edited: boolean;
  /** Counts changes, so that a viewer knows what to draw again. */
  version: number;
}
