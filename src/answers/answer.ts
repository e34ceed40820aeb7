import type { Db } from '../db/db.ts';
import type { KpiResult } from '../domain/kpi-result.ts';
import type { DateRange } from '../domain/period.ts';
import type { Tenant } from '../domain/tenant.ts';
import { askKpi } from '../kpis/ask.ts';
import type { DimensionId } from '../kpis/dimensions.ts';
import { kpis } from '../kpis/index.ts';
import type { Kpi } from '../kpis/kpi.ts';
import { closest } from '../lib/closest.ts';
import type { KpiRequest, Misunderstood, Request } from './parse.ts';
import { quoteWord } from './words.ts';

/** Targets and owners from the configuration, by KPI id. */
export type KpiSettings = Readonly<
  Record<string, { target?: number | undefined; owner?: string | undefined; criticality?: string | undefined }>
>;

export interface AnswerContext {
  db: Db;
  tenant: Tenant;
  /** Person id, or `everything` of db/viewer.ts. */
  viewer: string;
  now: Temporal.Instant;
  settings: KpiSettings;
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
  | { kind: 'overview'; results: KpiResult[] }
  | { kind: 'help'; kpi: Kpi | null }
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
      return {
        kind: 'list',
        kpis: kpis.filter((kpi) => request.group === null || kpi.group === request.group.toLowerCase()),
      };
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
    case 'help':
    case 'misunderstood':
      return request;
  }
}

async function answerKpi(context: AnswerContext, request: KpiRequest): Promise<Answer> {
  const outcome = await ask(context, request.kpi, request.question);
  if (outcome.kind === 'unknown-value') return unknownValue(request, outcome);
  const { result, data } = outcome;
  return result.value === null ? { kind: 'no-data', request, result, data } : { kind: 'result', request, result };
}

function ask(context: AnswerContext, kpi: Kpi, question: KpiRequest['question']) {
  return askKpi({ ...context, target: context.settings[kpi.id]?.target }, kpi, question);
}

/** Every KPI with a value for its default period; a table is no headline. */
async function headlines(context: AnswerContext): Promise<KpiResult[]> {
  const results: KpiResult[] = [];
  for (const kpi of kpis.filter(({ board }) => !board)) {
    const outcome = await ask(context, kpi, { period: null, by: null, filters: [], versus: null, grain: null });
    if (outcome.kind === 'answered' && outcome.result.value !== null) results.push(outcome.result);
  }
  return results;
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
