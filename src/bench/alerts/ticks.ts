import sql from 'sql-template-tag';
import { lookAtDue } from '../../alerts/look.ts';
import { noteChange } from '../../db/changes.ts';
import type { Db } from '../../db/db.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { bringUpToDate } from '../../jobs/upkeep.ts';
import { fixedClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { ticketSlaDaily } from '../../rollups/ticket-sla-daily.ts';
import { now } from '../company.ts';
import { timedStatements } from '../observe.ts';
import { median, percentile, rounded, timed } from '../spread.ts';
import { terms } from './town.ts';

export interface Tick {
  rules: number;
  told: number;
  /** Reading transactions, each of which is a question to the data. */
  questions: number;
  statements: number;
  ms: number;
  /** Spent waiting for the database. */
  databaseMs: number;
}

/** Looks as the bot does, at a business time, and counts what it took. */
export async function tick(db: Db, tenant: Tenant, at: Temporal.Instant): Promise<Tick> {
  const counts = { questions: 0, statements: 0, databaseMs: 0, told: 0 };
  const watched = timedStatements(db, (statement, ms) => {
    counts.statements++;
    counts.databaseMs += ms;
    if (statement.sql.includes('ops.know_viewer()')) counts.questions++;
  });
  // As the bot's upkeep does all the time: otherwise what time has decided since would be counted with every question.
  await bringUpToDate(db, { tenant, terms: () => terms }, fixedClock(at.toString()));
  const { value: rules, ms } = await timed(() =>
    lookAtDue(
      {
        ...{ db: watched, log: silentLog, context: { tenant, settings: {}, terms }, calendar: () => undefined },
        observe: {
          looked: () => undefined,
          turn: () => undefined,
          told: () => void counts.told++,
        },
      },
      // One process holds all leases here; a dead one's would be taken over by the machine's clock.
      { now: at, machine: Temporal.Now.instant() },
    ),
  );
  return { rules, ms: rounded(ms), ...counts, databaseMs: rounded(counts.databaseMs) };
}

/**
 * The first look at all rules, looks when nothing is due, the looks after one change of the verdicts and after one of an
 * aggregate that most thresholds read, and all rules by time with nothing changed.
 */
export async function benchTicks(db: Db, tenant: Tenant, rounds: number, line: (text: string) => void) {
  const said = (name: string, { rules, ms, databaseMs, questions, statements, told }: Tick, times = '') =>
    line(
      `${name}: ${rules.toLocaleString('en')} rules in ${shownMs(ms)}${times} (database ${shownMs(databaseMs)}); ${questions} questions, ${statements.toLocaleString('en')} statements, ${told} told`,
    );
  let at = now;
  const first = await tick(db, tenant, at);
  said('first look', first);
  // What was told first waits for its group.
  at = at.add({ seconds: 45 });
  const grouped = await tick(db, tenant, at);
  said('45 s later, what fires being told', grouped);
  await db.run(sql`vacuum analyze ops.alert_rules`);
  const idles: Tick[] = [];
  for (let run = 0; run < 10 * rounds; run++) idles.push(await tick(db, tenant, at));
  const idle = { ...idles[0]!, ms: rounded(median(idles.map(({ ms }) => ms))) };
  const idleP95 = rounded(
    percentile(
      idles.map(({ ms }) => ms),
      0.95,
    ),
  );
  said('nothing due', idle, ` (median of ${idles.length}, p95 ${idleP95} ms)`);
  const afterChange: Record<string, Tick[]> = {};
  for (const topic of ['sla', ticketSlaDaily.id])
    for (let run = 0; run < rounds; run++) {
      at = at.add({ seconds: 31 });
      await db.tx((tx) => noteChange(tx, tenant.tenantId, topic));
      const took = await tick(db, tenant, at);
      afterChange[topic] = [...(afterChange[topic] ?? []), took];
      said(`after a change of ${topic}`, took);
    }
  at = at.add({ minutes: 6 });
  const byTime = await tick(db, tenant, at);
  said('all by time, nothing changed', byTime);
  return { first, grouped, idle: { ...idle, p95Ms: idleP95 }, afterChange, byTime };
}

function shownMs(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
