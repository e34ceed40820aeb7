import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { policiesOf } from '../../app/policies.ts';
import { sourcesOf } from '../../app/sources.ts';
import { loadTenant, syncTenants } from '../../app/tenants.ts';
import { parseConfig } from '../../config/config.ts';
import type { Db } from '../../db/db.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { slaTerms } from '../../facts/policies.ts';
import { bringUpToDate } from '../../jobs/upkeep.ts';
import { silentLog } from '../../lib/log.ts';
import { createStops } from '../../lib/stops.ts';
import { randomFor } from '../../sandbox/company/random.ts';
import { type Crm, createCrm } from '../../sandbox/crm/crm.ts';
import { tapStreams } from '../../sandbox/crm/singer.ts';
import { createWorld } from '../../sandbox/crm/world.ts';
import { syncStream } from '../../sync/sync.ts';
import { applyWebhooks } from '../../sync/webhooks/apply.ts';
import { runCrema } from './child.ts';
import { type SoakClock, soakClock, type TimeStand } from './clock.ts';
import { type Compared, compareAll } from './compare.ts';
import { createGate } from './gate.ts';
import { type Amounts, nextStep, troubleOf } from './plan.ts';
import { createReplicas, type Replicas } from './replicas.ts';
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
    await readAll(db, clock, tenant, text, false);
    await bringUpToDate(db, keep, clock);
    const usual = await compare();
    await readAll(db, clock, tenant, text, true);
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

interface Living extends SoakOptions {
  crm: Crm;
  clock: SoakClock;
  replicas: Replicas;
  tap: TapRuns;
  start: Temporal.Instant;
}

function move(to: Temporal.Instant, { crm, clock, replicas }: Pick<Living, 'crm' | 'clock' | 'replicas'>): void {
  clock.moveTo(to);
  replicas.tell(clock.stand());
  crm.tick();
}

/** The days of trouble. */
async function live(living: Living): Promise<{ steps: number; blackouts: number }> {
  const { crm, replicas, tap, start, amounts } = living;
  const random = randomFor(`${living.seed}/soak`);
  const end = start.add({ hours: 24 * amounts.days });
  crm.webhooks()?.setTrouble(troubleOf(amounts));
  let [steps, blackouts, tapAt] = [0, 0, start];
  let tapping: Promise<void> | undefined;
  let reviving: Promise<void> | undefined;
  let failure: unknown;
  const noting = (work: Promise<void>) =>
    work.catch((error: unknown) => {
      failure ??= error;
    });
  let to = start;
  while (Temporal.Instant.compare(to, end) < 0) {
    const step = nextStep(random, amounts);
    to = to.add({ minutes: step.minutes });
    for (const fault of step.faults) crm.faults.plan(fault);
    move(to, living);
    steps++;
    if (!tapping && to.since(tapAt).total('hours') >= amounts.tapEveryHours) {
      tapAt = to;
      tapping = noting(tap.run({ now: to, killAfterMs: step.killTapAfterMs })).finally(() => {
        tapping = undefined;
      });
    }
    const before = step.killAfterMs ?? 0;
    await sleep(before);
    if (step.blackout) blackouts++;
    const victims = step.blackout
      ? Array.from({ length: amounts.replicas }, (_, number) => number)
      : step.killAfterMs === undefined
        ? []
        : [step.victim];
    for (const victim of victims) replicas.kill(victim);
    await sleep(Math.max(0, step.pauseMs - before));
    // Those that were killed come back one step later, and all of them later still.
    if (!step.blackout && victims.length === 0)
      reviving ??= noting(replicas.revive()).finally(() => {
        reviving = undefined;
      });
    // The CRM does not wait for the bots, but a soak in which they never come to work shows nothing.
    await Promise.race([settled(living), sleep(step.patienceMs)]);
    if (failure) throw failure;
    if (steps % 10 === 0)
      living.onProgress?.(
        `day ${(to.since(start).total('hours') / 24).toFixed(1)} of ${amounts.days}, ${replicas.counts().kills} kills`,
      );
  }
  await reviving;
  await tapping;
  if (failure) throw failure;
  return { steps, blackouts };
}

/** Resolves when webhooks are taken, and jobs are done but for a few. */
async function settled({ crm, db }: Living): Promise<void> {
  await crm.webhooks()?.drained();
  for (;;) {
    const [row] = await db.query<{ open: number }>(sql`
      select count(*)::int as open from ops.job_runs where state in ('queued', 'running')`);
    if (row!.open <= fewRuns) return;
    await sleep(100);
  }
}

const fewRuns = 3;

