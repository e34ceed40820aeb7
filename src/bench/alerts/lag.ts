import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { startApp } from '../../app/start.ts';
import { parseConfig } from '../../config/config.ts';
import type { Environment } from '../../config/environment.ts';
import type { Db } from '../../db/db.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts';
import { botUserId, type Channel, executive } from '../../sandbox/workspace.ts';
import { signWebhook } from '../../sync/webhooks/signature.ts';
import { now as benchNow, source, teams } from '../company.ts';
import { percentile } from '../spread.ts';
import { ruleChannels, slug } from './town.ts';

/** Of critical tickets, by the built-in policy. */
const firstResponseSeconds = 3600;
const secret = 'bench';
const token = 'xoxb-bench';
const signingSecret = 'bench';

export interface Load {
  /** Tickets per second, sent at even distances whatever the answers take. */
  rate: number;
  seconds: number;
}

export interface Lag extends Load {
  tickets: number;
  p50: number;
  p95: number;
  max: number;
}

/** Pause between two looks at Slack, in milliseconds: what is measured is at most that much too long. */
const lookMs = 50;
/** When a ticket whose message is not there is given up. */
const timeoutMs = 120_000;

/** One channel for each team: Slack takes one message a second and channel. */
const channels = Array.from({ length: teams }, (_, index) => channelOf(`C0LAG${String(index + 1).padStart(5, '0')}`));

function channelOf(id: string): Channel {
  return { id, name: id.toLowerCase(), kind: 'public', topic: '', archived: false, members: [executive.id, botUserId] };
}

/** Rules that tell each ticket by itself, of each team in its channel: what is measured tells from when to when. */
export function lagRules(): Record<string, unknown>[] {
  return channels.map(({ id }, index) => ({
    ...{ kind: 'sla-risk', team: `team-${index + 1}`, priority: ['critical'], group_by: ['ticket'] },
    // Tickets that come to be at risk in the meantime would fill the channels: what is measured is told of those that are due.
    ...{ metrics: ['first-response', 'resolution'], at_risk: false, to: { channel: id } },
  }));
}

/**
 * From the first byte of a webhook about a ticket until the message about it is in Slack, through a bot that runs as it does
 * in production, with all its rules: HTTP, signature, insert, the upkeep's turn, verdict, the rule's look, ledger, letter,
 * Slack's Web API. Half of the tickets are about to breach as they come, the others over their target. Senders, bot, Slack and
 * whoever looks share one process, so the figures are rather too large.
 */
export async function benchLag(
  { environment, db, url, tenantId }: { environment: Environment; db: Db; url: string; tenantId: number },
  loads: readonly Load[],
  line: (text: string) => void,
): Promise<Lag[]> {
  const started = performance.now();
  const clock: Clock = { now: () => benchNow.add({ milliseconds: Math.round(performance.now() - started) + aheadMs }) };
  const there = [...channels, ...ruleChannels.map(channelOf)];
  const sandbox = await createSandbox({ clock, log: silentLog, signingSecret, botToken: token, channels: there });
  try {
    const app = await startApp({
      environment: {
        ...environment,
        ...{ databaseUrl: url, port: 0, slackBotToken: token, slackSigningSecret: signingSecret },
        ...{ slackAppToken: undefined, slackApiUrl: sandbox.apiUrl, smtpUrl: undefined },
      },
      config: parseConfig(config, 'bench'),
      ...{ configPresent: false, tenant: slug, host: '127.0.0.1', clock, log: silentLog },
    });
    try {
      // Their first looks, all at once as at a start, are measured elsewhere.
      await until(() => unlookedAt(db, tenantId, benchNow.add({ milliseconds: aheadMs })));
      await until(() => unsent(db, tenantId));
      const lags: Lag[] = [];
      for (const load of loads) {
        await addKnown(db, tenantId, load, clock.now());
        const figures = await measure(`${app.url}/webhooks/${source}`, sandbox, clock, load);
        line(
          `${load.rate} tickets/s for ${load.seconds} s: in Slack after p50 ${figures.p50} ms, p95 ${figures.p95} ms, at most ${figures.max} ms`,
        );
        lags.push(figures);
      }
      return lags;
    } finally {
      await app.stop();
    }
  } finally {
    await sandbox.stop();
  }
}

/** By then no rule has been looked at, whatever was measured before: a clock that is set back asks for all of them again. */
const aheadMs = 3_600_000;

/** Until nothing is left. */
async function until(left: () => Promise<number>): Promise<void> {
  for (const end = performance.now() + 5 * timeoutMs; ; await sleep(500)) {
    const count = await left();
    if (count === 0) return;
    if (performance.now() > end) throw new Error(`${count} rules or messages were left over`);
  }
}

