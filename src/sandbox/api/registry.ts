import * as chat from './chat.ts';
import * as conversations from './conversations.ts';
import * as files from './files.ts';
import * as general from './general.ts';
import * as history from './history.ts';
import type { Method } from './method.ts';
import * as users from './users.ts';
import * as views from './views.ts';

/** The methods of the Web API that the sandbox has; any other is `unknown_method`. */
const methods: readonly Method[] = [
  general.authTest,
  general.connectionsOpen,
  chat.postMessage,
  chat.postEphemeral,
  chat.update,
  chat.remove,
  chat.getPermalink,
  conversations.info,
  history.history,
  history.replies,
  conversations.members,
  conversations.open,
  conversations.ofUser,
  users.info,
  files.getUploadUrl,
  files.completeUpload,
  files.info,
  views.open,
  views.push,
  views.update,
  views.publish,
];

export const methodByName: ReadonlyMap<string, Method> = new Map(methods.map((method) => [method.name, method]));
