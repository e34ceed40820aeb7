import type { Logger } from '@slack/bolt';
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api';
import { CremaError, messageOf } from '../lib/errors.ts';

export const defaultApiUrl = 'https://slack.com/api/';

/** Longest wait for one call, in milliseconds. */
const callTimeoutMs = 10_000;

/**
 * No retries in the client: it repeats after timeouts too, which posts twice. A 429 comes back at once instead of pausing
 * every call of the token. `headers` is never set: it would carry one workspace's token to the others.
 */
export function clientOptions(apiUrl: string | undefined, logger: Logger): WebClientOptions {
  return {
    slackApiUrl: apiUrl ?? defaultApiUrl,
    timeout: callTimeoutMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    maxRequestConcurrency: 10,
    logger,
  };
}

export function createClient(
  token: string,
  apiUrl: string | undefined,
  logger: Logger,
  timeoutMs = callTimeoutMs,
): WebClient {
  return new WebClient(token, { ...clientOptions(apiUrl, logger), timeout: timeoutMs });
}

/** Whom a token belongs to. */
export interface Identity {
  teamId: string | undefined;
  enterpriseId: string | undefined;
  botId: string | undefined;
  botUserId: string | undefined;
  team: string;
  url: string;
  scopes: string[];
}

/** Asks Slack whose token this is. Rejects with a CremaError: `SLACK_UNREACHABLE` or `SLACK_AUTH`. */
export async function identify(client: WebClient, apiUrl: string | undefined): Promise<Identity> {
  try {
    const told = await client.auth.test();
    return {
      teamId: told.team_id,
      enterpriseId: told.enterprise_id,
      botId: told.bot_id,
      botUserId: told.user_id,
      team: told.team ?? told.team_id ?? 'unknown',
      url: told.url ?? '',
      scopes: told.response_metadata?.scopes ?? [],
    };
  } catch (error) {
    throw explained(error, apiUrl, 'SLACK_BOT_TOKEN');
  }
}

/** A failed call at start as an error for a person: which address or variable, and the remedy. */
export function explained(error: unknown, apiUrl: string | undefined, variable: string): CremaError {
  const at = apiUrl ?? defaultApiUrl;
  if (error instanceof CremaError) return error;
  if (error instanceof WebAPIPlatformError) {
    return new CremaError('SLACK_AUTH', `Slack at ${at} refuses the token in ${variable}: ${error.data.error}`, {
      remedy:
        remedies[error.data.error] ??
        `Copy the token again from the app's page at api.slack.com/apps into ${variable}.`,
      cause: error,
    });
  }
  return new CremaError('SLACK_UNREACHABLE', `cannot reach Slack at ${at}: ${reasonOf(error)}`, {
    remedy: apiUrl
      ? 'Check SLACK_API_URL and that something answers there; unset it for slack.com.'
      : 'Check the network, DNS and proxy of this machine; slack.com has to be reachable over https.',
    cause: error,
  });
}

const remedies: Readonly<Record<string, string>> = {
  account_inactive: 'The app was removed from the workspace or deactivated: install it again.',
  token_revoked: 'The token was revoked: install the app again and use the new one.',
  token_expired: 'The token has expired: install the app again and use the new one.',
};

/** Slack's error code where there is one, else what happened on the way. */
export function reasonOf(error: unknown): string {
  if (error instanceof WebAPIPlatformError) return error.data.error;
  if (error instanceof WebAPIRateLimitedError) return `rate limited for ${error.retryAfter} s`;
  if (error instanceof WebAPIHTTPError) return `HTTP ${error.statusCode}`;
  if (error instanceof WebAPIRequestError) {
    const cause = error.original.cause;
    return cause === undefined ? error.original.message : messageOf(cause) || error.original.message;
  }
  return messageOf(error);
}
