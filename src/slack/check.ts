import { CremaError, messageOf } from '../lib/errors.ts';
import { silentLog } from '../lib/log.ts';
import { createClient, identify } from './client.ts';
import { createSlackLogger } from './logger.ts';

/** What the bot needs; docs/slack-setup.md says why. */
export const neededScopes: readonly string[] = [
  'commands',
  'chat:write',
  'files:write',
  'users:read',
  'users:read.email',
  'app_mentions:read',
  'im:history',
  'channels:read',
  'groups:read',
  'mpim:read',
];

export interface SlackCheck {
  ok: boolean;
  /** The workspace, or what is wrong. */
  detail: string;
  /** Scopes of the token; empty when Slack does not say. */
  scopes: string[];
}

/** One call to Slack with the token; never rejects. */
export async function checkSlack(options: { token: string; apiUrl?: string | undefined }): Promise<SlackCheck> {
  try {
    const client = createClient(options.token, options.apiUrl, createSlackLogger(silentLog));
    const identity = await identify(client, options.apiUrl);
    return { ok: true, detail: `workspace ${identity.team} ${identity.url}`.trim(), scopes: identity.scopes };
  } catch (error) {
    return { ok: false, detail: error instanceof CremaError ? error.message : messageOf(error), scopes: [] };
  }
}
