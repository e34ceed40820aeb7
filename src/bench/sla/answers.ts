import sql from 'sql-template-tag';
import { answer } from '../../answers/answer.ts';
import { parseRequest } from '../../answers/parse.ts';
import type { Db } from '../../db/db.ts';
import { everything } from '../../db/viewer.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { drain } from '../../rollups/engine.ts';
import { ticketDecidedDaily } from '../../rollups/ticket-decided-daily.ts';
import { ticketSlaDaily } from '../../rollups/ticket-sla-daily.ts';
import { defaultPolicies } from '../../sla/policy.ts';
import { makeCompany, now, viewers } from '../company.ts';
import { type Explained, explainedStatements, timedStatements } from '../observe.ts';
import { median, percentile, rounded, timed } from '../spread.ts';
import { addTickets, addVerdicts } from './data.ts';

/** A company whose tickets have been coming in for so many days. */
export interface History extends HistoryShape {
  db: Db;
  tenant: Tenant;
}

interface HistoryShape {
  name: string;
  tickets: number;
  days: number;
}

const questions = ['sla', 'sla 30d by priority', 'sla all'] as const;
/** Whoever may see a part only is asked about what is asked every day. */
const asked = [
  ...questions.map((question) => ({ question, as: 'everybody', viewer: everything as string })),
  ...Object.entries(viewers).map(([as, viewer]) => ({ question: questions[0], as, viewer })),
];

/** What history costs an answer: the same company three times, ten times as long in business, and ten times as busy. */
export function historyShapes({ tickets, days }: { tickets: number; days: number }): HistoryShape[] {
  return [
    { name: 'base', tickets, days },
    { name: 'ten times as long', tickets: 10 * tickets, days: 10 * days },
    { name: 'ten times as many a day', tickets: 10 * tickets, days },
  ];
}

/** Makes everything the questions read, set by set, verdicts by formula. */
export async function makeHistory(db: Db, shape: HistoryShape): Promise<History> {
  const tenant = await makeCompany(db, defaultPolicies);
  await addTickets(db, tenant.tenantId, shape);
  await addVerdicts(db, tenant.tenantId);
  for (const rollup of [ticketSlaDaily, ticketDecidedDaily]) await drain(db, rollup, tenant, now);
  return { ...shape, db, tenant };
}

/**
 * Answers with growing history: each question in turn on every database, again and again, warm, so that what else the
 * machine does falls on all of them alike. Medians and 95th percentiles in milliseconds, ratios of medians to the first.
 */
export async function benchAnswers(histories: readonly History[], runs: number, line: (text: string) => void) {
  const first: Record<string, number> = {};
  for (const { name, db, tenant } of histories) {
    await db.run(sql`vacuum analyze`);
    first[name] = rounded((await timed(() => ask(db, tenant, questions[0], everything))).ms);
  }
  line(`/kpi sla, first call after analyze: ${histories.map(({ name }) => `${first[name]} ms (${name})`).join(', ')}`);
  const measuredQuestions = [];
  for (const { question, as, viewer } of asked) {
    // `all` takes as long as the history is, by its nature.
    const times = await interleaved(histories, question === 'sla all' ? Math.ceil(runs / 10) : runs, (history) =>
      ask(history.db, history.tenant, question, viewer),
    );
    const base = median(times[0] ?? []);
    const measured = [];
    for (const [index, { name, db, tenant }] of histories.entries()) {
      const each = times[index] ?? [];
      measured.push({
        history: name,
        runs: each.length,
        medianMs: rounded(median(each)),
        p95Ms: rounded(percentile(each, 0.95)),
        ratio: rounded(median(each) / base, 2),
        ...(await costOf(db, tenant, question, viewer)),
      });
    }
    measuredQuestions.push({ question, as, histories: measured });
    line(`/kpi ${question} (${as}, n=${measured[0]?.runs})`);
    for (const each of measured)
      line(
        `  ${each.history}: median ${each.medianMs} ms, p95 ${each.p95Ms} ms, ${each.ratio} times; ${each.blocks} blocks` +
          (each.scanned.length > 0 ? `, reads all of ${each.scanned.join(', ')}` : ''),
      );
  }
  const queries = await queriesOf(histories, runs, line);
  return { firstAfterAnalyzeMs: first, questions: measuredQuestions, queries };
}

/** Milliseconds per database of so many rounds, each round once on every database, after one that is not counted. */
async function interleaved(
  histories: readonly History[],
  runs: number,
  work: (history: History) => Promise<unknown>,
): Promise<number[][]> {
  const times = histories.map((): number[] => []);
  for (let run = -1; run < runs; run++)
    for (const [index, history] of histories.entries()) {
      const { ms } = await timed(() => work(history));
      if (run >= 0) times[index]?.push(ms);
    }
  return times;
}

async function costOf(db: Db, tenant: Tenant, question: string, viewer: string) {
  const plans: Explained[] = [];
  await ask(
    explainedStatements(db, (explained) => void plans.push(explained)),
    tenant,
    question,
    viewer,
  );
  return {
    blocks: plans.reduce((sum, { blocks }) => sum + blocks, 0),
    scanned: [...new Set(plans.flatMap(({ scanned }) => scanned))],
  };
}

/** What each query of the default answer takes, on the first history and on the others. */
async function queriesOf(histories: readonly History[], runs: number, line: (text: string) => void) {
  const perHistory = await Promise.all(
    histories.map(async ({ name, db, tenant }) => {
      const plans: Explained[] = [];
      await ask(
        explainedStatements(db, (explained) => void plans.push(explained)),
        tenant,
        questions[0],
        everything,
      );
      return { name, db, tenant, plans, times: plans.map((): number[] => []) };
    }),
  );
  for (let run = 0; run < runs; run++)
    for (const { db, tenant, times } of perHistory) {
      let place = 0;
      const watched = timedStatements(db, (_, ms) => void times[place++]?.push(ms));
      await ask(watched, tenant, questions[0], everything);
    }
  const queries = (perHistory[0]?.plans ?? []).map((plan, place) => ({
    tables: plan.tables,
    indexes: plan.indexes,
    histories: perHistory.map(({ name, plans, times }) => ({
      name,
      medianMs: rounded(median(times[place] ?? []), 2),
      executionMs: rounded(plans[place]?.executionMs ?? Number.NaN, 2),
      blocks: plans[place]?.blocks ?? null,
    })),
  }));
  line(`queries of one /kpi sla, median ms and blocks (${histories.map(({ name }) => name).join(' | ')})`);
  for (const { tables, histories: each } of queries)
    line(
      `  ${each.map(({ medianMs, blocks }) => `${medianMs} ms, ${blocks}`).join(' | ')}: ${tables.join(', ') || 'no table'}`,
    );
  return queries;
}

async function ask(db: Db, tenant: Tenant, question: string, viewer: string): Promise<void> {
  const given = await answer({ db, tenant, viewer, now, settings: {} }, parseRequest(question.split(' ')));
  if (given.kind !== 'result' && given.kind !== 'no-data')
    throw new Error(`/kpi ${question} was not answered: ${given.kind}`);
}
