import { watchedQuestion } from '../../src/alerts/kinds/questions.ts';
import { attentionSentence } from '../../src/answers/attention.ts';
import { everything } from '../../src/db/viewer.ts';
import { askKpi } from '../../src/kpis/ask.ts';
import type { Town } from './town.ts';

/** What needs a person now, as the answer to a question leads with it. */
export async function answerText(
  { db, tenant, clock }: Pick<Town, 'db' | 'tenant' | 'clock'>,
  words: string,
): Promise<string> {
  const { kpi, question } = watchedQuestion(words);
  const outcome = await askKpi({ db, tenant, viewer: everything, now: clock.now() }, kpi, question);
  if (outcome.kind !== 'answered' || !outcome.result.attention) return outcome.kind;
  return attentionSentence(outcome.result.attention, outcome.result.freshness, tenant.locale);
}
