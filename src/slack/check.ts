import { messageOf } from '../lib/errors.ts';

export interface SlackCheck {
  ok: boolean;
  /** Who the token is, or what is wrong. */
  detail: string;
  /** Scopes the token has, where Slack says. */
  scopes: string[];
}

/** Scopes without which `/kpi` cannot answer with a chart. */
export const neededScopes = ['commands', 'chat:write', 'files:write', 'users:read'] as const;

/** Asks Slack who the bot token is. Never throws. */
export async function checkSlack(options: {
  token: string;
  apiUrl?: string | undefined;
  timeoutMs?: number;
}): Promise<SlackCheck> {
  const url = new URL('auth.test', options.apiUrl ?? 'https://slack.com/api/');
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${options.token}` },
      signal: AbortSignal.timeout(options.timeoutMs ?? 5_000),
    });
    const body = (await response.json()) as { ok?: boolean; error?: string; user?: string; team?: string };
    const scopes = (response.headers.get('x-oauth-scopes') ?? '')
      .split(',')
      .map((scope) => scope.trim())
      .filter((scope) => scope !== '');
    return body.ok
      ? { ok: true, detail: `${body.user ?? 'bot'} in ${body.team ?? 'the workspace'}`, scopes }
      : { ok: false, detail: `Slack says ${body.error ?? response.status}`, scopes };
  } catch (error) {
    return { ok: false, detail: `cannot reach ${url.origin}: ${messageOf(error)}`, scopes: [] };
  }
}
