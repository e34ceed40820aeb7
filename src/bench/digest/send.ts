import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import type { Db } from '../../db/db.ts';
import { usualDeliveryTiming } from '../../deliveries/dispatch.ts';
import { createDispatcher } from '../../deliveries/dispatcher.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { type Clock, fixedClock, systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { createSandbox } from '../../sandbox/sandbox.ts';
import { botUserId, type Channel, directMessageId } from '../../sandbox/workspace.ts';
import { createSlackCarrier } from '../../slack/carrier/carrier.ts';
import { createClient } from '../../slack/client.ts';
import { createSlackLogger } from '../../slack/logger.ts';
import { now } from '../company.ts';
import { rounded } from '../spread.ts';
import { atOnce, heldMs } from './build.ts';
import { readerId, readerInSlack } from './people.ts';

const token = 'xoxb-bench';

export interface SentDigests {
  seconds: number;
  /** Messages that arrived: digests and their threads. */
  sent: number;
  /** Calls that Slack refused as too many. */
  refused: number;
  methods: Record<string, { calls: number; permitted: number; share: number }>;
}

/** Sends what was built to a Slack that counts, for so long, or until all is sent. */
export async function sendDigests(
  db: Db,
  { tenantId }: Tenant,
  { seconds, readers }: { seconds: number; readers: number },
): Promise<SentDigests> {
  const numbers = Array.from({ length: readers }, (_, index) => index + 1);
  const sandbox = await createSandbox({
    ...{ clock: fixedClock(now.toString()), log: silentLog, signingSecret: 'bench', botToken: token, rateLimits: true },
    people: numbers.map(readerInSlack),
    channels: numbers.map(directMessageOf),
  });
  // What was built is held for a while: this process lives behind that.
  const machine: Clock = { now: () => systemClock.now().add({ milliseconds: heldMs }) };
  const client = createClient(token, sandbox.apiUrl, createSlackLogger(silentLog), 10_000);
  const counts = new Map<string, number>();
  const channels = new Set<string>();
  let refused = 0;
  const seen = new WeakSet<object>();
  const startedAt = systemClock.now().epochMilliseconds;
  /** The sandbox keeps only the latest calls, so they are counted as they come. */
  const look = () => {
    for (const call of sandbox.apiCalls) {
      if (seen.has(call)) continue;
      seen.add(call);
      const { method, args, error } = call;
      if (error === 'ratelimited') refused++;
      else counts.set(method, (counts.get(method) ?? 0) + 1);
      if (method === 'chat.postMessage') channels.add(String(args.channel));
    }
  };
  const dispatcher = createDispatcher({
    ...{ db, tenantId, clock: fixedClock(now.toString()), machine, log: silentLog, timing: usualDeliveryTiming },
    ...{ carriers: { slack: createSlackCarrier({ db, tenantId, client, machine, log: silentLog }) }, make: {} },
    concurrency: atOnce,
  });
  try {
    const until = startedAt + seconds * 1000;
    while (systemClock.now().epochMilliseconds < until && (await openOf(db, tenantId)) > 0) {
      await sleep(250);
      look();
    }
  } finally {
    await dispatcher.stop();
    look();
    await sandbox.stop();
  }
  const took = (systemClock.now().epochMilliseconds - startedAt) / 1000;
  const [row] = await db.query<{ sent: number }>(sql`
    select count(*)::int as sent from ops.deliveries where tenant_id = ${tenantId} and state = 'sent'`);
  const methods: SentDigests['methods'] = {};
  for (const [method, calls] of counts) {
    const permitted = permittedOf(method, took, channels.size);
    if (permitted !== null) methods[method] = { calls, permitted, share: rounded(calls / permitted, 3) };
  }
  return { seconds: rounded(took), sent: row!.sent, refused, methods };
}

/** Calls that Slack permits in so many seconds: of uploads a hundred a minute, of messages one a second and channel. */
function permittedOf(method: string, seconds: number, channels: number): number | null {
  if (method.startsWith('files.')) return Math.ceil((100 * seconds) / 60);
  return method === 'chat.postMessage' ? Math.ceil(seconds) * channels : null;
}

function directMessageOf(number: number): Channel {
  const id = readerId(number);
  return {
    ...{ id: directMessageId(id), name: id, kind: 'im', topic: '', archived: false },
    members: [id, botUserId],
  };
}

async function openOf(db: Db, tenantId: number): Promise<number> {
  const [row] = await db.query<{ open: number }>(sql`
    select count(*)::int as open from ops.deliveries where tenant_id = ${tenantId} and state in ('pending', 'sending')`);
  return row!.open;
}
