import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { policiesOf } from '../../app/policies.ts';
import { loadTenant, syncTenants } from '../../app/tenants.ts';
import { parseConfig } from '../../config/config.ts';
import type { Db } from '../../db/db.ts';
import { slaTerms } from '../../facts/policies.ts';
import { bringUpToDate } from '../../jobs/upkeep.ts';
import { silentLog } from '../../lib/log.ts';
import { createStops } from '../../lib/stops.ts';
import { createCrm } from '../../sandbox/crm/crm.ts';
import { tapStreams } from '../../sandbox/crm/singer.ts';
import { createWorld } from '../../sandbox/crm/world.ts';
import { countBy, foundByJobs, readAll, refreshVerify, type Verified } from './checks.ts';
import { soakClock } from './clock.ts';
import { type Compared, compareAll } from './compare.ts';
import { createGate } from './gate.ts';
import { calmDown, live } from './live.ts';
import type { Amounts } from './plan.ts';
import { createReplicas } from './replicas.ts';
import { createTapRuns, type TapRuns } from './tap.ts';
import { toldByWebhooks } from './told.ts';

export interface SoakOptions {
  /** A migrated database of its own. */
  db: Db;
  url: string;
  /** A folder of its own. */
  home: string;
  seed: string;
  amounts: Amounts;
  /** Told now and then how far it is: days of so many, and what happened so far. */
  onProgress?: (words: string) => void;
}

export interface SoakResult {
  seed: string;
  days: number;
  steps: number;
  seconds: number;
  calls: number;
  faults: Readonly<Record<string, number>>;
  events: { sent: number; attempts: number; refused: number } & Readonly<Record<string, number>>;
  tap: ReturnType<TapRuns['counts']>;
  replicas: { count: number; kills: number; starts: number; blackouts: number };
  /** Runs of jobs by state, and events by state, as the database has them. */
  runs: Readonly<Record<string, number>>;
  webhooks: Readonly<Record<string, number>>;
  /** What replicas warned of, by message. */
  warnings: Readonly<Record<string, number>>;
  /** What was wrong after the usual walks, before everything was read once more from the beginning. */
  beforeFull: { differing: number; examples: string[] };
  compared: Compared[];
  verified: Verified;
  /** Cells that nightly verifications found to differ before the end. */
  mended: number;
  /** Of all entities, facts and cells together. */
  differing: number;
}

const apiKey = 'soak-key';
const secret = 'soak-secret';
const timezone = 'Asia/Jakarta';
/** A Friday before the end of a month. */
const firstDay = Temporal.PlainDate.from('2026-08-28');
const customFields = {
  ...{ segment: 'segment', source: 'source', account_id: 'account' },
  ...{
    'fields.segment': 'segment',
    'fields.interest': 'interest',
    'fields.source': 'source',
    'fields.account': 'account',
  },
};

