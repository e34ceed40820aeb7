import { WebAPIPlatformError, WebAPIRateLimitedError, type WebClient } from '@slack/web-api';
import sql from 'sql-template-tag';
import type { Db } from '../db/db.ts';
import { zoneNamed } from '../domain/cadence.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type Identity, reasonOf } from './client.ts';

/** How long what Slack said is believed without asking again, and how long while Slack cannot be asked. */
const believedFor = { hours: 1 };
const believedInNeedFor = { hours: 24 };
/** How long Slack is left alone after it did not say who somebody is, in milliseconds. */
const silenceMs = 30_000;
const mostSilences = 5_000;

/** What a Slack user is in this workspace; only members are known by their address. */
export type Standing = 'member' | 'guest' | 'bot' | 'deactivated' | 'foreign';

/** What Slack says about a user. */
export interface Profile {
  standing: Standing;
  name: string | null;
  email: string | null;
  /** IANA; null where Slack does not say. */
  timezone: string | null;
}

/** `unchecked`: Slack does not say, and has not said within a day; `busyFor` in seconds where it asks to be left alone. */
export type Checked = ({ kind: 'known' } & Profile) | { kind: 'unchecked'; busyFor?: number };

/** Who is who in Slack, kept in ops.slack_users, from where the database knows a viewer's address. */
export interface Profiles {
  /** What Slack says, not older than an hour, or than a day when Slack cannot be asked. Rejects for a lost database. */
  check(slackUserId: string): Promise<Checked>;
  /** Slack reports a change: whoever differs from what is kept is asked about again, or else forgotten. */
  changed(reported: unknown): Promise<void>;
}

export interface ProfilesDeps {
  db: Db;
  tenantId: number;
  clock: Clock;
  client: { users: Pick<WebClient['users'], 'info'> };
  /** Whose workspace it is; undefined before the door is open. */
  identity: () => Pick<Identity, 'teamId' | 'enterpriseId'> | undefined;
  log: Log;
  /** Milliseconds that may be any clock's. */
  ticks?: () => number;
}

