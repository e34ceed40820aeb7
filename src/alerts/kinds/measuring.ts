import type { KpiRequest } from '../../answers/parse.ts';
import type { DimensionId } from '../../kpis/dimensions.ts';
import type { Kpi } from '../../kpis/kpi.ts';
import {
  type Measurement,
  type MeasureOutcome,
  measureKpi,
  measureValues,
  type SharedMeasure,
} from '../../kpis/measure.ts';
import type { KpiQuestion } from '../../kpis/question.ts';
import { type Asked, askedWith, lateFor, unknownFrom } from './questions.ts';
import type { LookContext } from './room.ts';

/** What measuring came to, or why nobody knows. */
export type Measuring = { kind: 'measured'; measurement: Measurement } | Extract<Asked, { kind: 'unknown' }>;

/** A rule that watches a number. */
export interface Watching {
  ruleId: number;
  viewer: string;
  request: Pick<KpiRequest, 'kpi' | 'question'>;
}

/** So many rules that differ in one value only are read together; for fewer a question each is less to read. */
const fewestTogether = 3;

/**
 * Measures what many rules watch with few questions: each distinct one once, and those that differ in the value of one
 * dimension (`sla 7d team:Delivery`, `sla 7d team:Returns`) as one question broken down by it, which gives the same numbers.
 */
export async function measureAll(
  rules: readonly Watching[],
  context: LookContext,
): Promise<ReadonlyMap<number, Measuring>> {
  const answers = context.answers ?? new Map<string, Promise<unknown>>();
  const found = new Map<number, Measuring>();
  const plans = planOf(rules);
  for (const rule of rules) {
    const late = lateFor(rule.request.kpi, context);
    found.set(rule.ruleId, late ?? (await measured(rule, plans.get(rule.ruleId), { context, answers })));
  }
  return found;
}

interface Answers {
  context: LookContext;
  answers: Map<string, Promise<unknown>>;
}

async function measured(rule: Watching, plan: Plan | undefined, { context, answers }: Answers): Promise<Measuring> {
  const { kpi, question } = rule.request;
  const asking = askedWith(context, rule.viewer, kpi);
  if (plan) {
    const { key, dimension, value, rest } = plan;
    const shared = await once(answers, key, () => measureValues(asking, kpi, rest, dimension));
    const outcome = (shared as SharedMeasure).outcomeOf(value);
    if (outcome !== 'apart') return measuringOf(outcome);
  }
  const lean = leanOf(question);
  const alone = await once(answers, keyOf(rule.viewer, kpi, lean), () => measureKpi(asking, kpi, lean));
  return measuringOf(alone);
}

function measuringOf(outcome: MeasureOutcome): Measuring {
  return outcome.kind === 'measured' ? outcome : unknownFrom(outcome);
}

/** A question with one value taken out of it. */
interface Plan {
  key: string;
  dimension: DimensionId;
  value: string;
  rest: KpiQuestion;
}

/** For each rule the reading that it shares with the most others, where that is worth it. */
function planOf(rules: readonly Watching[]): Map<number, Plan> {
  const candidates = new Map(rules.map((rule) => [rule.ruleId, plansFor(rule)]));
  const together = new Map<string, number>();
  for (const { key } of [...candidates.values()].flat()) together.set(key, (together.get(key) ?? 0) + 1);
  const chosen = new Map<number, Plan>();
  for (const [ruleId, plans] of candidates) {
    const [best] = plans.toSorted((a, b) => together.get(b.key)! - together.get(a.key)!);
    if (best && together.get(best.key)! >= fewestTogether) chosen.set(ruleId, best);
  }
  return chosen;
}

function plansFor({ viewer, request: { kpi, question } }: Watching): Plan[] {
  if (question.by !== null) return [];
  return question.filters.flatMap(({ dimension, value }) => {
    // Several values of one dimension are one number.
    if (question.filters.filter((other) => other.dimension === dimension).length > 1) return [];
    const rest = { ...leanOf(question), filters: question.filters.filter((other) => other.dimension !== dimension) };
    return [{ key: keyOf(viewer, kpi, rest, dimension), dimension, value, rest }];
  });
}

function leanOf(question: KpiQuestion): KpiQuestion {
  return { ...question, versus: { kind: 'none' }, attention: false };
}

function keyOf(viewer: string, kpi: Kpi, question: KpiQuestion, of?: DimensionId): string {
  return JSON.stringify(['measured', viewer, kpi.id, question, of]);
}

function once<T>(answers: Map<string, Promise<unknown>>, key: string, ask: () => Promise<T>): Promise<T> {
  const known = answers.get(key) ?? ask();
  answers.set(key, known);
  return known as Promise<T>;
}
