import { appId, bot, botId, botUserId, team } from '../workspace.ts';
import type { Method } from './method.ts';
import { answer } from './result.ts';

export const authTest: Method = {
  token: 'any',
  tier: 'free',
  scopes: [],
  name: 'auth.test',
  call: (_args, { base }) =>
    answer({
      ...{ url: `${base}/`, team: team.name, team_id: team.id, user: bot.name, user_id: botUserId },
      ...{ bot_id: botId, app_id: appId, is_enterprise_install: false },
    }),
};

export const connectionsOpen: Method = {
  token: 'app',
  tier: 3,
  scopes: [],
  name: 'apps.connections.open',
  call: (_args, { openSocket }) => answer({ url: openSocket() }),
};
