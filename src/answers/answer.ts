import type { Db } from '../db/db.ts';
import { readAs } from '../db/viewer.ts';
import type { KpiResult } from '../domain/kpi-result.ts';
import type { DateRange } from '../domain/period.ts';
import type { Tenant } from '../domain/tenant.ts';
import { askKpi } from '../kpis/ask.ts';
import { askable } from '../kpis/audience.ts';
import type { DimensionId } from '../kpis/dimensions.ts';
import { kpis } from '../kpis/index.ts';
import type { Kpi } from '../kpis/kpi.ts';
import { closest } from '../lib/closest.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { datedWords, type KpiRequest, type Misunderstood, type Request } from './parse.ts';
import { keepReceipts } from './receipts.ts';
import { type Reprint, reprint } from './reprint.ts';
import type { Rights } from './rights.ts';
import { quoteWord, splitWords } from './words.ts';

/** What the configuration says about one KPI. */
interface KpiSetting {
  target?: number | undefined;
  owner?: string | undefined;
  criticality?: string | undefined;
  /** What a delivered number may move by without being restated, in its own unit. */
  tolerance?: number | undefined;
  /** Assumptions by name, for a KPI with scenarios. */
  scenarios?: Readonly<Record<string, unknown>> | undefined;
}

/** Settings from the configuration, by KPI id. */
export type KpiSettings = Readonly<Record<string, KpiSetting>>;

export interface AnswerContext {
  db: Db;
  tenant: Tenant;
  /** Person id, or `everything` of db/viewer.ts. */
  viewer: string;
  now: Temporal.Instant;
  settings: KpiSettings;
  /** Set where answers get a receipt: what `viewer` may see, and where it is said that one could not be kept. */
  receipts?: { rights: Rights; log: Log };
}

/** What a request comes to: every outcome is a value that each surface has its own words for. */
export type Answer =
  | { kind: 'result'; request: KpiRequest; result: KpiResult }
  | { kind: 'no-data'; request: KpiRequest; result: KpiResult; data: DateRange | null }
  | {
      kind: 'unknown-value';
      request: KpiRequest;
      dimension: DimensionId;
      value: string;
      choices: string[];
      commands: string[];
    }
  /** No choices where the KPI can be counted in one way only; then the one command asks without the scenario. */
  | { kind: 'unknown-scenario'; request: KpiRequest; scenario: string; choices: string[]; commands: string[] }
  /** What was believed on a date is not kept; the command asks for what is known now. */
  | { kind: 'no-snapshots'; request: KpiRequest; commands: string[] }
  /** The KPI is for supervisors and above. */
  | { kind: 'not-permitted'; request: KpiRequest }
  | Reprint
  /** No receipt under this code, or none that the viewer may read. */
  | { kind: 'no-receipt'; code: string }
  | { kind: 'overview'; results: KpiResult[] }
  | { kind: 'help'; kpi: Kpi | null }
  /** KPIs that the viewer may ask. */
  | { kind: 'list'; kpis: readonly Kpi[] }
  | { kind: 'explain'; kpi: Kpi; owner: string; criticality: string; target: number | null }
  | Misunderstood;

export async function answer(context: AnswerContext, request: Request): Promise<Answer> {
  switch (request.kind) {
    case 'kpi':
      return answerKpi(context, request);
    case 'overview':
      return { kind: 'overview', results: await headlines(context) };
    case 'list':
      return listOf(context, request.group);
    case 'explain': {
      const settings = context.settings[request.kpi.id];
      return {
        kind: 'explain',
        kpi: request.kpi,
        owner: settings?.owner ?? request.kpi.owner,
        criticality: settings?.criticality ?? request.kpi.criticality,
        target: settings?.target ?? request.kpi.target,
      };
    }
    case 'receipt': {
      const { receipts: _, ...unkept } = context;
      return reprint(context, request.code, (viewer, asked) => answerKpi({ ...unkept, viewer }, asked));
    }
    case 'help':
    case 'misunderstood':
      return request;
  }
}

async function answerKpi(context: AnswerContext, request: KpiRequest): Promise<Answer> {
  const outcome = await ask(context, request.kpi, request.question);
  switch (outcome.kind) {
    case 'answered':
      break;
    case 'unknown-value':
      return unknownValue(request, outcome);
    case 'unknown-scenario':
      return unknownScenario(request, outcome);
    case 'no-snapshots':
      return { kind: 'no-snapshots', request, commands: [without(request.words, 'as-of:')] };
    case 'not-permitted':
      return { kind: 'not-permitted', request };
  }
  const { data } = outcome;
  const result = await withReceipt(context, request, outcome.result);
  return result.value === null ? { kind: 'no-data', request, result, data } : { kind: 'result', request, result };
}

/** Longest wait for a receipt to be kept, in milliseconds. */
const receiptWaitMs = 1000;