/** Faults end, everybody is there again, and a few hours go by; then time stands still and everything is handed over. */
async function calmDown(
  deps: Pick<Living, 'crm' | 'clock' | 'replicas' | 'tap' | 'db'> & { tenant: Tenant },
): Promise<void> {
  const { crm, clock, replicas, tap, db, tenant } = deps;
  crm.faults.clear();
  crm.webhooks()?.setTrouble({});
  await replicas.revive();
  for (let hour = 0; hour < calmHours; hour++) {
    move(clock.now().add({ hours: 1 }), deps);
    await crm.webhooks()?.drained();
    await sleep(calmPauseMs);
  }
  const stillAt = clock.now().add({ minutes: 30 }).round({ smallestUnit: 'second', roundingMode: 'ceil' });
  const stand: TimeStand = { stillAtMs: stillAt.epochMilliseconds };
  clock.set(stand);
  replicas.tell(stand);
  crm.tick();
  await crm.webhooks()?.drained();
  await tap.run({ now: stillAt });
  for (;;) {
    const [row] = await db.query<{ stored: number }>(sql`
      select count(*)::int as stored from ops.webhook_events where tenant_id = ${tenant.tenantId} and state = 'stored'`);
    if (row!.stored === 0) break;
    await sleep(100);
  }
}

/** Longer than the longest time a fault tells wrongly, and than an event is held back. */
const calmHours = 4;
const calmPauseMs = 500;

/** Every stream once, as an hour or as somebody who asks for everything would. */
async function readAll(db: Db, clock: SoakClock, tenant: Tenant, text: string, full: boolean): Promise<void> {
  const deps = { db, clock, log: silentLog, tenant };
  for (const source of sourcesOf(parseConfig(text, 'soak'), tenant.slug)) {
    const order = ['campaigns', 'contacts', 'reports', 'messages', 'field-definitions', 'custom-fields'];
    for (const stream of order) {
      const options = { signal: AbortSignal.timeout(600_000), now: true, full };
      let result = await syncStream(deps, source, stream, options);
      // A walk that a killed one left unfinished was only ended.
      if (result.outcome !== 'whole') result = await syncStream(deps, source, stream, options);
      if (result.outcome !== 'whole') throw new Error(`${stream} was not read: ${result.outcome} ${result.notes}`);
    }
  }
  // Some events waited for what was read now.
  while ((await applyWebhooks(db, tenant, clock)).more);
}

/** `crema refresh --verify`, as anybody would run it. */
async function refreshVerify(databaseUrl: string, configFile: string, at: Temporal.Instant): Promise<Verified> {
  const args = ['refresh', '--verify', '--json', '--config', configFile, '--now', at.toString()];
  const { out } = await runCrema(args, { databaseUrl });
  const { sla, conversations, rollups } = JSON.parse(out) as Record<'sla' | 'conversations', Facts> & {
    rollups: (Facts & { rollup: string; cells: number })[];
  };
  const parts = [sla, conversations, ...rollups];
  return {
    tickets: sla.tickets ?? 0,
    cells: rollups.reduce((sum, { cells }) => sum + cells, 0),
    differing: parts.reduce((sum, { differing }) => sum + differing, 0),
    examples: parts.flatMap((part) =>
      part.examples.map((one) => JSON.stringify({ ...('rollup' in part ? { rollup: part.rollup } : {}), one })),
    ),
  };
}

interface Facts {
  tickets?: number;
  differing: number;
  examples: unknown[];
}

interface Verified {
  tickets: number;
  cells: number;
  differing: number;
  examples: string[];
}

/** What the nightly and weekly verifications found in the days of trouble, which they would have mended. */
async function foundByJobs(db: Db, { tenantId }: Tenant): Promise<number> {
  const [row] = await db.query<{ differing: number }>(sql`
    select coalesce(sum((counts ->> 'differing')::int), 0)::int as differing from ops.job_runs
    where tenant_id = ${tenantId} and job in ('verify', 'verify-all')`);
  return row!.differing;
}

async function countBy(
  db: Db,
  { tenantId }: Tenant,
  table: 'job_runs' | 'webhook_events',
): Promise<Record<string, number>> {
  const rows = await db.query<{ state: string; rows: number }>(
    table === 'job_runs'
      ? sql`select state, count(*)::int as rows from ops.job_runs where tenant_id = ${tenantId} group by state`
      : sql`select state, count(*)::int as rows from ops.webhook_events where tenant_id = ${tenantId} group by state`,
  );
  return Object.fromEntries(rows.map(({ state, rows: count }) => [state, count]));
}

function messageIn(line: string): string {
  try {
    const { msg, job, error } = JSON.parse(line) as { msg?: string; job?: string; error?: string };
    return [msg, job, error?.replaceAll(/(page|contact|chat|campaign) \S+/g, '$1 …').slice(0, 120)]
      .filter(Boolean)
      .join(': ');
  } catch {
    return line.slice(0, 160);
  }
}
