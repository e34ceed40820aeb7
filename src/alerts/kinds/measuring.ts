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
export type Measured = { kind: 'result'; result: Measurement } | Extract<Asked, { kind: 'unknown' }>;

/** A question that a rule watches the number of. */
export interface Watching {
  viewer: string;
  kpi: Kpi;
  question: KpiQuestion;
}

/** So many questions that differ in one value only are read together; of fewer each by itself is less to read. */
const fewestTogether = 3;

/**
 * Measures what many rules watch with few questions: each distinct one once, and those of `all` that differ in the value of
 * one dimension (`sla 7d team:Delivery`, `sla 7d team:Returns`) as one that is broken down by it, which gives the same numbers.
 */
export function createMeasuring(
  all: readonly Watching[],
): (context: LookContext, watching: Watching) => Promise<Measured> {
  const together = new Map<string, number>();
  for (const { key } of all.flatMap(plansFor)) together.set(key, (together.get(key) ?? 0) + 1);
  const own = new Map<string, Promise<unknown>>();
  return async (context, watching) => {
    const { viewer, kpi, question } = watching;
    const late = lateFor(kpi, context);
    if (late) return late;
    const answers = context.answers ?? own;
    const asking = askedWith(context, viewer, kpi);
    const [plan] = plansFor(watching)
      .filter(({ key }) => (together.get(key) ?? 0) >= fewestTogether)
      .toSorted((a, b) => together.get(b.key)! - together.get(a.key)!);
    if (plan) {
      const { key, dimension, value, rest } = plan;
      const shared = await once(answers, `${context.now} ${key}`, () => measureValues(asking, kpi, rest, dimension));
      const outcome = (shared as SharedMeasure).outcomeOf(value);
      if (outcome !== 'apart') return measuredOf(outcome);
    }
    const key = keyOf(viewer, kpi, question);
    return measuredOf(await once(answers, `${context.now} ${key}`, () => measureKpi(asking, kpi, question)));
  };
}

function measuredOf(outcome: MeasureOutcome): Measured {
  return outcome.kind === 'measured' ? { kind: 'result', result: outcome.measurement } : unknownFrom(outcome);
}

/** A question with one value taken out of it. */
interface Plan {
  key: string;
  dimension: DimensionId;
  value: string;
  rest: KpiQuestion;
}

function plansFor({ viewer, kpi, question }: Watching): Plan[] {
  const { filters } = question;
  if (question.by !== null) return [];
  return filters.flatMap(({ dimension, value }) => {
    // Several values of one dimension are one number.
    if (filters.filter((other) => other.dimension === dimension).length > 1) return [];
    const rest = { ...question, filters: filters.filter((other) => other.dimension !== dimension) };
    return [{ key: keyOf(viewer, kpi, rest, dimension), dimension, value, rest }];
  });
}

function keyOf(viewer: string, kpi: Kpi, question: KpiQuestion, of?: DimensionId): string {
  return JSON.stringify(['measured', viewer, kpi.id, question, of]);
}

function once<T>(answers: Map<string, Promise<unknown>>, key: string, ask: () => Promise<T>): Promise<T> {
  const known = (answers.get(key) as Promise<T> | undefined) ?? ask();
  answers.set(key, known);
  return known;
}
