import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandContext } from '../app/command.ts';
import { openDatabase } from '../app/open.ts';
import { startApp } from '../app/start.ts';
import { loadTenant } from '../app/tenants.ts';
import { parseConfig } from '../config/config.ts';
import type { Db } from '../db/db.ts';
import { everything } from '../db/viewer.ts';
import { parsePeriod } from '../domain/period.ts';
import type { Tenant } from '../domain/tenant.ts';
import { askKpi } from '../kpis/ask.ts';
import { kpiOf } from '../kpis/index.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { signWebhook } from '../sync/webhooks/signature.ts';
import { percentile, rounded } from './spread.ts';

const secret = 'bench';
const config = `
tenants:
  default:
    sources:
      bench: {kind: chat-crm, url: "http://127.0.0.1:9", key: bench, webhook_secret: ${secret}}
`;

interface Load {
  /** Events per second, sent at even distances whatever the answers take. */
  rate: number;
  seconds: number;
}

const loads: readonly Load[] = [
  { rate: 5, seconds: 30 },
  { rate: 50, seconds: 30 },
  { rate: 200, seconds: 30 },
];
const quickLoads: readonly Load[] = [{ rate: 20, seconds: 5 }];

/** Pause between two looks at the KPI, in milliseconds: what is measured is at most that much too long. */
const lookMs = 100;
/** When an event that is not in the KPI is given up. */
const timeoutMs = 60_000;

/**
 * From the first byte of an event's request until the KPI counts it, through a bot that runs as it does in production: HTTP,
 * signature, insert, the upkeep's turn, the writer, the drain, the KPI's own query. Each event is a new ticket, created three
 * days ago, and the KPI counts the tickets of finished days: the n-th event sent is seen when the KPI says n. The senders, the
 * bot and whoever asks share one process, so the figures are rather too large.
 */
export async function runWebhooksBench(
  context: CommandContext,
  line: (text: string) => void,
  { quick }: { quick: boolean },
): Promise<Record<string, unknown>> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'crema-bench-'));
  const environment = {
    ...context.environment,
    ...{ home, databaseUrl: undefined, port: 0, slackBotToken: undefined },
  };
  const app = await startApp({
    ...{ environment, config: parseConfig(config, 'bench'), configPresent: true, tenant: 'default' },
    ...{ host: '127.0.0.1', clock: systemClock, log: silentLog },
  });
  try {
    const database = await openDatabase(environment, silentLog, 'bench');
    try {
      const tenant = await loadTenant(database.db, 'default');
      const results: Record<string, unknown>[] = [];
      let before = 0;
      for (const load of quick ? quickLoads : loads) {
        const figures = await measure(`${app.url}/webhooks/bench`, database.db, tenant, load, before);
        before += figures.events;
        line(
          `${load.rate} events/s for ${load.seconds} s: in the KPI after p50 ${figures.p50} ms, p95 ${figures.p95} ms, p99 ${figures.p99} ms, at most ${figures.max} ms; answered p95 ${figures.answerP95} ms`,
        );
        results.push({ ...load, ...figures });
      }
      return { loads: results };
    } finally {
      await database.close();
    }
  } finally {
    await app.stop();
    await rm(home, { recursive: true, force: true });
  }
}

async function measure(url: string, db: Db, tenant: Tenant, { rate, seconds }: Load, before: number) {
  const events = rate * seconds;
  const sentAt: number[] = [];
  const answers: Promise<number>[] = [];
  const started = performance.now();
  const sending = (async () => {
    for (let n = 0; n < events; n++) {
      const wait = started + (n * 1000) / rate - performance.now();
      if (wait > 0) await sleep(wait);
      sentAt.push(performance.now());
      answers.push(post(url, `${before}-${n}`));
    }
  })();
  const lags: number[] = [];
  let changedAt = started;
  while (lags.length < events) {
    const seen = (await countedTickets(db, tenant)) - before;
    const now = performance.now();
    if (seen > lags.length) changedAt = now;
    while (lags.length < seen) lags.push(now - sentAt[lags.length]!);
    if (now - changedAt > timeoutMs) throw new Error(`only ${seen} of ${events} events came into the KPI`);
    await sleep(lookMs);
  }
  await sending;
  const answered = await Promise.all(answers);
  const at = (share: number) => Math.round(percentile(lags, share));
  return {
    ...{ events, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) },
    answerP95: rounded(percentile(answered, 0.95)),
  };
}

/** Milliseconds to the answer; rejects unless it is 202. */
async function post(url: string, id: string): Promise<number> {
  const now = Temporal.Now.instant();
  const body = JSON.stringify({
    ...{ id, type: 'ticket.created', occurred_at: now.toString() },
    data: { id, created_at: now.subtract({ hours: 72 }).toString(), status: 'new', priority: 'high', channel: 'chat' },
  });
  const seconds = String(Math.floor(now.epochMilliseconds / 1000));
  const started = performance.now();
  const headers = { 'x-crema-timestamp': seconds, 'x-crema-signature': signWebhook(secret, seconds, body) };
  const answer = await fetch(url, { method: 'POST', body, headers });
  await answer.arrayBuffer();
  if (answer.status !== 202) throw new Error(`an event was answered with ${answer.status}`);
  return performance.now() - started;
}

/** Of days that have ended, which are read from the aggregate: today's tickets would be counted before its drain. */
async function countedTickets(db: Db, tenant: Tenant): Promise<number> {
  const question = { period: parsePeriod('7d'), by: null, filters: [], versus: null, grain: null };
  const outcome = await askKpi({ db, tenant, viewer: everything, now: systemClock.now() }, kpiOf('tickets')!, question);
  return outcome.kind === 'answered' ? Number(outcome.result.value ?? 0) : 0;
}
