import type { Json } from '../json.ts';
import type { View } from '../view.ts';
import { appId, botId, teamId } from '../workspace.ts';

/** A view as Slack gives it back and sends it along. */
export function viewObject(view: View): Json {
  return {
    ...view.payload,
    ...{ id: view.id, team_id: teamId, app_id: appId, bot_id: botId, hash: view.hash, root_view_id: view.id },
    ...{ external_id: view.externalId, callback_id: view.callbackId, private_metadata: view.privateMetadata },
    state: { values: {} },
  };
}
