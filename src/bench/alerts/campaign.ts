import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import type { Db } from '../../db/db.ts';
import { bringUpToDate } from '../../jobs/upkeep.ts';
import { fixedClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts';
import { botUserId, type Channel, executive } from '../../sandbox/workspace.ts';
import { defaultPolicies } from '../../sla/policy.ts';
import { chances } from '../chances.ts';
import { now as benchNow, makeCompany, source, teams } from '../company.ts';
import { startReplicas } from '../deliveries/replicas.ts';
import { type AlertAudit, auditAlerts } from './audit.ts';
import { addRules, markTickets, terms } from './town.ts';

export interface CampaignOptions {
  /** An empty, migrated database. */
  db: Db;
  url: string;
  seed: number;
  /** Simulated minutes. */
  minutes: number;
  replicas: number;
  /** Kills and faults of Slack in a hundred minutes. */
  kills: number;
  faults: number;
  onProgress: (words: string) => void;
}

export interface CampaignResult extends AlertAudit {
  /** Times something was not well for long enough to be told, by the data. */
  episodes: number;
  kills: number;
  faults: number;
  seconds: number;
}

const token = 'xoxb-bench';
const scopes = [
  'commands',
  'chat:write',
  'users:read',
  'im:write',
  'channels:read',
  'channels:history',
  'groups:history',
];
/** Longest wait for a minute's work, in milliseconds of real time. */
const patienceMs = 60_000;
/** How many tickets of one team are too many. */
const many = 3;

/**
 * Teams have too many tickets again and again, while several processes that look and send are killed at random moments and
 * Slack answers 429 and 500, hangs, and loses its answers. Each time has to be one incident, opened, told once in each
 * channel, changed in place, and over in the end.
 */
export async function runAlertCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { db, minutes, seed } = options;
  const chance = chances(seed);
  const tenant = await makeCompany(db, defaultPolicies);
  const clock = fixedClock(benchNow.toString());
  await db.run(sql`
    update ops.streams set as_of = ${benchNow.add({ hours: 48 }).toString()} where tenant_id = ${tenant.tenantId}`);
  const channels = ['C0BENCH000', 'C0BENCH001'].map(channelOf);
  const rule = { kind: 'kpi-threshold', kpi: 'tickets today by team', above: many - 1, group_by: ['team'] };
  await addRules(db, tenant.tenantId, [{ ...rule, to: channels.map(({ id }) => ({ channel: id })) }], benchNow);
  const sandbox = await createSandbox({
    ...{ clock, log: silentLog, signingSecret: 'bench', botToken: token, channels, scopes },
  });
  const startedAt = performance.now();
  let faults = 0;
  try {
    const replicas = await startReplicas(
      options.replicas,
      { databaseUrl: options.url, tenantId: tenant.tenantId, slackApiUrl: sandbox.apiUrl, smtpUrl: '', token },
      clock.now,
      path.join(import.meta.dirname, 'replica.ts'),
    );
    const crowd = createCrowd(db, tenant.tenantId, chance);
    try {
      for (let minute = 0; minute < minutes + cooling; minute++) {
        clock.set(clock.now().add({ minutes: 1 }).toString());
        const changed = await crowd.move(minute, minute < minutes);
        if (changed) {
          await markTickets(db, tenant);
          await bringUpToDate(db, { tenant, terms: () => terms }, clock);
        }
        if (minute < minutes && chance() * 100 < options.faults) {
          plant(sandbox, chance);
          faults++;
        }
        replicas.tell(clock.now());
        if (minute < minutes && chance() * 100 < options.kills) {
          await sleep(chance() * 400);
          replicas.replace(Math.floor(chance() * options.replicas));
        }
        await untilQuiet(db, tenant.tenantId, clock.now());
        if (minute % 50 === 49) options.onProgress(`minute ${minute + 1}: ${replicas.kills()} kills`);
      }
    } finally {
      await replicas.stop();
    }
    const audit = await auditAlerts(db, tenant.tenantId, sandbox, channels);
    return {
      ...{ episodes: crowd.episodes(), kills: replicas.kills(), faults, ...audit },
      seconds: Math.round((performance.now() - startedAt) / 1000),
    };
  } finally {
    await sandbox.stop();
  }
}

