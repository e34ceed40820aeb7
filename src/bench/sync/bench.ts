import { fork } from 'node:child_process';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CommandContext } from '../../app/command.ts';
import { sourcesOf } from '../../app/sources.ts';
import { loadTenant, syncTenants } from '../../app/tenants.ts';
import { parseConfig } from '../../config/config.ts';
import type { Db } from '../../db/db.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { fixedClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import type { Source } from '../../sources/stream.ts';
import { syncStream } from '../../sync/sync.ts';
import { makeScratch, type Server, withServer } from '../scratch.ts';
import { rounded } from '../spread.ts';
import { copyBare } from './copy-bare.ts';
import type { CrmProcessOptions } from './crm-process.ts';
import { slopeOf } from './slope.ts';

/** The company, 70 days old, so that it has so many contacts, and ten times as many messages. */
const sizes = { full: { contacts: 210_000 }, quick: { contacts: 6_300 } };
const founded = '2026-06-01';
const now = '2026-08-10T00:00:00Z';
const apiKey = 'bench';

/** Looks at the memory in each stream. */
const mostLooks = 50;

/**
 * Records per second through HTTP against the simulated CRM, which is another process, with PostgreSQL's COPY of the same
 * rows into bare tables beside it; and the memory of the process that syncs, after a collection, as records come.
 */
export function runSyncBench(
  context: CommandContext,
  line: (text: string) => void,
  { quick }: { quick: boolean },
): Promise<Record<string, unknown>> {
  return withServer(context, (server) => benchSync(server, { ...sizes[quick ? 'quick' : 'full'], line }));
}

export async function benchSync(
  server: Server,
  { contacts, line }: { contacts: number; line: (text: string) => void },
): Promise<Record<string, unknown>> {
  const crm = await startCrmProcess({ contacts, from: founded, now, apiKey });
  try {
    const scratch = await makeScratch(server);
    try {
      return await measure(scratch.db, crm.url, line);
    } finally {
      await scratch.drop();
    }
  } finally {
    crm.stop();
  }
}

async function measure(db: Db, url: string, line: (text: string) => void): Promise<Record<string, unknown>> {
  const config = parseConfig(
    `tenants: {default: {sources: {crm: {kind: chat-crm, url: "${url}", key: ${apiKey}, quota: {per_minute: 10000000}}}}}`,
    'bench',
  );
  await syncTenants(db, config, true);
  const tenant = await loadTenant(db, 'default');
  const [source] = sourcesOf(config, tenant.slug);
  const streams = [];
  for (const stream of ['contacts', 'messages'] as const) {
    const synced = await measureStream(db, tenant, source!, stream);
    const copied = await copyBare(db, tenant.tenantId, stream);
    const ratio = rounded(synced.recordsPerSecond / copied.rowsPerSecond, 3);
    line(
      `${stream}: ${synced.records} records in ${synced.calls} calls, ${synced.recordsPerSecond} records/s, ${synced.callsPerSecond} calls/s; COPY of the same ${copied.rows} rows ${copied.rowsPerSecond} rows/s; ratio ${ratio}`,
    );
    const { memory } = synced;
    line(
      `  memory: heap ${memory.firstHeapMb} MB at first, ${memory.lastHeapMb} MB at last, most ${memory.mostHeapMb} MB; ${memory.heapMbPer100k} MB per 100,000 records; resident at most ${memory.mostResidentMb} MB`,
    );
    streams.push({ stream, ...synced, copy: copied, ratio });
  }
  return { streams };
}

async function measureStream(db: Db, tenant: Tenant, source: Source, stream: 'contacts' | 'messages') {
  const collect = collector();
  const looks: { records: number; heapMb: number }[] = [];
  let mostResidentMb = 0;
  let lookingMs = 0;
  let nextLook = 0;
  const look = (records: number) => {
    const before = performance.now();
    mostResidentMb = Math.max(mostResidentMb, process.memoryUsage.rss() / 1e6);
    collect();
    looks.push({ records, heapMb: process.memoryUsage().heapUsed / 1e6 });
    lookingMs += performance.now() - before;
  };
  const clock = fixedClock(now);
  const started = performance.now();
  const { outcome, calls, stored } = await syncStream({ db, clock, log: silentLog, tenant }, source, stream, {
    ...{ signal: new AbortController().signal, now: true },
    onProgress({ records, done, of = 0 }) {
      if (done < nextLook) return;
      nextLook = done + of / mostLooks;
      look(records);
    },
  });
  const seconds = (performance.now() - started - lookingMs) / 1000;
  if (outcome !== 'whole') throw new Error(`${stream} was not read as a whole: ${outcome}`);
  const records = stored.inserted;
  look(records);
  // What is compiled and filled once is there after a fifth.
  const warm = looks.slice(Math.floor(looks.length / 5));
  return {
    ...{ records, calls, seconds: rounded(seconds) },
    recordsPerSecond: Math.round(records / seconds),
    callsPerSecond: Math.round(calls / seconds),
    memory: {
      firstHeapMb: rounded(looks[0]!.heapMb),
      lastHeapMb: rounded(looks.at(-1)!.heapMb),
      mostHeapMb: rounded(Math.max(...looks.map(({ heapMb }) => heapMb))),
      mostResidentMb: rounded(mostResidentMb),
      heapMbPer100k: rounded(100_000 * slopeOf(warm.map(({ records: x, heapMb: y }) => [x, y])), 2),
      looks: looks.length,
    },
  };
}

/** What collects garbage at once: what is left is really held. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

async function startCrmProcess(options: CrmProcessOptions): Promise<{ url: string; stop(): void }> {
  const child = fork(path.join(import.meta.dirname, 'crm-process.ts'), [], { execArgv: [], env: {} });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(String(message)));
    child.once('exit', (code) => reject(new Error(`the simulated CRM ended with code ${code}`)));
    child.send(options);
  });
  return { url, stop: () => void child.kill() };
}
