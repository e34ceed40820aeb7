import os from 'node:os';
import sql from 'sql-template-tag';
import type { CommandContext } from '../../app/command.ts';
import { addDays } from '../../domain/period.ts';
import { verifyConversations } from '../../facts/conversations/verify.ts';
import { drain, verify } from '../../rollups/engine.ts';
import { rollups } from '../../rollups/index.ts';
import { defaultPolicies } from '../../sla/policy.ts';
import { makeCompany, now } from '../company.ts';
import { makeScratch, type Server, withServer } from '../scratch.ts';
import { median, rounded, timed } from '../spread.ts';
import { benchActiveUsers, benchAgainstRaw } from './against-raw.ts';
import { addBusiness } from './business.ts';
import { benchCatalogue } from './catalogue.ts';
import { type Brought, bringUpToDate, chatRollups, type History, rebuildAll } from './current.ts';
import { changeLate } from './late-change.ts';
import { addChats } from './messages.ts';
import { reloadAll } from './reload.ts';

/**
 * What is measured in full, and the small form that only shows that everything works. The shorter history is a tenth.
 * `present` operators leave signs of life: the query that active users are compared with takes minutes with more.
 */
const sizes = {
  full: {
    messages: 10_000_000,
    days: 730,
    operators: 500,
    present: 200,
    tickets: 100_000,
    leads: 100_000,
    campaigns: 500,
    rounds: 3,
  },
  quick: {
    messages: 200_000,
    days: 730,
    operators: 50,
    present: 10,
    tickets: 3_000,
    leads: 3_000,
    campaigns: 50,
    rounds: 1,
  },
};

type Size = (typeof sizes)['full'];

/** What changes late, as a share of all messages, and the last days in which that share has room. */
const lateShare = 0.01;
const lateDays = 8;
const questionDays = 30;
const growthRounds = 5;
const verifiedDays = 40;

type Line = (text: string) => void;

export function runRollupsBench(
  context: CommandContext,
  line: Line,
  { quick }: { quick: boolean },
): Promise<Record<string, unknown>> {
  return withServer(context, (server) => benchRollups(server, { quick, line }));
}

/** The aggregates of messages and conversations as history grows; every database is made for it and dropped. */
export async function benchRollups(
  server: Server,
  { quick, line, size = sizes[quick ? 'quick' : 'full'] }: { quick: boolean; line: Line; size?: Size },
) {
  const load = () => os.loadavg().map((value) => rounded(value));
  const before = load();
  const scratches = await Promise.all([makeScratch(server), makeScratch(server)]);
  const [large, small] = scratches.map(({ db }) => db) as [Server['db'], Server['db']];
  try {
    const long = await makeHistory({ ...size, db: large }, line);
    const rebuilt = await benchRebuild(long, line);
    const short = await makeHistory({ ...size, messages: size.messages / 10, days: size.days / 10, db: small }, line);
    await rebuildAll(short);
    const growth = await benchGrowth({ short, long }, quick ? 1 : growthRounds, line);
    const late = await benchLate(long, rebuilt, size.rounds, line);
    const verified = await verifyChats(long, quick, line);
    await addBusiness(large, long.tenant.tenantId, size);
    for (const rollup of rollups) if (!chatRollups.includes(rollup)) await drain(large, rollup, long.tenant, now);
    await large.run(sql`vacuum analyze`);
    const answers = await benchAgainstRaw(long, { days: questionDays, rounds: size.rounds }, line);
    const activeUsers = await benchActiveUsers(long, size.days - 28, line);
    const catalogue = await benchCatalogue(long, size.rounds, line);
    const after = load();
    line(`load averages: ${before.join(' ')} before, ${after.join(' ')} after`);
    return {
      ...{ quick, messages: long.messages, days: long.days, load: { before, after } },
      ...{ rebuilt, growth, late, verified, answers, activeUsers, catalogue },
    };
  } finally {
    await Promise.all(scratches.map(({ drop }) => drop()));
  }
}

async function makeHistory(
  { db, messages, days, operators }: { db: Server['db']; messages: number; days: number; operators: number },
  line: Line,
): Promise<History> {
  const tenant = await makeCompany(db, defaultPolicies, { operators, timezone: 'Europe/Berlin' });
  const made = await timed(() => addChats(db, tenant.tenantId, { messages, days, operators }));
  line(`${thousands(made.value)} messages of ${days} days made in ${seconds(made.ms)}`);
  return { db, tenant, messages: made.value, days };
}

/** (a) and (b): all aggregates made again from all records, and with it the nightly reload of the records themselves. */
async function benchRebuild(history: History, line: Line) {
  const rebuilt = await rebuildAll(history);
  line(
    `(a) full rebuild: ${seconds(rebuilt.ms)}, of that conversations ${seconds(rebuilt.sweepMs)}, ${chatRollups.length} aggregates ${seconds(rebuilt.drainMs)}`,
  );
  const reloaded = await reloadAll(history);
  line(
    `(b) truncate and insert of ${thousands(reloaded.rows)} messages: ${seconds(reloaded.ms)}, with the rebuild after it ${seconds(reloaded.ms + rebuilt.ms)}`,
  );
  return { ...shown(rebuilt), reloadMs: rounded(reloaded.ms), reloadedAndRebuiltMs: rounded(reloaded.ms + rebuilt.ms) };
}

