import type { Db } from '../../db/db.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { sweepConversations } from '../../facts/conversations/sweep.ts';
import { markAllChats } from '../../facts/conversations/verify.ts';
import { drain, rebuild } from '../../rollups/engine.ts';
import { rollups } from '../../rollups/index.ts';
import { now } from '../company.ts';
import { rounded, timed } from '../spread.ts';

/** A company with so many messages of so many days. */
export interface History {
  db: Db;
  tenant: Tenant;
  messages: number;
  days: number;
}

/** What messages are counted in. */
export const chatRollups = rollups.filter(({ stream }) => stream === 'message' || stream === 'conversation');

/** What it took, in milliseconds, to bring the facts about conversations and then the aggregates of chats up to date. */
export interface Brought {
  chats: number;
  changedFacts: number;
  /** Days made again, over all aggregates. */
  buckets: number;
  sweepMs: number;
  drainMs: number;
  ms: number;
  byRollup: Record<string, number>;
}

/** Brings up to date what is marked: what the bot does all the time. */
export function bringUpToDate(history: History): Promise<Brought> {
  return bring(history, drain);
}

/** Makes all conversations and all days again. */
export async function rebuildAll(history: History): Promise<Brought> {
  const marking = await timed(() => markAllChats(history.db, history.tenant.tenantId));
  const brought = await bring(history, rebuild);
  return { ...brought, sweepMs: brought.sweepMs + marking.ms, ms: brought.ms + marking.ms };
}

async function bring({ db, tenant }: History, make: typeof drain): Promise<Brought> {
  const swept = await timed(() => sweepConversations(db, tenant));
  const byRollup: Record<string, number> = {};
  let buckets = 0;
  for (const rollup of chatRollups) {
    const drained = await timed(() => make(db, rollup, tenant, now));
    byRollup[rollup.id] = rounded(drained.ms);
    buckets += drained.value.buckets;
  }
  const drainMs = Object.values(byRollup).reduce((sum, ms) => sum + ms, 0);
  return {
    ...{ chats: swept.value.chats, changedFacts: swept.value.changed, buckets },
    ...{ sweepMs: swept.ms, drainMs, ms: swept.ms + drainMs, byRollup },
  };
}
