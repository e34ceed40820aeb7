import { type Answer, type AnswerContext, answer } from '../answers/answer.ts';
import type { KpiRequest } from '../answers/parse.ts';
import { noDataPhrase } from '../answers/wording.ts';
import type { KpiResult } from '../domain/kpi-result.ts';
import { questionFor } from './questions.ts';

/** What a report asks with; `keep` stores an answer and says the code it is kept under. */
export interface Asking extends AnswerContext {
  locale: string;
  keep?: (answered: Answered) => Promise<string>;
}

export interface Answered {
  request: KpiRequest;
  result: KpiResult;
}

export type Outcome =
  | ({ kind: 'answered'; receipt: string | null } & Answered)
  /** Nothing to show, and why, in a sentence. */
  | { kind: 'missing'; request: KpiRequest; why: string; result: KpiResult | null }
  /** The viewer may not ask it: nothing is said of it. */
  | { kind: 'not for them' };

/** Asks one question; what has a number is kept under a code if it is to be shown. */
export async function ask(asking: Asking, request: KpiRequest, { keep }: { keep: boolean }): Promise<Outcome> {
  const answered = await current(asking, await answer(asking, request));
  switch (answered.kind) {
    case 'result': {
      const { request: asked, result } = answered;
      const receipt = keep && asking.keep ? await asking.keep({ request: asked, result }) : null;
      return { kind: 'answered', request: asked, result, receipt };
    }
    case 'no-data': {
      const { result, data } = answered;
      return { kind: 'missing', request, why: noDataPhrase(result, data, asking.locale), result };
    }
    case 'not-permitted':
      return { kind: 'not for them' };
    case 'unknown-value':
      return { kind: 'missing', request, why: `There is no ${answered.dimension} “${answered.value}”.`, result: null };
    case 'unknown-scenario':
      return { kind: 'missing', request, why: `There is no scenario “${answered.scenario}”.`, result: null };
    default:
      throw new Error(`a report asked for ${answered.kind}`);
  }
}

/**
 * A level that is kept day by day may not be known for the report's last day, because nobody kept it yet. What it is on
 * the day the report is made is then said with that date.
 */
async function current(asking: Asking, answered: Answer): Promise<Answer> {
  if (answered.kind !== 'no-data' || !answered.request.kpi.isKnownOn) return answered;
  const today = asking.now.toZonedDateTimeISO(asking.tenant.timezone).toPlainDate();
  const dates = { from: today.toString(), to: today.add({ days: 1 }).toString() };
  const now = await answer(asking, questionFor(withoutDates(answered.request), dates));
  return now.kind === 'result' ? now : answered;
}

function withoutDates({ words }: KpiRequest): string {
  return words.replace(/ \d{4}(-\d{2}){0,2}(\.\.\d{4}-\d{2}-\d{2})?(?= |$)/, '');
}

/** Runs `work` for each, at most `most` at a time; results in the order of the things. */
export async function mapLimited<T, R>(
  things: readonly T[],
  most: number,
  work: (thing: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < things.length) {
      const index = next++;
      results[index] = await work(things[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, things.length) }, worker));
  return results;
}
