import type { ChatCrmConfig } from '../../config/sources.ts';
import type { Source } from '../stream.ts';
import { type ClientLimits, createChatCrmClient } from './client.ts';
import { fieldDefinitionStream, fieldValueStream } from './custom-fields.ts';
import { campaignStream, contactStream } from './lists.ts';
import { messageStream } from './messages.ts';
import { reportStream } from './reports.ts';

/**
 * A workspace of the chat CRM as a source. The streams come in the order in which they are given calls: what is cheap
 * and asked for most first. Custom fields are read only where the configuration uses one.
 */
export function chatCrm(name: string, config: ChatCrmConfig, limits?: ClientLimits): Source {
  const workspace = { source: name, client: createChatCrmClient(config, limits) };
  const mapping = config.custom_fields;
  return {
    name,
    kind: config.kind,
    quota: { perMinute: config.quota.per_minute, perDay: config.quota.per_day },
    massDeleteLimit: config.mass_delete_limit,
    streams: [
      campaignStream(workspace),
      reportStream(workspace),
      contactStream(workspace),
      messageStream(workspace, { by: config.messages, historyDays: config.history_days }),
      ...(Object.keys(mapping).length > 0
        ? [fieldDefinitionStream(workspace, mapping), fieldValueStream(workspace, mapping)]
        : []),
    ],
  };
}