export function createProfiles(deps: ProfilesDeps): Profiles {
  const { db, tenantId, clock, client, log, ticks = () => performance.now() } = deps;
  const underWay = new Map<string, Promise<Checked>>();
  const silences = new Map<string, { until: number; said: Checked }>();

  function check(user: string): Promise<Checked> {
    const going = underWay.get(user) ?? checkOnce(user).finally(() => underWay.delete(user));
    underWay.set(user, going);
    return going;
  }

  async function checkOnce(user: string): Promise<Checked> {
    const kept = await read(user);
    if (kept && isWithin(kept.checkedAt, believedFor)) return known(kept);
    const asked = await askSlack(user);
    if (asked.kind === 'known') {
      await write(user, asked);
      return asked;
    }
    return kept && isWithin(kept.checkedAt, believedInNeedFor) ? known(kept) : asked;
  }

  /** A clock that was set back makes what is kept doubtful, too. */
  function isWithin(at: Temporal.Instant, age: { hours: number }): boolean {
    const now = clock.now();
    return Temporal.Instant.compare(at, now) <= 0 && Temporal.Instant.compare(at, now.subtract(age)) >= 0;
  }

  async function askSlack(user: string): Promise<Checked> {
    const silence = silences.get(user);
    if (silence && silence.until > ticks()) return silence.said;
    silences.delete(user);
    try {
      const told = await client.users.info({ user });
      const profile = readProfile(told.user, deps.identity());
      if (profile?.standing !== 'member' || profile.email !== null) return { kind: 'known', ...(profile ?? nobody) };
      // Without the scope Slack leaves the address out and says nothing.
      const scopes = told.response_metadata?.scopes;
      if (!scopes || scopes.includes('users:read.email')) return { kind: 'known', ...profile };
      return remember(user, { kind: 'unchecked' }, 'the scope users:read.email is missing');
    } catch (error) {
      if (error instanceof WebAPIPlatformError && /^user_not_(found|visible)$/.test(error.data.error)) {
        return { kind: 'known', ...nobody };
      }
      const busy = error instanceof WebAPIRateLimitedError ? { busyFor: error.retryAfter } : {};
      return remember(user, { kind: 'unchecked', ...busy }, reasonOf(error));
    }
  }

  function remember(user: string, said: Checked, reason: string): Checked {
    log.warn({ user, reason }, 'slack does not say who a person is');
    if (silences.size >= mostSilences) silences.clear();
    const forMs = said.kind === 'unchecked' && said.busyFor !== undefined ? said.busyFor * 1000 : silenceMs;
    silences.set(user, { until: ticks() + forMs, said });
    return said;
  }

  async function read(user: string): Promise<(Profile & { checkedAt: Temporal.Instant }) | undefined> {
    const [row] = await db.query<Profile & { checkedAt: Temporal.Instant }>(sql`
      select standing, name, email, timezone, checked_at as "checkedAt" from ops.slack_users
      where tenant_id = ${tenantId} and slack_user_id = ${user}`);
    return row;
  }

  async function write(user: string, { standing, name, email, timezone }: Profile): Promise<void> {
    const at = clock.now().toString();
    await db.run(sql`
      insert into ops.slack_users (tenant_id, slack_user_id, standing, name, email, timezone, checked_at)
      values (${tenantId}, ${user}, ${standing}, ${name}, ${email}, ${timezone}, ${at})
      on conflict (tenant_id, slack_user_id) do update
      set standing = excluded.standing, name = excluded.name, email = excluded.email,
        timezone = excluded.timezone, checked_at = excluded.checked_at`);
  }

  /**
   * What an event says is a reason to ask, not the answer: events come late and in any order, and an old one must not
   * bring an old address back.
   */
  async function changed(reported: unknown): Promise<void> {
    const user = (reported as { id?: unknown } | null)?.id;
    const kept = typeof user === 'string' ? await read(user) : undefined;
    if (typeof user !== 'string' || !kept) return;
    const says = readProfile(reported as SlackUser, deps.identity());
    if (says && says.standing === kept.standing && says.email === kept.email && says.timezone === kept.timezone) return;
    // A look-up that began before the change must not be written after it.
    await underWay.get(user);
    silences.delete(user);
    const asked = await askSlack(user);
    if (asked.kind === 'known') await write(user, asked);
    else await db.run(sql`delete from ops.slack_users where tenant_id = ${tenantId} and slack_user_id = ${user}`);
  }

  return { check, changed };
}

type SlackUser = NonNullable<Awaited<ReturnType<WebClient['users']['info']>>['user']>;

const nobody: Profile = { standing: 'foreign', name: null, email: null, timezone: null };

function known({ standing, name, email, timezone }: Profile): Checked {
  return { kind: 'known', standing, name, email, timezone };
}

/** Undefined where Slack says nothing of use. Every doubt makes somebody less than a member. */
export function readProfile(
  user: SlackUser | undefined,
  ours: Pick<Identity, 'teamId' | 'enterpriseId'> | undefined,
): Profile | undefined {
  if (!user) return undefined;
  const standing = standingOf(user, ours);
  const confirmed = standing === 'member' && user.is_email_confirmed !== false && !user.is_invited_user;
  const { profile } = user;
  return {
    standing,
    name: profile?.real_name || user.real_name || profile?.display_name || user.name || null,
    email: (confirmed && profile?.email?.trim()) || null,
    timezone: zoneNamed(user.tz ?? '') ?? null,
  };
}

function standingOf(user: SlackUser, ours: Pick<Identity, 'teamId' | 'enterpriseId'> | undefined): Standing {
  if (user.deleted) return 'deactivated';
  if (user.is_bot || user.is_workflow_bot || user.id === 'USLACKBOT') return 'bot';
  if (user.is_stranger || !isOurs(user, ours)) return 'foreign';
  return user.is_restricted || user.is_ultra_restricted ? 'guest' : 'member';
}

/** In an organisation the token is a workspace's or the whole organisation's, and so are its own people. */
function isOurs(user: SlackUser, ours: Pick<Identity, 'teamId' | 'enterpriseId'> | undefined): boolean {
  if (!ours) return false;
  const { team_id, enterprise_user: inOrganisation } = user;
  if (ours.teamId !== undefined) return [team_id, ...(inOrganisation?.teams ?? [])].includes(ours.teamId);
  return ours.enterpriseId !== undefined && inOrganisation?.enterprise_id === ours.enterpriseId;
}