/** Minutes that something lasts at least, and that lie between two times at least: each is told by itself. */
const shortest = { ill: 6, well: 14 };
/** Minutes in the end in which nothing more begins, and what goes on ends: all is over then. */
const cooling = shortest.ill + 8;

/** Which teams have too many tickets. */
function createCrowd(db: Db, tenantId: number, chance: () => number) {
  const until = Array.from({ length: teams }, () => Math.floor(chance() * 20));
  const begun = Array.from({ length: teams }, () => 0);
  const ill = Array.from({ length: teams }, () => false);
  let episodes = 0;
  async function move(minute: number, mayBegin: boolean): Promise<boolean> {
    let changed = false;
    for (let team = 0; team < teams; team++) {
      const end = mayBegin || !ill[team] ? until[team]! : begun[team]! + shortest.ill;
      if (minute < end || (!ill[team] && !mayBegin)) continue;
      ill[team] = !ill[team];
      begun[team] = minute;
      until[team] = minute + (ill[team] ? shortest.ill : shortest.well) + Math.floor(chance() * 20);
      changed = true;
      if (ill[team]) episodes++;
      await (ill[team] ? crowdIn : clearOut)(db, tenantId, `team-${team + 1}`, minute);
    }
    return changed;
  }
  return { move, episodes: () => episodes };
}

async function crowdIn(db: Db, tenantId: number, team: string, minute: number): Promise<void> {
  await db.run(sql`
    insert into crm.tickets (tenant_id, source, id, created_at, priority, status, team_id, version)
    select ${tenantId}::bigint, ${source}, ${team} || '-' || ${minute}::int || '-' || i, ${benchNow.toString()}::timestamptz, 'low',
      'open', ${team}, 1
    from generate_series(1, ${many}::int) as g (i)`);
}

async function clearOut(db: Db, tenantId: number, team: string): Promise<void> {
  await db.run(sql`
    update crm.tickets set deleted_at = created_at where tenant_id = ${tenantId} and team_id = ${team}`);
}

function plant(sandbox: Sandbox, chance: () => number): void {
  const method = ['chat.postMessage', 'chat.postMessage', 'chat.update'][Math.floor(chance() * 3)]!;
  const faults: Parameters<Sandbox['failNext']>[0][] = [
    { method, kind: 'rate-limited', retryAfterSeconds: 1 },
    { method, kind: 'http', status: 500 },
    { method, kind: 'error', error: 'internal_error' },
    { method, kind: 'hang' },
    { method, kind: 'lost-answer' },
  ];
  sandbox.failNext(faults[Math.floor(chance() * faults.length)]!);
}

/** Until no rule is due or in somebody's hands and no delivery is under way. */
async function untilQuiet(db: Db, tenantId: number, now: Temporal.Instant): Promise<void> {
  for (const until = performance.now() + patienceMs; ; ) {
    const [row] = await db.query<{ open: number }>(sql`
      select (
        select count(*)::int from ops.deliveries
        where tenant_id = ${tenantId} and (state = 'sending' or (state = 'unknown' and find_at is not null)
          or (state = 'pending' and due_at <= ${now.toString()}::timestamptz))
      ) + (
        select count(*)::int from ops.alert_rules r
        where tenant_id = ${tenantId} and state = 'active' and (claimed_until is not null
          or next_look_at <= ${now.toString()}::timestamptz
          or exists (select from ops.data_changes c
            where c.tenant_id = ${tenantId} and c.topic = any (r.topics) and c.generation > r.seen))
      ) as open`);
    if (row?.open === 0) return;
    if (performance.now() > until) throw new Error(`${row?.open ?? 0} rules or deliveries did not come to an end`);
    await sleep(50);
  }
}

function channelOf(id: string): Channel {
  const members = [executive.id, botUserId];
  return { id, name: id.toLowerCase(), kind: 'public', topic: '', archived: false, members };
}