/**
 * Lets the simulated CRM live for a while, with replicas of the bot, webhooks and the tap running against it, everything
 * going wrong and everybody being killed at random; then lets it calm down, reads everything once more, and compares.
 * What is planned is a function of the seed; when exactly it meets whom is up to the machine.
 */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { db, url: databaseUrl, home, seed, amounts } = options;
  const started = performance.now();
  const stops = createStops();
  const clock = soakClock();
  const start = firstDay.toZonedDateTime(timezone).toInstant();
  const from = firstDay.subtract({ days: amounts.historyDays }).toString();
  const founding = { seed, timezone, from, contacts: amounts.contacts };
  const warnings: Record<string, number> = {};
  try {
    clock.moveTo(start);
    const crm = await createCrm({
      ...{ ...founding, clock, log: silentLog, apiKey, quota: { perMinute: plentyOfCalls } },
    });
    stops.onStop('crm', () => crm.stop());
    const text = configText(crm.url);
    const config = parseConfig(text, 'soak');
    await syncTenants(db, config, true);
    const tenant = await loadTenant(db, 'default');
    await mkdir(home, { recursive: true });
    const [configFile, mapFile] = [path.join(home, 'crema.yaml'), path.join(home, 'tap.yaml')];
    await writeFile(configFile, text);
    // What the tap and the webhooks tell of is the same: they are one source.
    await writeFile(mapFile, crm.singerMapping.replace(/^source: .*$/m, 'source: crm'));
    stops.onStop('files', () => Promise.all([rm(configFile), rm(mapFile)]).then(() => undefined));

    const replicas = createReplicas({
      ...{ count: amounts.replicas, databaseUrl, home, config: text, stand: () => clock.stand() },
      onLog(line) {
        const message = messageIn(line);
        warnings[message] = (warnings[message] ?? 0) + 1;
      },
    });
    stops.onStop('replicas', () => replicas.stop());
    const gate = await createGate(() => replicas.urls());
    stops.onStop('gate', () => gate.close());
    const tap = createTapRuns({ databaseUrl, mapFile, configFile, lines: (of) => crm.singerMessages(of) });
    await replicas.revive();
    await crm.setWebhook({
      ...{ url: `${gate.url}/webhooks/crm`, secret, retryMs: [100, 300, 1_000], heartbeat: ['message', 'contact'] },
    });
    const lived = await live({ ...options, crm, clock, replicas, tap, start });
    await calmDown({ crm, clock, replicas, tap, db, tenant });
    await replicas.stop();

    const at = clock.now();
    const sender = crm.webhooks()!;
    const tapFields = new Map(
      tapStreams(createWorld(founding)).map(({ entity, fields }) => [entity, Object.keys(fields)]),
    );
    const told = toldByWebhooks(crm, start, at, sender.lost());
    const compare = () => compareAll(db, tenant.tenantId, crm.truth(at), told, tapFields);
    const keep = { tenant, terms: () => terms };
    const terms = slaTerms(policiesOf(config, tenant.slug));
    await readAll(db, clock, tenant, config, false);
    await bringUpToDate(db, keep, clock);
    const usual = await compare();
    await readAll(db, clock, tenant, config, true);
    await bringUpToDate(db, keep, clock);
    const compared = await compare();
    const verified = await refreshVerify(databaseUrl, configFile, at);
    const mended = await foundByJobs(db, tenant);
    const { posted, refused } = sender.counts();
    return {
      ...{ seed, days: amounts.days, steps: lived.steps, seconds: Math.round((performance.now() - started) / 1000) },
      ...{ calls: crm.callCount(), faults: crm.faults.happened() },
      events: { sent: crm.events(start, at).length, attempts: posted, refused, ...sender.troubles() },
      tap: tap.counts(),
      replicas: { count: amounts.replicas, ...replicas.counts(), blackouts: lived.blackouts },
      runs: await countBy(db, tenant, 'job_runs'),
      webhooks: await countBy(db, tenant, 'webhook_events'),
      ...{ warnings, compared, verified, mended },
      beforeFull: {
        differing: usual.reduce((sum, { differing }) => sum + differing, 0),
        examples: usual.flatMap(({ examples }) => examples),
      },
      differing: compared.reduce((sum, one) => sum + one.differing, verified.differing + mended),
    };
  } finally {
    await stops.stop();
  }
}

/** More than is ever asked. */
const plentyOfCalls = 1_000_000;

function configText(url: string): string {
  return `
tenants:
  default:
    name: Soak
    timezone: ${timezone}
    sources:
      crm:
        kind: chat-crm
        url: ${url}
        key: ${apiKey}
        webhook_secret: ${secret}
        messages: webhook
        quota: {per_minute: 100000}
        custom_fields: ${JSON.stringify(customFields)}
`;
}

function messageIn(line: string): string {
  try {
    const { msg, job, error, differing, rollup, examples } = JSON.parse(line) as Record<string, string | undefined>;
    // What a verification found would be gone with the database.
    if (differing !== undefined) return [msg, rollup, differing, JSON.stringify(examples)].filter(Boolean).join(': ');
    return [msg, job, error?.replaceAll(/(page|contact|chat|campaign) \S+/g, '$1 …').slice(0, 120)]
      .filter(Boolean)
      .join(': ');
  } catch {
    return line.slice(0, 160);
  }
}