/** The result with the code under which it is kept; without one where that fails or takes long: the number goes first. */
export async function withReceipt(
  context: AnswerContext,
  request: Pick<KpiRequest, 'kpi' | 'question' | 'show'>,
  result: KpiResult,
): Promise<KpiResult> {
  const [receipt = null] = await receiptsFor(context, [{ request, result }]);
  return receipt === null ? result : { ...result, receipt };
}

/** The codes under which answers are kept, in their order; null for each where that fails or takes long. */
export async function receiptsFor(
  { db, tenant, viewer, now, receipts }: Pick<AnswerContext, 'db' | 'tenant' | 'viewer' | 'now' | 'receipts'>,
  answers: readonly { request: Pick<KpiRequest, 'kpi' | 'question' | 'show'>; result: KpiResult }[],
): Promise<(string | null)[]> {
  if (!receipts) return answers.map(() => null);
  const { rights, log } = receipts;
  const given = answers.map(({ request, result }) => ({ words: datedWords(request, result), result }));
  try {
    return await inTime(keepReceipts(db, tenant.tenantId, { viewer, rights, now }, given), receiptWaitMs);
  } catch (error) {
    const kpi = answers.map(({ result }) => result.kpi).join(', ');
    log.error({ error: messageOf(error), kpi }, 'a receipt could not be kept');
    return answers.map(() => null);
  }
}

async function inTime<T>(work: Promise<T>, waitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${waitMs} ms`)), waitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function ask(context: AnswerContext, kpi: Kpi, question: KpiRequest['question']) {
  const { target, scenarios } = context.settings[kpi.id] ?? {};
  return askKpi({ ...context, target, scenarios }, kpi, question);
}

/** What is looked at first thing, where there is data for it: one or two numbers of every group. */
const firstAsked = ['reach', 'conversations', 'response-time', 'sla', 'tickets', 'reply-rate', 'csat', 'revenue-won'];
/** Headlines of one overview: more are no headlines, and each of them is a question to the database. */
export const mostHeadlines = 8;

/** KPIs that make headlines: those looked at first, and the others of the catalogue where there is no data for enough of them. */
export function headlineCandidates(): { first: readonly Kpi[]; others: readonly Kpi[] } {
  const numbers = kpis.filter(({ board, defaultBy, funnel, matrix }) => !board && !defaultBy && !funnel && !matrix);
  const first = firstAsked.flatMap((id) => kpis.filter((kpi) => kpi.id === id));
  return { first, others: numbers.filter((kpi) => !first.includes(kpi)) };
}

/**
 * The KPIs that have a value for their default period, those looked at first before the others of the catalogue, until
 * there are enough. A table is no headline, nor is what is no single number: stages, a grid, rows.
 */
async function headlines(context: AnswerContext): Promise<KpiResult[]> {
  const results: KpiResult[] = [];
  const { first, others } = headlineCandidates();
  for (const kpi of [...first, ...others]) {
    const outcome = await ask(context, kpi, { period: null, by: null, filters: [], versus: null, grain: null });
    if (outcome.kind === 'answered' && outcome.result.value !== null) results.push(outcome.result);
    if (results.length === mostHeadlines) break;
  }
  return results;
}

async function listOf({ db, tenant, viewer }: AnswerContext, group: string | null): Promise<Answer> {
  const wanted = kpis.filter((kpi) => group === null || kpi.group === group.toLowerCase());
  const shown = await readAs(db, { tenantId: tenant.tenantId, viewer }, (reader) => askable(reader, wanted));
  return { kind: 'list', kpis: shown };
}

function unknownScenario(
  request: KpiRequest,
  { scenario, known }: { scenario: string; known: readonly string[] },
): Answer {
  const near = closest(scenario, known, 5);
  const choices = near.length > 0 ? near : known.slice(0, 5);
  const others = without(request.words, 'scenario:');
  const commands = choices.map((choice) => `${others} scenario:${quoteWord(choice)}`);
  return { kind: 'unknown-scenario', request, scenario, choices, commands: commands.length > 0 ? commands : [others] };
}

/** A canonical command without the word that begins so. */
function without(words: string, prefix: string): string {
  return splitWords(words)
    .filter((word) => !word.startsWith(prefix))
    .map(quoteWord)
    .join(' ');
}

/** Five choices at most: they become one row of buttons. */
function unknownValue(
  request: KpiRequest,
  { dimension, value, known }: { dimension: DimensionId; value: string; known: string[] },
): Answer {
  const near = closest(value, known, 5);
  const choices = near.length > 0 ? near : known.slice(0, 5);
  const others = request.words
    .replace(`${dimension}:${quoteWord(value)}`, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return {
    kind: 'unknown-value',
    request,
    dimension,
    value,
    choices,
    commands: choices.map((choice) => `${others} ${dimension}:${quoteWord(choice)}`),
  };
}
