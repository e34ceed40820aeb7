import type { SourceConfig } from '../config/sources.ts';
import { chatCrm } from './chat-crm/index.ts';
import type { Source } from './stream.ts';

/** The rooms that can be synced, by the `kind` of the configuration. */
const rooms: { readonly [Kind in SourceConfig['kind']]: (name: string, config: SourceConfig) => Source } = {
  'chat-crm': chatCrm,
};

/** A source of crema.yaml, ready to be read. Opens no connection. */
export function openSource(name: string, config: SourceConfig): Source {
  return rooms[config.kind](name, config);
}
