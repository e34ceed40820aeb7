import { initialValues } from '../actions.ts';
import { allBlocks } from '../content.ts';
import type { Message } from '../message.ts';
import type { Store } from '../store.ts';
import type { Values, View } from '../view.ts';

/** What drawing blocks needs to know around them: the workspace, who looks, and what the elements hold. */
export interface Scene {
  store: Store;
  /** The person who looks. */
  user: string;
  values: Values;
  /** What is wrong with an input, by block id. */
  errors: Readonly<Record<string, string>>;
}

export function sceneOfMessage(message: Message, user: string, store: Store): Scene {
  return { store, user, values: initialValues(allBlocks(message)), errors: {} };
}

export function sceneOfView(view: View, store: Store): Scene {
  return { store, user: view.user, values: view.values, errors: view.errors };
}
