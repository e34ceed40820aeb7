import { type Answer, type AnswerContext, answer } from '../answers/answer.ts';
import type { KpiRequest } from '../answers/parse.ts';
import { noDataPhrase } from '../answers/wording.ts';
import type { KpiResult } from '../domain/kpi-result.ts';
import { questionFor } from './questions.ts';

/** What a report asks with. */
export interface Asking extends AnswerContext {
  locale: string;
}

export interface Answered {
  request: KpiRequest;
  /** With the code it is kept under, where it is to be shown. */
  result: KpiResult;
}

export type Outcome =
  | ({ kind: 'answered' } & Answered)
  /** Nothing to show, and why, in a sentence. */
  | { kind: 'missing'; request: KpiRequest; why: string }
  /** The viewer may not ask it: nothing is said of it. */
  | { kind: 'not for them' };

/** Asks one question; `keep`: under a receipt, for what is shown as a number of its own. */
export async function ask(asking: Asking, request: KpiRequest, { keep }: { keep: boolean }): Promise<Outcome> {
  const { receipts: _, ...unkept } = asking;
  const context = keep ? asking : unkept;
  const answered = await orToday(context, await answer(context, request));
  switch (answered.kind) {
    case 'result':
      return { kind: 'answered', request: answered.request, result: answered.result };
    case 'no-data':
      return { kind: 'missing', request, why: noDataPhrase(answered.result, answered.data, asking.locale) };
    case 'not-permitted':
      return { kind: 'not for them' };
    case 'unknown-value':
      return { kind: 'missing', request, why: `There is no ${answered.dimension} “${answered.value}”.` };
    case 'unknown-scenario':
      return { kind: 'missing', request, why: `There is no scenario “${answered.scenario}”.` };
    default:
      throw new Error(`a report asked for ${answered.kind}`);
  }
}

/**
 * A level that is kept day by day may not be known for the report's last day, because nobody kept it yet. What it is on
 * the day the report is made is then said with that date.
 */
async function orToday(asking: Asking, answered: Answer): Promise<Answer> {
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
