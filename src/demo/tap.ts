import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Db } from '../db/db.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { MovableClock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Crm } from '../sandbox/crm/crm.ts';
import { parseMapping } from '../sources/files/read-mapping.ts';
import { ingestSinger } from '../sources/singer/ingest.ts';
import { demoSource } from './crm.ts';

/** Real time between two runs of the tap, in milliseconds: in life cron would start it. */
const everyMs = 20_000;

export interface TapDeps {
  db: Db;
  tenant: Tenant;
  crm: Crm;
  clock: MovableClock;
  log: Log;
  /** Where the tap's state is kept from run to run. */
  dir: string;
}

/** Runs the CRM's tap into the ingest once, from where it was left; returns how many records came. */
export async function runTap(deps: TapDeps, onRecords?: (records: number) => void): Promise<number> {
  const { db, tenant, crm, clock, log } = deps;
  const file = path.join(deps.dir, 'tap-state.json');
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  const state: unknown = kept === undefined ? undefined : JSON.parse(kept);
  let records = 0;
  async function* lines(): AsyncGenerator<string> {
    for (const line of crm.singerMessages(state === undefined ? {} : { state })) {
      if (line.startsWith('{"type":"RECORD"')) records += 1;
      yield line;
    }
  }
  await ingestSinger(
    {
      ...{ db, clock, log },
      // In a tap's usual life a shell keeps the last line; written beside and renamed, it is never half a state.
      async onState(line) {
        await writeFile(`${file}.new`, line);
        await rename(`${file}.new`, file);
      },
      ...(onRecords ? { onCommit: onRecords } : {}),
    },
    { lines: lines(), mapping: { ...parseMapping(crm.singerMapping, 'tap.yaml'), source: demoSource }, tenant },
  );
  return records;
}

/** Runs the tap again and again, and at once when the clock is moved. A failing run is logged; the next one goes on. */
export function keepTapping(deps: TapDeps): { stop(): Promise<void> } {
  let stopped = false;
  let wake: () => void = () => undefined;
  const unsubscribe = deps.clock.onMove(() => wake());
  async function loop(): Promise<void> {
    for (;;) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (stopped) wake();
      });
      if (stopped) return;
      try {
        await runTap(deps);
      } catch (error) {
        deps.log.warn({ error: messageOf(error) }, 'the tap failed, will be run again');
      }
    }
  }
  const running = loop();
  return {
    stop() {
      stopped = true;
      unsubscribe();
      wake();
      return running;
    },
  };
}
