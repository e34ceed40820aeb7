import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import { findPerson, type Person } from '../answers/people.ts';
import type { Db } from '../db/db.ts';
import type { Log } from '../lib/log.ts';
import { reasonOf } from './client.ts';

/** How long what Slack says about somebody is believed, and how long its silence, in milliseconds. */
const believedMs = 10 * 60_000;
const silenceMs = 30_000;
const mostRemembered = 5_000;

export type FindPerson = (slackUserId: string) => Promise<Person | null>;

/**
 * Who somebody in Slack is to the CRM: by Slack id, else by the e-mail address of the Slack profile. Guests, bots and
 * people of other workspaces are never matched by address. When Slack does not tell (no scope, no answer), they are
 * strangers.
 */
export function createFindPerson(deps: {
  db: Db;
  tenantId: number;
  client: { users: Pick<WebClient['users'], 'info'> };
  log: Log;
  /** Milliseconds that may be any clock's. */
  now?: () => number;
}): FindPerson {
  const { db, tenantId, client, log, now = () => performance.now() } = deps;
  const remembered = new Map<string, { email: string | undefined; until: number }>();
  const underWay = new Map<string, Promise<string | undefined>>();

  function emailOf(user: string): Promise<string | undefined> {
    const known = remembered.get(user);
    if (known && known.until > now()) return Promise.resolve(known.email);
    const asked = underWay.get(user) ?? remember(user, known?.email).finally(() => underWay.delete(user));
    underWay.set(user, asked);
    return asked;
  }

  async function remember(user: string, before: string | undefined): Promise<string | undefined> {
    const { told, email } = await askSlack(user, before);
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(user, { email, until: now() + (told ? believedMs : silenceMs) });
    return email;
  }

  /** Where Slack is silent, what it said before still counts. */
  async function askSlack(
    user: string,
    before: string | undefined,
  ): Promise<{ told: boolean; email?: string | undefined }> {
    try {
      const { user: profile } = await client.users.info({ user });
      const outsider =
        profile?.is_restricted ||
        profile?.is_ultra_restricted ||
        profile?.is_stranger ||
        profile?.is_bot ||
        profile?.deleted;
      return { told: true, email: outsider ? undefined : profile?.profile?.email };
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'slack does not say who a person is');
      return error instanceof WebAPIPlatformError ? { told: true } : { told: false, email: before };
    }
  }

  return async (slackUserId) => {
    const byId = await findPerson(db, tenantId, { slackUserId });
    if (byId) return byId;
    const email = await emailOf(slackUserId);
    return email === undefined ? null : findPerson(db, tenantId, { slackUserId, email });
  };
}
