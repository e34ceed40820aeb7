import type { Json } from '../json.ts';
import type { View } from '../view.ts';
import { appId, botId, teamId } from '../workspace.ts';

/** A view as Slack gives it back and sends it along, with what the person has filled in. */
export function viewObject(view: View): Json {
  const { title = null, submit = null, close = null } = view.payload;
  const isTrue = (name: string): boolean => view.payload[name] === true;
  return {
    ...{ id: view.id, team_id: teamId, type: view.type, blocks: view.blocks, title, submit, close },
    ...{ private_metadata: view.privateMetadata, callback_id: view.callbackId, external_id: view.externalId },
    ...{ clear_on_close: isTrue('clear_on_close'), notify_on_close: isTrue('notify_on_close') },
    ...{ submit_disabled: isTrue('submit_disabled'), hash: view.hash, state: { values: view.values } },
    ...{ root_view_id: view.rootId, previous_view_id: view.previousId ?? null },
    ...{ app_id: appId, app_installed_team_id: teamId, bot_id: botId },
  };
}
