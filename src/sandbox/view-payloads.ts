import { viewObject } from './api/view-object.ts';
import type { Json } from './json.ts';
import { verificationToken } from './payloads.ts';
import type { View } from './view.ts';
import { appId, type Person, team } from './workspace.ts';

function about(view: View, user: Person): Json {
  return {
    ...{ team: { id: team.id, domain: team.domain }, api_app_id: appId, token: verificationToken },
    user: { id: user.id, username: user.name, name: user.name, team_id: team.id },
    ...{ view: viewObject(view), enterprise: null, is_enterprise_install: false },
  };
}

/** An element of a modal or home was operated. There is no response URL: the app updates the view. */
export function viewActionsPayload(view: View, user: Person, action: Json, triggerId: string): Json {
  return {
    ...{ type: 'block_actions', ...about(view, user), trigger_id: triggerId },
    ...{ container: { type: 'view', view_id: view.id }, actions: [action] },
  };
}

/** `responseUrls` are those of conversation menus that asked for one. */
export function viewSubmissionPayload(
  view: View,
  user: Person,
  triggerId: string,
  responseUrls: readonly Json[],
): Json {
  return { type: 'view_submission', ...about(view, user), trigger_id: triggerId, response_urls: responseUrls };
}

/** `cleared`: the whole stack went at once. */
export function viewClosedPayload(view: View, user: Person, cleared: boolean): Json {
  return { type: 'view_closed', ...about(view, user), is_cleared: cleared };
}
