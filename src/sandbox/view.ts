import type { Json } from './json.ts';
import type { Block } from './message.ts';

/** What an app says of a view: checked, with generated ids filled in. */
export interface ViewContent {
  type: 'modal' | 'home';
  externalId: string;
  callbackId: string;
  privateMetadata: string;
  title: string;
  blocks: Block[];
  /** The payload as sent, with generated ids filled in. */
  payload: Json;
}

/** What the elements of a view hold, by block and action id: each as Slack reports it. */
export type Values = Record<string, Record<string, Json>>;

/** A modal or an App Home as Slack keeps it. */
export interface View extends ViewContent {
  id: string;
  /** The person who sees it. */
  user: string;
  /** Changes with every update; a stale one is refused with `hash_conflict`. */
  hash: string;
  /** The first view of its stack, and the one below it. */
  rootId: string;
  previousId: string | undefined;
  values: Values;
  /** What is wrong with what was filled in, by block id: said by Slack or by the app. */
  errors: Record<string, string>;
  /** What Slack tells the person when the app could not be told, or answered nonsense. */
  trouble: string | undefined;
}