/** Rules that have not been looked at since then. */
async function unlookedAt(db: Db, tenantId: number, since: Temporal.Instant): Promise<number> {
  const [row] = await db.query<{ left: number }>(sql`
    select count(*)::int as left from ops.alert_rules
    where tenant_id = ${tenantId} and (looked_at is null or looked_at < ${since.toString()}::timestamptz)`);
  return row!.left;
}

/** Messages of what fired at once; what fires from then on goes on. */
async function unsent(db: Db, tenantId: number): Promise<number> {
  const [row] = await db.query<{ left: number }>(sql`
    select count(*)::int as left from ops.deliveries
    where tenant_id = ${tenantId} and part = 'main' and state in ('pending', 'sending')`);
  // A few come all the time.
  return Math.max(0, row!.left - teams);
}

const config = `
tenants:
  ${slug}:
    sources:
      ${source}: {kind: chat-crm, url: "http://127.0.0.1:9", key: bench, webhook_secret: ${secret}}
`;

async function measure(url: string, sandbox: Sandbox, clock: Clock, { rate, seconds }: Load): Promise<Lag> {
  const tickets = rate * seconds;
  const sentAt = new Map<string, number>();
  const answers: Promise<void>[] = [];
  const started = performance.now();
  const sending = (async () => {
    for (let n = 0; n < tickets; n++) {
      const wait = started + (n * 1000) / rate - performance.now();
      if (wait > 0) await sleep(wait);
      const id = idOf(rate, n);
      sentAt.set(id, performance.now());
      answers.push(post(url, clock, id, n));
    }
  })();
  const lags = new Map<string, number>();
  while (lags.size < tickets) {
    const at = performance.now();
    const there = seenIn(sandbox);
    for (const [id, sent] of sentAt) if (!lags.has(id) && there.has(id)) lags.set(id, at - sent);
    if (at - started > seconds * 1000 + timeoutMs)
      throw new Error(`only ${lags.size} of ${tickets} tickets came to Slack`);
    await sleep(lookMs);
  }
  await sending;
  await Promise.all(answers);
  const at = (share: number) => Math.round(percentile([...lags.values()], share));
  return { rate, seconds, tickets, p50: at(0.5), p95: at(0.95), max: at(1) };
}

/** Tickets that messages of the rules name. */
function seenIn(sandbox: Sandbox): Set<string> {
  const found = new Set<string>();
  for (const { id } of channels)
    for (const { text, blocks } of sandbox.conversation(id, executive.id))
      for (const [name] of `${text} ${JSON.stringify(blocks)}`.matchAll(/lag-\d+-\d+/g)) found.add(name);
  return found;
}

function idOf(rate: number, number: number): string {
  return `lag-${rate}-${number}`;
}

/** Half of the tickets are there before, of low priority and so in no danger: an update makes them critical. */
async function addKnown(db: Db, tenantId: number, { rate, seconds }: Load, now: Temporal.Instant): Promise<void> {
  const ids = Array.from({ length: rate * seconds }, (_, number) => number).filter(isKnown);
  await db.run(sql`
    insert into crm.tickets (tenant_id, source, id, created_at, updated_at, priority, status, team_id, channel, version)
    select ${tenantId}::bigint, ${source}, v ->> 'id', (v ->> 'created')::timestamptz, (v ->> 'created')::timestamptz, 'low', 'new',
      v ->> 'team', 'chat', 1
    from jsonb_array_elements(${JSON.stringify(
      ids.map((number) => ({ id: idOf(rate, number), created: createdAt(now, number), team: teamOf(number) })),
    )}::jsonb) as v`);
}

function isKnown(number: number): boolean {
  return number % 4 >= 2;
}

function teamOf(number: number): string {
  return `team-${1 + (number % teams)}`;
}

/** Due for a first response in ten minutes, or a minute ago, once it is critical. */
function createdAt(now: Temporal.Instant, number: number): string {
  return now
    .subtract({ seconds: number % 2 === 0 ? firstResponseSeconds - 600 : firstResponseSeconds + 60 })
    .toString();
}

/** A critical ticket that nobody has answered. */
async function post(url: string, clock: Clock, id: string, number: number): Promise<void> {
  const now = clock.now();
  const body = JSON.stringify({
    ...{ id, type: isKnown(number) ? 'ticket.updated' : 'ticket.created', occurred_at: now.toString() },
    data: {
      ...{ id, created_at: createdAt(now, number), updated_at: now.toString(), status: 'new', priority: 'critical' },
      ...{ channel: 'chat', team_id: teamOf(number) },
    },
  });
  const seconds = String(Math.floor(systemClock.now().epochMilliseconds / 1000));
  const headers = { 'x-crema-timestamp': seconds, 'x-crema-signature': signWebhook(secret, seconds, body) };
  const answer = await fetch(url, { method: 'POST', body, headers });
  await answer.arrayBuffer();
  if (answer.status !== 202) throw new Error(`an event was answered with ${answer.status}`);
}
