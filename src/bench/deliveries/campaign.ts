import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import type { Db } from '../../db/db.ts';
import { addDays } from '../../domain/period.ts';
import { fixedClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts';
import { botUserId, type Channel, executive } from '../../sandbox/workspace.ts';
import { putSubscription } from '../../subscriptions/store.ts';
import { chances } from '../chances.ts';
import { type Audit, auditDeliveries, type Outside } from './audit.ts';
import { startReplicas } from './replicas.ts';

export interface CampaignOptions {
  db: Db;
  url: string;
  tenantId: number;
  seed: number;
  channels: number;
  days: number;
  replicas: number;
  /** Faults of Slack a day. */
  faults: number;
  /** Kills a day. */
  kills: number;
  /** Whether Crema may look into channels: then everything of unknown outcome is found. */
  canLook: boolean;
  onProgress: (words: string) => void;
}

export interface CampaignResult extends Audit {
  slots: number;
  kills: number;
  faults: Record<string, number>;
  attempts: number;
  seconds: number;
}

const token = 'xoxb-bench';
const scopes = ['commands', 'chat:write', 'files:write', 'users:read', 'users:read.email', 'im:write', 'channels:read'];
const looking = ['channels:history', 'groups:history', 'im:history'];
/** Longest wait for a day's deliveries to end, in milliseconds of real time. */
const patienceMs = 180_000;
/** Longest time until a file is in its channel, in milliseconds: Slack takes seconds. */
const arrivesWithinMs = 15_000;

/**
 * Days of digests and reports, sent by several processes over one database that are killed at random moments, to a Slack
 * that answers 429 and 500, hangs, and loses its answers. In the end every row of the ledger is compared with what is there.
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { db, tenantId, days, seed } = options;
  const chance = chances(seed);
  const clock = fixedClock('2026-03-01T00:00:00Z');
  const channels = Array.from({ length: options.channels }, (_, number) => channelOf(number));
  const sandbox = await createSandbox({
    ...{ clock, log: silentLog, signingSecret: 'bench', botToken: token, channels, fileReadyMs: 150 },
    scopes: options.canLook ? [...scopes, ...looking] : scopes,
  });
  const startedAt = performance.now();
  try {
    for (const [number, { id }] of channels.entries()) await subscribe(db, tenantId, number, id, clock.now());
    const replicas = await startReplicas(
      options.replicas,
      { databaseUrl: options.url, tenantId, slackApiUrl: sandbox.apiUrl, smtpUrl: sandbox.smtpUrl, token },
      clock.now,
    );
    const faults: Record<string, number> = {};
    try {
      for (let day = 0; day < days; day++) {
        const date = addDays('2026-03-01', day);
        // Past the last slot of the day in every zone, and not later than any may be sent.
        clock.set(`${date}T10:30:00Z`);
        for (let fault = 0; fault < options.faults; fault++) plant(sandbox, chance, faults);
        replicas.tell(clock.now());
        const kills = Array.from({ length: options.kills }, async () => {
          await sleep(100 + chance() * 1_900);
          replicas.replace(Math.floor(chance() * options.replicas));
        });
        await Promise.all(kills);
        await untilEnded(db, tenantId, (day + 1) * options.channels);
        options.onProgress(`${date}: ${(day + 1) * options.channels} slots, ${replicas.kills()} kills`);
      }
    } finally {
      await replicas.stop();
    }
    const audit = await auditInTheEnd(() => auditDeliveries(db, tenantId, outsideOf(sandbox, channels)));
    const [row] = await db.query<{ attempts: number }>(sql`
      select sum(attempt)::int as attempts from ops.deliveries where tenant_id = ${tenantId}`);
    return {
      ...audit,
      ...{ slots: days * options.channels, kills: replicas.kills(), faults, attempts: row?.attempts ?? 0 },
      seconds: Math.round((performance.now() - startedAt) / 1000),
    };
  } finally {
    await sandbox.stop();
  }
}

/** Slack answers before a file is in its channel: what was sent last may still come. What is lost never does. */
async function auditInTheEnd(audited: () => Promise<Audit>): Promise<Audit> {
  for (const until = performance.now() + arrivesWithinMs; ; await sleep(500)) {
    const audit = await audited();
    if (audit.lost === 0 || performance.now() > until) return audit;
  }
}

function channelOf(number: number): Channel {
  return {
    id: `C0BENCH${String(number).padStart(3, '0')}`,
    name: `bench-${number}`,
    ...{ kind: 'public', topic: '', archived: false, members: [executive.id, botUserId] },
  };
}

/** Two of four are digests, the others a report in Slack and one by mail; with clocks in several zones. */
async function subscribe(
  db: Db,
  tenantId: number,
  number: number,
  channel: string,
  now: Temporal.Instant,
): Promise<void> {
  const times = [
    { timezone: 'Asia/Jakarta', at: '15:00' },
    { timezone: 'Europe/Berlin', at: '09:30' },
    { timezone: 'UTC', at: '09:30' },
  ];
  const digest = { kind: 'digest', subject: 'morning-coffee' } as const;
  const report = { kind: 'report', subject: 'weekly' } as const;
  const kinds = [digest, report, digest, report];
  await db.tx((tx) =>
    putSubscription(
      tx,
      tenantId,
      {
        ...kinds[number % kinds.length]!,
        ...(number % kinds.length === 3
          ? { carrier: 'mail', recipient: `bench-${number}@example.com` }
          : { carrier: 'slack', recipient: channel }),
        cadence: { kind: 'daily' },
        ...times[number % times.length]!,
      },
      now,
    ),
  );
}

/** One thing that goes wrong, at the next call of its kind. */
function plant(sandbox: Sandbox, chance: () => number, planted: Record<string, number>): void {
  const slack = sandbox.failNext;
  const mail = sandbox.mail.failNext;
  const kinds: [name: string, plan: () => void][] = [
    ['429', () => slack({ method: anyOf(chance), kind: 'rate-limited', retryAfterSeconds: 1 })],
    ['500', () => slack({ method: anyOf(chance), kind: 'http', status: 500 })],
    ['internal error', () => slack({ method: anyOf(chance), kind: 'error', error: 'internal_error' })],
    ['hang', () => slack({ method: anyOf(chance), kind: 'hang' })],
    ['lost answer', () => slack({ method: 'chat.postMessage', kind: 'lost-answer' })],
    ['lost answer of a file', () => slack({ method: 'files.completeUploadExternal', kind: 'lost-answer' })],
    ['file not ready', () => slack({ method: 'chat.postMessage', kind: 'invalid-slack-file' })],
    ['upload 500', () => slack({ method: 'upload', kind: 'http', status: 500 })],
    ['mail 451', () => mail({ kind: 'answer', at: 'recipient', code: 451, text: 'try later' })],
    ['mail hangs', () => mail({ kind: 'hang' })],
    ['mail drops', () => mail({ kind: 'drop' })],
    ['lost answer of a mail', () => mail({ kind: 'lost-answer' })],
  ];
  const [name, plan] = kinds[Math.floor(chance() * kinds.length)]!;
  planted[name] = (planted[name] ?? 0) + 1;
  plan();
}

function anyOf(chance: () => number): string {
  const methods = [
    'chat.postMessage',
    'chat.postMessage',
    'files.completeUploadExternal',
    'files.getUploadURLExternal',
  ];
  return methods[Math.floor(chance() * methods.length)]!;
}

/** Until every slot has its row and every row has ended. */
async function untilEnded(db: Db, tenantId: number, slots: number): Promise<void> {
  for (const until = performance.now() + patienceMs; ; ) {
    const [row] = await db.query<{ slots: number; open: number }>(sql`
      select count(*) filter (where part = 'main')::int as slots,
        count(*) filter (where state in ('pending', 'sending') or (state = 'unknown' and find_at is not null))::int as open
      from ops.deliveries where tenant_id = ${tenantId}`);
    if (row && row.slots === slots && row.open === 0) return;
    if (performance.now() > until)
      throw new Error(`${row?.slots ?? 0} of ${slots} slots written, ${row?.open ?? 0} open`);
    await sleep(100);
  }
}

function outsideOf(sandbox: Sandbox, channels: readonly Channel[]): Outside {
  const messages = new Map<string, number>();
  const files = new Map<string, number>();
  const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const { raw } of sandbox.mail.mails) {
    const [, id = ''] = /^message-id:\s*(<[^>]*>)/im.exec(raw.toString('latin1')) ?? [];
    count(messages, id);
  }
  for (const { id } of channels) {
    for (const { metadata, files: shared } of sandbox.conversation(id, executive.id)) {
      const key = (metadata as { event_payload?: { key?: string } } | undefined)?.event_payload?.key;
      if (key !== undefined) count(messages, key);
      for (const file of shared) count(files, file);
    }
  }
  return { messages, files };
}