/** The same change on both histories, in turns; ratios of medians. */
async function benchGrowth({ short, long }: { short: History; long: History }, rounds: number, line: Line) {
  const rows = Math.round(short.messages * lateShare);
  const runs = { short: [] as (Brought & { writeMs: number })[], long: [] as (Brought & { writeMs: number })[] };
  for (let round = 1; round <= rounds; round++)
    for (const [name, history] of [
      ['short', short],
      ['long', long],
    ] as const) {
      const { writeMs } = await changeLate(history, { rows, days: lateDays, round });
      runs[name].push({ ...(await bringUpToDate(history)), writeMs });
    }
  const medianOf = (name: keyof typeof runs, part: 'writeMs' | 'sweepMs' | 'drainMs' | 'ms') =>
    rounded(median(runs[name].map((run) => run[part])));
  const parts = Object.fromEntries(
    (['writeMs', 'sweepMs', 'drainMs', 'ms'] as const).map((part) => {
      const [base, grown] = [medianOf('short', part), medianOf('long', part)];
      return [part, { short: base, long: grown, ratio: rounded(grown / base, 2) }];
    }),
  ) as Record<'writeMs' | 'sweepMs' | 'drainMs' | 'ms', { short: number; long: number; ratio: number }>;
  line(
    `${thousands(rows)} messages of the last ${lateDays} days change (n=${rounds}), on ${thousands(short.messages)} and on ${thousands(long.messages)} messages:`,
  );
  line(
    `  up to date in ${parts.ms.short} and ${parts.ms.long} ms, ${parts.ms.ratio} times (conversations ${parts.sweepMs.ratio}, aggregates ${parts.drainMs.ratio}); written in ${parts.writeMs.short} and ${parts.writeMs.long} ms, ${parts.writeMs.ratio} times`,
  );
  return { rows, days: lateDays, rounds, ...parts };
}

/** 1 % of all messages change late: all of them lately, within a month, or anywhere. */
async function benchLate(
  history: History,
  { ms, reloadedAndRebuiltMs }: { ms: number; reloadedAndRebuiltMs: number },
  rounds: number,
  line: Line,
) {
  const rows = Math.round(history.messages * lateShare);
  const figures = [];
  let round = 100;
  for (const [days, times] of [
    [lateDays, rounds],
    [30, 1],
    [history.days, 1],
  ] as const) {
    const runs: (Brought & { writeMs: number })[] = [];
    let changed = 0;
    for (let run = 0; run < times; run++) {
      const written = await changeLate(history, { rows, days, round: round++ });
      changed = written.rows;
      runs.push({ ...(await bringUpToDate(history)), writeMs: written.writeMs });
    }
    const middle = runs.toSorted((a, b) => a.ms - b.ms)[Math.floor((runs.length - 1) / 2)]!;
    const figure = {
      ...{ rows: changed, days, runs: times, writeMs: rounded(middle.writeMs), ...shown(middle) },
      rebuildRatio: rounded(ms / middle.ms),
      reloadRatio: rounded(reloadedAndRebuiltMs / middle.ms),
      reloadRatioWithWriting: rounded(reloadedAndRebuiltMs / (middle.ms + middle.writeMs)),
    };
    figures.push(figure);
    line(
      `${thousands(changed)} messages of the last ${days} days change (n=${times}): up to date in ${seconds(middle.ms)} (conversations ${seconds(middle.sweepMs)}, aggregates ${seconds(middle.drainMs)}), written in ${seconds(middle.writeMs)}`,
    );
    line(
      `  rebuild ${figure.rebuildRatio} times as long, truncate and insert with its rebuild ${figure.reloadRatio} times (${figure.reloadRatioWithWriting} with the writing)`,
    );
  }
  return figures;
}

/**
 * Whether what is stored is as if made anew, after all that changed: all of it in the small form, else the aggregates of the
 * last days. The facts behind those are compared with the records by the KPIs against raw.
 */
async function verifyChats({ db, tenant }: History, all: boolean, line: Line) {
  const today = now.toZonedDateTimeISO(tenant.timezone).toPlainDate().toString();
  const days = Array.from({ length: verifiedDays }, (_, ago) => addDays(today, -ago));
  const facts = all ? await verifyConversations(db, tenant.tenantId) : null;
  let [cells, differing] = [0, 0];
  for (const rollup of chatRollups) {
    const verified = await verify(db, rollup, tenant, now, all ? {} : { days });
    cells += verified.cells;
    differing += verified.differing;
  }
  line(
    `verified: ${differing} of ${thousands(cells)} cells of ${all ? 'all' : `the last ${verifiedDays}`} days differ`,
  );
  if (facts) line(`  and ${facts.differing} facts of ${thousands(facts.chats)} chats`);
  return {
    days: all ? null : verifiedDays,
    cells,
    differingCells: differing,
    differingFacts: facts?.differing ?? null,
  };
}

function shown({ sweepMs, drainMs, ms, ...rest }: Brought) {
  return { ...rest, sweepMs: rounded(sweepMs), drainMs: rounded(drainMs), ms: rounded(ms) };
}

function thousands(value: number): string {
  return value.toLocaleString('en');
}

function seconds(ms: number): string {
  return `${rounded(ms / 1000, 2)} s`;
}
